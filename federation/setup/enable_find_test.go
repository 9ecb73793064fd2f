package setup_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
)

// served is a host that serves some types, among them those that people mix up.
func served() setup.Served {
	all := metav1.Verbs{"create", "get", "list", "watch", "patch", "delete"}
	group := func(name, preferred string, others ...string) *metav1.APIGroup {
		g := &metav1.APIGroup{Name: name}
		for _, v := range append(others, preferred) {
			g.Versions = append(g.Versions, metav1.GroupVersionForDiscovery{GroupVersion: schema.GroupVersion{Group: name, Version: v}.String(), Version: v})
		}
		g.PreferredVersion = g.Versions[len(others)]
		return g
	}
	list := func(groupVersion string, resources ...metav1.APIResource) *metav1.APIResourceList {
		return &metav1.APIResourceList{GroupVersion: groupVersion, APIResources: resources}
	}
	crontab := metav1.APIResource{Name: "crontabs", SingularName: "crontab", Kind: "CronTab", ShortNames: []string{"ct"}, Namespaced: true, Verbs: all}
	return setup.ServedOf(
		[]*metav1.APIGroup{group("", "v1"), group("apps", "v1"), group("stable.example.com", "v1", "v1beta1", "v2alpha1"),
			group("serving.example.com", "v1"), group("other.example.com", "v1"), group("authentication.k8s.io", "v1"), group("types.kubefed.io", "v1beta1")},
		[]*metav1.APIResourceList{
			list("v1", metav1.APIResource{Name: "services", SingularName: "service", Kind: "Service", ShortNames: []string{"svc"}, Namespaced: true, Verbs: all},
				metav1.APIResource{Name: "services/status", Kind: "Service", Namespaced: true, Verbs: all},
				metav1.APIResource{Name: "namespaces", SingularName: "namespace", Kind: "Namespace", ShortNames: []string{"ns"}, Verbs: all}),
			list("apps/v1", metav1.APIResource{Name: "deployments", SingularName: "deployment", Kind: "Deployment", ShortNames: []string{"deploy"}, Namespaced: true, Verbs: all}),
			list("stable.example.com/v1", crontab),
			list("stable.example.com/v1beta1", crontab),
			list("stable.example.com/v2alpha1", metav1.APIResource{Name: "novelties", Kind: "Novelty", Verbs: all}),
			list("serving.example.com/v1", metav1.APIResource{Name: "services", Kind: "Service", Namespaced: true, Verbs: all},
				metav1.APIResource{Name: "routes", Kind: "Route", ShortNames: []string{"rt", "r"}, Namespaced: true, Verbs: all}),
			list("other.example.com/v1", metav1.APIResource{Name: "routes", Kind: "Route", Namespaced: true, Verbs: all}),
			list("authentication.k8s.io/v1", metav1.APIResource{Name: "tokenreviews", Kind: "TokenReview", Verbs: metav1.Verbs{"create"}}),
			list("types.kubefed.io/v1beta1", metav1.APIResource{Name: "federatedthings", Kind: "FederatedThing", ShortNames: []string{"frt"}, Namespaced: true, Verbs: all}),
		})
}

func TestATypeIsFoundByAllItsNames(t *testing.T) {
	for name, want := range map[string]string{
		"deployments": "deployments.apps/v1", "Deployment": "deployments.apps/v1", "deploy": "deployments.apps/v1",
		"DEPLOYMENTS.apps": "deployments.apps/v1", "deployment.apps": "deployments.apps/v1",
		"services": "services/v1", "svc": "services/v1", "services.serving.example.com": "services.serving.example.com/v1",
		"ct": "crontabs.stable.example.com/v1", "routes.other.example.com": "routes.other.example.com/v1",
		"novelty": "novelties.stable.example.com/v2alpha1",
	} {
		t.Run(name, func(t *testing.T) {
			kind, err := served().Find(setup.Wish{Name: name})
			require.NoError(t, err)
			require.Equal(t, want, kind.Target.String()+"/"+kind.Target.Version)
		})
	}
}

func TestAnyVersionThatIsServedCanBeChosen(t *testing.T) {
	kind, err := served().Find(setup.Wish{Name: "crontabs.stable.example.com", Version: "v1beta1",
		Federated: schema.GroupVersion{Group: "fed.example.com", Version: "v2"}})
	require.NoError(t, err)
	require.Equal(t, federatedkind.Kind{
		Target:       federation.Type{Group: "stable.example.com", Version: "v1beta1", Kind: "CronTab", Resource: "crontabs", Scope: federation.NamespaceScoped},
		ShortNames:   []string{"ct"},
		GroupVersion: schema.GroupVersion{Group: "fed.example.com", Version: "v2"},
	}, kind)
}

// A short name that is taken would keep the whole federated kind from being served.
func TestAShortNameThatIsTakenIsLeftOut(t *testing.T) {
	kind, err := served().Find(setup.Wish{Name: "routes.serving.example.com"})
	require.NoError(t, err)
	require.Equal(t, []string{"r"}, kind.ShortNames)
}

func TestWhatIsNotFoundIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		wish setup.Wish
		want string
	}{
		"unknown":   {setup.Wish{Name: "gadgets"}, `type "gadgets": the host serves no such resource; write its plural name and group, such as deployments.apps`},
		"ambiguous": {setup.Wish{Name: "route"}, `type "route": several are called so: routes.serving.example.com, routes.other.example.com; write the plural name and the group of one`},
		"version": {setup.Wish{Name: "ct", Version: "v3"},
			`type "ct": the host does not serve version "v3" of it; it serves v1, v1beta1`},
		"another group":   {setup.Wish{Name: "deployments.extensions"}, `type "deployments.extensions": the host serves no such resource; write its plural name and group, such as deployments.apps`},
		"a subresource":   {setup.Wish{Name: "services/status"}, `type "services/status": the host serves no such resource; write its plural name and group, such as deployments.apps`},
		"nothing lasting": {setup.Wish{Name: "tokenreviews"}, `type "tokenreviews": the host cannot get its objects, so they cannot be federated`},
		"federated group": {setup.Wish{Name: "ct", Federated: schema.GroupVersion{Group: "fed"}},
			`type "ct": federated group "fed": want a domain with at least one dot, such as types.example.com`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := served().Find(c.wish)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestMayEnable(t *testing.T) {
	kindOf := func(name string, gv schema.GroupVersion) federatedkind.Kind {
		kind, err := served().Find(setup.Wish{Name: name, Federated: gv})
		require.NoError(t, err)
		return kind
	}
	deployment, fed := kindOf("deploy", schema.GroupVersion{}), schema.GroupVersion{Group: "fed.example.com"}
	configOf := func(kind federatedkind.Kind, change func(*corev1beta1.FederatedTypeConfig)) corev1beta1.FederatedTypeConfig {
		config := kind.TypeConfig("kube-federation-system")
		change(config)
		return *config
	}
	asItIs := func(*corev1beta1.FederatedTypeConfig) {}
	old := deployment
	old.Target.Group, old.GroupVersion = "extensions", fed
	for name, c := range map[string]struct {
		kind   federatedkind.Kind
		config corev1beta1.FederatedTypeConfig
		want   string
	}{
		"again":               {kind: deployment, config: configOf(deployment, asItIs)},
		"beside another type": {kind: deployment, config: configOf(kindOf("svc", schema.GroupVersion{}), asItIs)},
		"another federated type": {kind: kindOf("deploy", fed), config: configOf(deployment, asItIs),
			want: `type "deployments.apps": it is enabled with the federated type types.kubefed.io/v1beta1, Kind=FederatedDeployment, not fed.example.com/v1beta1, Kind=FederatedDeployment; disable it first`},
		"another federated type of one that is disabled": {kind: kindOf("deploy", fed),
			config: configOf(deployment, func(c *corev1beta1.FederatedTypeConfig) { c.Spec.Propagation = corev1beta1.Disabled })},
		"one that goes": {kind: deployment, config: configOf(deployment, func(c *corev1beta1.FederatedTypeConfig) { c.DeletionTimestamp = &metav1.Time{} }),
			want: `type "deployments.apps": its FederatedTypeConfig is being deleted; wait until it is gone`},
		"the same federated kind": {kind: kindOf("services.serving.example.com", schema.GroupVersion{}), config: configOf(kindOf("svc", schema.GroupVersion{}), asItIs),
			want: `type "services.serving.example.com": federatedservices.types.kubefed.io declares the objects of FederatedTypeConfig "services"; choose another federated group`},
		"the same in another federated group": {kind: kindOf("services.serving.example.com", fed), config: configOf(kindOf("svc", schema.GroupVersion{}), asItIs)},
		"the same objects": {kind: deployment, config: configOf(old, asItIs),
			want: `type "deployments.apps": its objects are those of FederatedTypeConfig "deployments.extensions", served in another group; disable that first`},
	} {
		t.Run(name, func(t *testing.T) {
			err := setup.MayEnable(c.kind, []corev1beta1.FederatedTypeConfig{c.config})
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.want)
			}
		})
	}
}

func TestDirectivesOf(t *testing.T) {
	wishes, err := setup.DirectivesOf([]byte(`---
apiVersion: core.kubefed.io/v1beta1
kind: EnableTypeDirective
metadata:
  name: deployments.apps # the group is part of the name
---
# nothing
---
{"apiVersion": "core.kubefed.io/v1beta1", "kind": "EnableTypeDirective", "metadata": {"name": "ct"},
 "spec": {"targetVersion": "v1beta1", "federatedGroup": "fed.example.com", "federatedVersion": "v1"}}
`))
	require.NoError(t, err)
	require.Equal(t, []setup.Wish{{Name: "deployments.apps"},
		{Name: "ct", Version: "v1beta1", Federated: schema.GroupVersion{Group: "fed.example.com", Version: "v1"}}}, wishes)

	for content, want := range map[string]string{
		"":                             "there is no EnableTypeDirective in it",
		"apiVersion: v1\nkind: Secret": `document 1: want apiVersion core.kubefed.io/v1beta1 and kind EnableTypeDirective, not "v1" and "Secret"`,
		"apiVersion: core.kubefed.io/v1beta1\nkind: EnableTypeDirective":                                                 "document 1: metadata.name: want the name of a type, such as deployments.apps",
		"apiVersion: core.kubefed.io/v1beta1\nkind: EnableTypeDirective\nmetadata: {name: ct}\nspec: {targetVersoin: a}": `document 1: error unmarshaling JSON: while decoding JSON: json: unknown field "targetVersoin"`,
		"a: [": "document 1: ",
	} {
		_, err := setup.DirectivesOf([]byte(content))
		require.ErrorContains(t, err, want)
	}
}
