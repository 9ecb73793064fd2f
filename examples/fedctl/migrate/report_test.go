package migrate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/migrate"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// configMaps is a type with these objects.
func configMaps(objects ...migrate.Object) []migrate.Type {
	config := &corev1beta1.FederatedTypeConfig{ObjectMeta: metav1.ObjectMeta{Name: "configmaps"}}
	config.Spec.Propagation = corev1beta1.Enabled
	config.Spec.FederatedType.Kind = "FederatedConfigMap"
	return []migrate.Type{{Type: host.Type{FederatedTypeConfig: config}, Objects: objects}}
}

// declared is an object that KubeFed reported in some clusters, and that its placement
// selects for others.
func declared(t *testing.T, text string, held, selected []federation.ClusterName) migrate.Object {
	t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal([]byte(text), &o.Object))
	return migrate.Object{Key: propagation.KeyOf(o), Object: o, Held: held, Preview: propagation.Preview{Decision: placement.Decision{Selected: selected}}}
}

func member(name string, a migrate.Answer) migrate.Member {
	return migrate.Member{Member: host.Member{KubeFedCluster: &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{Name: name}}}, Answer: a}
}

func TestReportOf(t *testing.T) {
	const plain = `{kind: FederatedConfigMap, metadata: {name: a, namespace: shop}}`
	berlin, madrid := []federation.ClusterName{"berlin"}, []federation.ClusterName{"madrid"}
	inProxy := member("berlin", migrate.Answer{})
	inProxy.Spec.ProxyURL, inProxy.Spec.DisabledTLSValidations = "http://proxy:1", []corev1beta1.TLSValidation{corev1beta1.TLSAll}
	broken := declared(t, plain, berlin, berlin)
	broken.Preview.Failed = map[federation.ClusterName]error{"berlin": errors.New("no such field")}
	disabled := configMaps()
	disabled[0].Spec.Propagation = corev1beta1.Disabled
	lock := migrate.Lock{Kind: "ConfigMap", Holder: "one", Renewed: noon, Lasts: time.Second}
	copied := migrate.Copy{Type: "configmaps", Key: propagation.Key{Namespace: "shop", Name: "a"}}
	for name, c := range map[string]struct {
		in   migrate.Inventory
		want string // "Fate subject: message"
	}{
		"no config":  {migrate.Inventory{}, "Changes KubeFedConfig kubefed: there is none"},
		"bad config": {migrate.Inventory{Config: &corev1beta1.KubeFedConfig{}}, "Decide KubeFedConfig kubefed: spec.scope: Required value"},
		"fields without effect": {migrate.Inventory{Config: &corev1beta1.KubeFedConfig{Spec: corev1beta1.KubeFedConfigSpec{
			ControllerDuration: &corev1beta1.DurationConfig{ClusterMonitorPeriod: "40s"}}}}, "Changes KubeFedConfig kubefed: is accepted, and has no effect any more: spec.controllerDuration.clusterMonitorPeriod"},
		"annotations": {migrate.Inventory{Types: configMaps(declared(t, `{kind: FederatedConfigMap, metadata: {name: a, namespace: shop}, spec: {template: {metadata: {annotations: {x: y}}}}}`, berlin, berlin))},
			"Changes FederatedConfigMap: annotations of the template are carried, which KubeFed left out: shop/a (x)"},
		"it comes":        {migrate.Inventory{Types: configMaps(declared(t, plain, berlin, append(madrid, berlin...)))}, "Changes FederatedConfigMap shop/a: comes to madrid"},
		"it is left":      {migrate.Inventory{Types: configMaps(declared(t, plain, append(madrid, berlin...), berlin))}, "Decide FederatedConfigMap shop/a: is still in madrid"},
		"overrides fail":  {migrate.Inventory{Types: configMaps(broken)}, "Decide FederatedConfigMap shop/a: no such field"},
		"a disabled type": {migrate.Inventory{Types: disabled}, "Changes type configmaps: is disabled"},
		"a preference for another kind": {migrate.Inventory{Preferences: []migrate.Preference{{Divides: true, ReplicaSchedulingPreference: &v1alpha1.ReplicaSchedulingPreference{
			Spec: v1alpha1.ReplicaSchedulingPreferenceSpec{TargetKind: "FederatedJob"}}}}}, "Changes ReplicaSchedulingPreference /: divides its FederatedJob, which KubeFed did not"},
		"a proxy that KubeFed went past": {migrate.Inventory{Members: []migrate.Member{inProxy}}, "Changes cluster berlin: its proxy counts"},
		"all rights":                     {migrate.Inventory{Members: []migrate.Member{member("berlin", migrate.Answer{Everything: true})}}, "Decide cluster berlin: KubeFed's account may do everything there; that stays as it is"},
		"a copy to take over": {migrate.Inventory{Types: configMaps(declared(t, plain, berlin, berlin)), Members: []migrate.Member{member("berlin", migrate.Answer{Copies: []migrate.Copy{copied}})}},
			"Changes cluster berlin: 1 copy is taken over"},
		"a copy of nobody": {migrate.Inventory{Types: configMaps(), Members: []migrate.Member{member("berlin", migrate.Answer{Copies: []migrate.Copy{copied}})}},
			"Decide cluster berlin: has 1 object with KubeFed's label that no federated object declares, which stay: configmaps shop/a"},
		"versions":                 {migrate.Inventory{Versions: 2, ClusterVersions: 1}, "Goes PropagatedVersions: 3 objects and their two definitions"},
		"versions that are shared": {migrate.Inventory{Versions: 2, Others: []string{"other"}}, "Goes PropagatedVersions: 2 objects of this federation's namespaces; the definitions stay"},
		"both work":                {migrate.Inventory{Plane: migrate.Plane{Locks: []migrate.Lock{lock}, Lease: lock}}, "Decide controllers: KubeFed and one may both be working"},
		"definitions untried":      {migrate.Inventory{Untried: errors.New("forbidden")}, "Decide CustomResourceDefinitions: an installation could not be tried: forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for _, e := range migrate.ReportOf(c.in, noon).Entries {
				lines = append(lines, string(e.Fate)+" "+e.Subject+": "+e.Message)
			}
			require.Contains(t, strings.Join(lines, "\n"), c.want)
		})
	}
}

func TestDecisionsComeFirst(t *testing.T) {
	r := migrate.ReportOf(migrate.Inventory{Untried: errors.New("forbidden"), Versions: 1}, noon)
	require.Equal(t, migrate.Decide, r.Entries[0].Fate)
	require.Equal(t, 1, r.Count(migrate.Decide))
	require.Equal(t, migrate.Stays, r.Entries[len(r.Entries)-1].Fate)
}

func TestKubeFedRunsUntilNothingOfItCouldWork(t *testing.T) {
	none, two := int32(0), int32(2)
	scaled := func(n *int32) []appsv1.Deployment {
		return []appsv1.Deployment{{Spec: appsv1.DeploymentSpec{Replicas: n}}}
	}
	held := migrate.Lock{Holder: "one", Renewed: noon.Add(-10 * time.Second), Lasts: 15 * time.Second}
	for name, c := range map[string]struct {
		plane migrate.Plane
		runs  bool
	}{
		"nothing is there":         {migrate.Plane{}, false},
		"replicas are asked for":   {migrate.Plane{Deployments: scaled(&two)}, true},
		"replicas are not said":    {migrate.Plane{Deployments: scaled(nil)}, true},
		"scaled to nothing":        {migrate.Plane{Deployments: scaled(&none)}, false},
		"a pod is left":            {migrate.Plane{Deployments: scaled(&none), Pods: []string{"one"}}, true},
		"it holds its lock":        {migrate.Plane{Locks: []migrate.Lock{held}}, true},
		"a lock that nobody holds": {migrate.Plane{Locks: []migrate.Lock{{Renewed: noon, Lasts: time.Hour}}}, false},
		"a lock that ran out":      {migrate.Plane{Locks: []migrate.Lock{{Holder: "one", Renewed: noon.Add(-time.Minute), Lasts: 15 * time.Second}}}, false},
	} {
		require.Equal(t, c.runs, c.plane.Runs(noon), name)
	}
}

func TestACopyIsPendingUntilItIsOursWhereItIsToBe(t *testing.T) {
	berlin := []federation.ClusterName{"berlin"}
	copied := migrate.Copy{Type: "configmaps", Key: propagation.Key{Namespace: "shop", Name: "a"}}
	ours, stray := copied, copied
	ours.Ours, stray.Key.Name = true, "b"
	in := migrate.Inventory{
		Types: configMaps(declared(t, `{kind: FederatedConfigMap, metadata: {name: a, namespace: shop}}`, berlin, berlin)),
		Members: []migrate.Member{
			member("berlin", migrate.Answer{Copies: []migrate.Copy{copied, stray}}),
			member("madrid", migrate.Answer{Copies: []migrate.Copy{copied}}), // not to be there
		},
	}
	require.Equal(t, map[string][]migrate.Copy{"berlin": {copied}}, in.Pending())
	in.Members[0].Answer.Copies[0] = ours
	require.Empty(t, in.Pending())
}
