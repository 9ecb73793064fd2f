package federatedkind_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// host is a server that has the definitions of all kinds of these tests.
func host(t *testing.T) *controlplane.Server {
	t.Helper()
	server := servers.Shared(t, "host")[0]
	var definitions []*apiextensionsv1.CustomResourceDefinition
	for _, kind := range []federatedkind.Kind{deployment, configMap, namespace, issuer} {
		definitions = append(definitions, kind.Definition())
	}
	crdtest.Install(t, server.Config(), definitions...)
	return server
}

// deployments are the FederatedDeployments in a namespace of the test's own.
func deployments(t *testing.T) dynamic.ResourceInterface {
	t.Helper()
	server := host(t)
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	return client.Resource(deployment.Federated().GroupVersionResource()).Namespace(controlplanetest.Namespace(t, server))
}

func strictly() metav1.CreateOptions {
	return metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}
}

const shop = `
apiVersion: types.kubefed.io/v1beta1
kind: FederatedDeployment
metadata: {name: shop}
spec:
  template:
    apiVersion: apps/v1
    metadata: {labels: {app: shop}, annotations: {a: b}}
    spec:
      replicas: 0
      paused: false
      template: {spec: {containers: [{name: c, image: "", args: []}]}}
    unheardOf: {deep: [{deeper: null}]}
  placement:
    clusters: []
    clusterSelector:
      matchLabels: {}
      matchExpressions: [{key: region, operator: In, values: [eu]}]
    tolerations:
    - {operator: Exists}
    - {key: example.com/repair, value: disk, effect: NoSchedule}
    - {key: fedrail.io/drain, operator: Exists, effect: NoExecute, tolerationSeconds: 0}
  overrides:
  - clusterName: c1
    clusterOverrides:
    - {path: /spec/replicas, value: 0}
    - {path: /spec/paused, value: false, op: ""}
    - {path: /spec/template/spec/containers/0/image, value: "", op: replace}
    - {path: /spec/strategy, value: null, op: add}
    - {path: /spec/selector, value: {matchLabels: {app: shop, deep: {deeper: [1.5]}}}, op: add}
    - {path: /spec/minReadySeconds, op: remove}
    - {path: /spec/template/spec/containers, value: [{name: d}]}
  - clusterName: c2
  retainReplicas: true
  rollout:
    maxConcurrent: 25%
    minReadySeconds: 0
    deadlineSeconds: 5
    onFailure: Continue
    paused: false
    order:
    - clusters: [{name: c1}]
    - clusterSelector: {matchExpressions: [{key: region, operator: In, values: [eu]}]}
`

func TestServerKeepsAFederatedDeploymentWhole(t *testing.T) {
	objects := deployments(t)
	sent := parse(t, shop)
	_, err := objects.Create(t.Context(), sent, strictly())
	require.NoError(t, err)
	stored, err := objects.Get(t.Context(), "shop", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, sent.Object["spec"], stored.Object["spec"])
}

func TestServerKeepsAStatusWhole(t *testing.T) {
	objects := deployments(t)
	object, err := objects.Create(t.Context(), parse(t, shop), strictly())
	require.NoError(t, err)
	status := parse(t, `
observedGeneration: 1
conditions:
- {type: Propagation, status: "False", reason: CheckClusters, lastUpdateTime: "2026-01-02T03:04:05Z", lastTransitionTime: "2026-01-02T03:04:05Z"}
- {type: Ready, status: "False", reason: CheckClusters, message: m, observedGeneration: 1}
clusters:
- {name: c1, health: Degraded, healthMessage: m, observedGeneration: 3, counts: {readyReplicas: 0}, remoteStatus: {readyReplicas: 0, conditions: [{type: Available}]}}
- {name: c2, status: CreationFailed, message: m, rollout: {phase: Changing, version: v, since: "2026-01-02T03:04:05Z"}}
totals: {readyReplicas: 0}
worst: {cluster: c1, health: Degraded, message: m}
`).Object
	object.Object["status"] = status
	object, err = objects.UpdateStatus(t.Context(), object, metav1.UpdateOptions{FieldValidation: metav1.FieldValidationStrict})
	require.NoError(t, err)
	require.Equal(t, status, object.Object["status"])
}

func TestServerRefusesWhatKubeFedRefusedAndRolloutsThatCannotBe(t *testing.T) {
	objects := deployments(t)
	for name, c := range map[string]struct{ spec, refused string }{
		"no spec":                     {spec: `null`, refused: "spec: Required"},
		"a cluster without a name":    {spec: `{placement: {clusters: [{}]}}`, refused: "spec.placement.clusters[0].name: Required"},
		"an expression without a key": {spec: `{placement: {clusterSelector: {matchExpressions: [{operator: In}]}}}`, refused: "spec.placement.clusterSelector.matchExpressions[0].key: Required"},
		"a toleration without a key":  {spec: `{placement: {tolerations: [{value: v}]}}`, refused: "spec.placement.tolerations[0].key: Invalid value: must be set unless the operator is Exists"},
		"any value, and one":          {spec: `{placement: {tolerations: [{key: k, operator: Exists, value: v}]}}`, refused: "spec.placement.tolerations[0].value: Invalid value: must be empty when the operator is Exists"},
		"seconds of NoSchedule":       {spec: `{placement: {tolerations: [{key: k, effect: NoSchedule, tolerationSeconds: 5}]}}`, refused: "spec.placement.tolerations[0].tolerationSeconds: Invalid value: must be absent unless the effect is NoExecute"},
		"seconds of any effect":       {spec: `{placement: {tolerations: [{key: k, tolerationSeconds: 5}]}}`, refused: "spec.placement.tolerations[0].tolerationSeconds"},
		"an unknown operator":         {spec: `{placement: {tolerations: [{key: k, operator: Near}]}}`, refused: "spec.placement.tolerations[0].operator: Unsupported value"},
		"an unknown effect":           {spec: `{placement: {tolerations: [{key: k, effect: Evict}]}}`, refused: "spec.placement.tolerations[0].effect: Unsupported value"},
		"an unknown operation":        {spec: `{overrides: [{clusterOverrides: [{op: move, path: /a}]}]}`, refused: "spec.overrides[0].clusterOverrides[0].op"},
		"an operation without a path": {spec: `{overrides: [{clusterOverrides: [{op: remove}]}]}`, refused: "spec.overrides[0].clusterOverrides[0].path: Required"},
		"none at a time":              {spec: `{rollout: {maxConcurrent: 0}}`, refused: "spec.rollout.maxConcurrent"},
		"a share that is none":        {spec: `{rollout: {maxConcurrent: half}}`, refused: "spec.rollout.maxConcurrent"},
		"more than all":               {spec: `{rollout: {maxConcurrent: 101%}}`, refused: "spec.rollout.maxConcurrent"},
		"an unknown policy":           {spec: `{rollout: {onFailure: Explode}}`, refused: "spec.rollout.onFailure"},
		"no time at all":              {spec: `{rollout: {deadlineSeconds: 0}}`, refused: "spec.rollout.deadlineSeconds"},
		"a template that is text":     {spec: `{template: hello}`, refused: "spec.template"},
	} {
		t.Run(name, func(t *testing.T) {
			object := parse(t, "{apiVersion: types.kubefed.io/v1beta1, kind: FederatedDeployment, metadata: {name: wrong}, spec: "+c.spec+"}")
			_, err := objects.Create(t.Context(), object, strictly())
			require.True(t, apierrors.IsInvalid(err), "%v", err)
			require.ErrorContains(t, err, c.refused)
		})
	}
}

func TestHasReplicasOfWhatAServerServes(t *testing.T) {
	client, err := discovery.NewDiscoveryClientForConfig(host(t).Config())
	require.NoError(t, err)
	paths, err := client.OpenAPIV3().Paths()
	require.NoError(t, err)
	for kind, c := range map[schema.GroupVersionKind]struct {
		path string
		want bool
	}{
		{Group: "apps", Version: "v1", Kind: "Deployment"}:                           {path: "apis/apps/v1", want: true},
		{Group: "apps", Version: "v1", Kind: "DaemonSet"}:                            {path: "apis/apps/v1", want: false},
		{Group: "apps", Version: "v1", Kind: "Unheard"}:                              {path: "apis/apps/v1", want: false},
		{Version: "v1", Kind: "ReplicationController"}:                               {path: "api/v1", want: true},
		{Version: "v1", Kind: "ConfigMap"}:                                           {path: "api/v1", want: false},
		{Group: "types.kubefed.io", Version: "v1beta1", Kind: "FederatedDeployment"}: {path: "apis/types.kubefed.io/v1beta1", want: false},
	} {
		t.Run(kind.Kind, func(t *testing.T) {
			document, err := paths[c.path].Schema("application/json")
			require.NoError(t, err)
			got, err := federatedkind.HasReplicas(document, kind)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
