package federated_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

var (
	plainNamespaces = federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}
	definitions     = federation.Type{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition",
		Resource: "customresourcedefinitions", Scope: federation.ClusterScoped}
)

// TestNamespacesAndContentsAtOnce: what is in a namespace waits for it without a
// request in vain.
func TestNamespacesAndContentsAtOnce(t *testing.T) {
	const spaces, each = 50, 5
	all := servers.Fresh(t, "host", "member1", "member2") // namespaces never go without a controller manager
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	home := b.Namespace
	in := func(space int) string { return fmt.Sprintf("%s-%d", home, space) }
	for i := range spaces {
		_, err := b.Client.Resource(plainNamespaces.GroupVersionResource()).Create(t.Context(), &unstructured.Unstructured{
			Object: fields{"apiVersion": "v1", "kind": "Namespace", "metadata": fields{"name": in(i)}}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	before := b.Quiet()
	began := time.Now()
	var declaring sync.WaitGroup
	for i := range spaces {
		there := *b
		there.Namespace = in(i)
		declaring.Go(func() {
			for n := range each {
				declare(&there, configMaps, fmt.Sprintf("cm-%d", n), fields{"data": fields{"n": fmt.Sprint(n)}})
			}
			there.Create(testbed.Namespaces(), there.Namespace, fields{"placement": fields{"clusterSelector": fields{}}})
		})
	}
	declaring.Wait()
	for i := range spaces {
		b.Namespace = in(i)
		for n := range each {
			b.UntilReady(configMaps, fmt.Sprintf("cm-%d", n))
		}
	}
	t.Logf("everything was everywhere after %v", time.Since(began).Round(time.Millisecond))
	made := b.Quiet().Since(before).Only(func(r budget.Request) bool { return r.Cluster != testbed.HostName })
	require.Equal(t, 2*spaces*(1+each), made.Total(), "one write for each copy, and nothing else: %s", made)
	for i := range spaces {
		b.Namespace = in(i)
		for n := range each {
			for _, e := range b.Events(fmt.Sprintf("cm-%d", n)) {
				require.True(t, strings.HasPrefix(e, "NamespaceNotFederated") || strings.HasPrefix(e, "Recovered"), e)
			}
		}
	}
}

// TestADefinitionAndItsObjectsAtOnce: what is of a kind waits for its definition,
// and nothing is reported to have failed.
func TestADefinitionAndItsObjectsAtOnce(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], definitions)
	kind := widgets(b, federation.NamespaceScoped)
	b.Enable(kind)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	began := time.Now()
	for i := range 5 {
		declare(b, kind, fmt.Sprintf("web-%d", i), fields{"spec": fields{"color": "blue"}})
	}
	declare(b, definitions, kind.String(), templateOf(t, definition(kind)))
	for i := range 5 {
		for m := range b.Servers {
			untilCopy(b, m, kind, fmt.Sprintf("web-%d", i))
		}
	}
	t.Logf("everything was everywhere after %v", time.Since(began).Round(time.Millisecond))
	for i := range 5 {
		b.UntilReady(kind, fmt.Sprintf("web-%d", i))
	}
	made := b.Counter.Requests().Only(func(r budget.Request) bool {
		return r.Cluster != testbed.HostName && strings.HasPrefix(r.Resource, "widgets")
	})
	t.Log(made)
	require.Equal(t, 2*5, made.Only(budget.Request.Write).Total(), "no write in vain: %s", made)
	for i := range 5 {
		for _, e := range b.Events(fmt.Sprintf("web-%d", i)) {
			require.NotContains(t, e, string(status.CreationFailed))
		}
	}
	b.Delete(definitions, kind.String())
}

// TestAVersionThatAMemberLacks is waited for too, where the template asks for
// another than the federation's.
func TestAVersionThatAMemberLacks(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:])
	kind := widgets(b, federation.NamespaceScoped)
	b.Enable(kind)
	install(b, kind, b.Servers...)
	b.Run()
	declare(b, kind, "web", fields{"apiVersion": kind.Group + "/v2", "spec": fields{"color": "blue"}})
	serves := fmt.Sprintf("create: the member serves no widgets of %s/v2 with scope Namespaced: install that there, "+
		"or correct apiVersion in the template, or targetType in the FederatedTypeConfig", kind.Group)
	untilStates(b, kind, "web", []state{{"member1", status.WaitingForKind, serves}})
	b.Until("it goes slowly", func() bool { return len(b.During(6*time.Second)) == 0 })

	both := definition(kind)
	second := *both.Spec.Versions[0].DeepCopy()
	second.Name, second.Storage = "v2", false
	both.Spec.Versions = append(both.Spec.Versions, second)
	crdtest.Install(b, b.Servers[0].Config(), both)
	served := time.Now()
	untilCopy(b, 0, kind, "web")
	require.Less(t, time.Since(served), soon)
	b.UntilReady(kind, "web")
}

// templateOf is an object as a template.
func templateOf(t *testing.T, definition *apiextensionsv1.CustomResourceDefinition) fields {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(definition)
	require.NoError(t, err)
	return fields{"spec": content["spec"]}
}

// TestANamespaceThatCannotBeCarried holds up what is in it for a while only:
// there may be such a namespace all the same.
func TestANamespaceThatCannotBeCarried(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	namespaces := b.In(b.Servers[0], plainNamespaces)
	_, err := namespaces.Patch(context.Background(), b.Namespace, "application/merge-patch+json",
		[]byte(`{"metadata":{"labels":{"kubefed.io/managed":"false"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
}
