package federated_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// widgets is a type of the bed's own.
func widgets(b *testbed.Bed, scope federation.Scope) federation.Type {
	return federation.Type{Group: b.Namespace + ".example.test", Version: "v1", Kind: "Widget", Resource: "widgets", Scope: scope}
}

// definition is the CustomResourceDefinition of a type that has a color.
func definition(t federation.Type) *apiextensionsv1.CustomResourceDefinition {
	type property = apiextensionsv1.JSONSchemaProps
	schema := &property{Type: "object", Properties: map[string]property{
		"spec": {Type: "object", Properties: map[string]property{"color": {Type: "string"}}},
	}}
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: t.String()},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: t.Group, Scope: apiextensionsv1.ResourceScope(t.Scope),
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: t.Resource, Kind: t.Kind},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: t.Version, Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: schema},
			}},
		},
	}
}

func install(b *testbed.Bed, t federation.Type, members ...*controlplane.Server) {
	b.Helper()
	for _, member := range members {
		crdtest.Install(b, member.Config(), definition(t))
	}
}

// TestAKindThatAMemberLacks is waited for without an error loop, and arrives by
// itself.
func TestAKindThatAMemberLacks(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	kind := widgets(b, federation.NamespaceScoped)
	b.Enable(kind)
	install(b, kind, b.Servers[0])
	b.Run()
	lacks := fmt.Sprintf("cluster member2 does not serve %s (kind Widget, version v1); "+
		"install its CustomResourceDefinition there, or place the object elsewhere; it follows by itself", kind)
	for i := range 5 {
		declare(b, kind, fmt.Sprintf("web-%d", i), fields{"spec": fields{"color": "blue"}})
	}
	declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
	untilStates(b, kind, "web-0", []state{{name: "member1"}, {"member2", status.WaitingForKind, lacks}})
	untilEvent(b, "web-0", "WaitingForKind: cluster member2: "+lacks)
	requireCarried(b, configMaps, "good")

	b.Quiet()
	made := b.During(11 * time.Second)
	t.Log("while a kind is waited for:", made)
	require.Empty(t, made.Only(func(r budget.Request) bool { return r.Verb != "list" && r.Verb != "watch" }), "only lists are tried")
	require.LessOrEqual(t, made.Total(), 3, "and slowly: %s", made)

	install(b, kind, b.Servers[1])
	served := time.Now()
	for i := range 5 {
		untilCopy(b, 1, kind, fmt.Sprintf("web-%d", i))
	}
	require.Less(t, time.Since(served), soon)
	for i := range 5 {
		b.UntilReady(kind, fmt.Sprintf("web-%d", i))
	}
	untilEvent(b, "web-0", "Recovered: cluster member2")
}

// TestAKindThatLeavesAMember comes back with its objects.
func TestAKindThatLeavesAMember(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:])
	kind := widgets(b, federation.NamespaceScoped)
	b.Enable(kind)
	install(b, kind, b.Servers...)
	b.Run()
	declare(b, kind, "web", fields{"spec": fields{"color": "blue"}})
	b.UntilReady(kind, "web")
	definitions := federation.Type{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions", Scope: federation.ClusterScoped}
	require.NoError(t, b.In(b.Servers[1], definitions).Delete(t.Context(), kind.String(), metav1.DeleteOptions{}))
	b.Until("told", func() bool {
		states := statesOf(b.Status(kind, "web"))
		return len(states) == 2 && strings.Contains(states[1].message, "install its CustomResourceDefinition there")
	})
	install(b, kind, b.Servers[1])
	b.UntilReady(kind, "web")
	require.NotNil(t, b.Copy(b.Servers[1], kind, "web"))
}

// TestAKindOfAnotherScope: the member has the kind, but not as the federation
// has it.
func TestAKindOfAnotherScope(t *testing.T) {
	for _, scope := range []federation.Scope{federation.NamespaceScoped, federation.ClusterScoped} {
		t.Run(string(scope), func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			b := testbed.New(t, all[0], all[1:], configMaps)
			kind := widgets(b, scope)
			kind.Kind, kind.Resource = string(scope)+"Widget", strings.ToLower(string(scope))+"widgets"
			b.Enable(kind)
			install(b, kind, b.Servers[0])
			install(b, federation.Type{Group: kind.Group, Version: "v1", Kind: kind.Kind, Resource: kind.Resource, Scope: otherThan(scope)}, b.Servers[1])
			b.Run()
			declare(b, kind, "web", fields{"spec": fields{"color": "blue"}})
			declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
			message := fmt.Sprintf("create: the member serves no %s of %s/v1 with scope %s: install that there, "+
				"or correct apiVersion in the template, or targetType in the FederatedTypeConfig", kind.Resource, kind.Group, scope)
			untilStates(b, kind, "web", []state{{name: "member1"}, {"member2", status.WaitingForKind, message}})
			requireCarried(b, configMaps, "good")
			b.Delete(kind, "web")
		})
	}
}

func otherThan(scope federation.Scope) federation.Scope {
	if scope == federation.ClusterScoped {
		return federation.NamespaceScoped
	}
	return federation.ClusterScoped
}

// TestATypeConfigWhoseScopesDisagree is not followed, and says why; the others
// are.
func TestATypeConfigWhoseScopesDisagree(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	kind := widgets(b, federation.NamespaceScoped)
	config := federatedkind.Kind{Target: kind}.TypeConfig(b.System)
	config.Spec.FederatedType.Scope = federation.ClusterScoped
	b.Configure(config)
	b.Run()
	declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
	requireCarried(b, configMaps, "good")
	want := "NotRunning: spec.targetType.scope is Namespaced and spec.federatedType.scope is Cluster; they have to be the same"
	b.Until(want, func() bool { return slices.Contains(b.EventsIn(b.System, kind.String()), want) })
}
