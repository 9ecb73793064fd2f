package exposure_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/crdtest"
)

// stranger is a user who may do nothing, and how he reaches the member.
func (w *world) stranger() (string, *rest.Config) {
	w.Helper()
	user := "reader-of-" + w.namespace
	config, err := w.server.ConfigFor(controlplane.User{Name: user})
	require.NoError(w, err)
	return user, config
}

// grant has a user list and watch resources from now on.
func (w *world) grant(user string, resources ...string) {
	w.Helper()
	meta := metav1.ObjectMeta{Name: user + "-" + resources[0]}
	_, err := w.client.RbacV1().ClusterRoles().Create(context.Background(), &rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"", "discovery.k8s.io", "networking.k8s.io"}, Resources: resources, Verbs: []string{"list", "watch"}},
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
	_, err = w.client.RbacV1().ClusterRoleBindings().Create(context.Background(), &rbacv1.ClusterRoleBinding{ObjectMeta: meta,
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: meta.Name},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// TestTheRightThatIsMissingIsNamed, and one that is granted is noticed.
func TestTheRightThatIsMissingIsNamed(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	user, config := w.stranger()
	w.use("", config)
	w.follow(web)
	_, err := w.Look(cluster, web)
	require.ErrorIs(t, err, exposure.ErrNotSeen)
	w.run()
	w.untilUnknown(web, "the credentials for cluster member1 may not list and watch services in all namespaces; grant it there")
	w.grant(user, "services")
	w.untilUnknown(web, "the credentials for cluster member1 may not list and watch endpointslices in all namespaces; grant it there")
	w.grant(user, "endpointslices")
	w.untilSeen(web, exposure.Exposure{})
}

// TestWhatMayNotBeSeenAnyMoreIsNotKnownAnyMore, whether over the same connection or
// another.
func TestWhatMayNotBeSeenAnyMoreIsNotKnownAnyMore(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.follow(web)
	w.run()
	w.untilSeen(web, ready(0))
	_, config := w.stranger()
	w.use("stranger", config)
	w.untilUnknown(web, "the credentials for cluster member1 may not list and watch services in all namespaces; grant it there")
	w.lose("nowhere")
	_, err := w.Look(cluster, web)
	require.Error(t, err)
}

// gateways is as much of their definition as is needed.
func gateways() *apiextensionsv1.CustomResourceDefinition {
	keep := true
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "gateways.gateway.networking.k8s.io", Annotations: map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"}},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "gateway.networking.k8s.io", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "gateways", Singular: "gateway", Kind: "Gateway", ListKind: "GatewayList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}}}},
		},
	}
}

// gateway makes a Gateway with addresses.
func (w *world) gateway(name string, addresses ...any) {
	w.Helper()
	client, err := dynamic.NewForConfig(w.server.Config())
	require.NoError(w, err)
	_, err = client.Resource(schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}).Namespace(w.namespace).
		Create(context.Background(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
			"metadata": map[string]any{"name": name, "labels": map[string]any{"kubefed.io/managed": "true"}},
			"status":   map[string]any{"addresses": addresses},
		}}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// TestAKindThatComesLaterIsNoticed within MaxBackoff, however long it was absent.
func TestAKindThatComesLaterIsNoticed(t *testing.T) {
	w := newWorldWith(t, servers.Fresh(t, "member1")[0], exposure.Options{Backoff: 10 * time.Millisecond, MaxBackoff: 50 * time.Millisecond})
	web := exposure.Subject{Kind: exposure.Gateway, Namespace: w.namespace, Name: "web"}
	w.follow(web)
	w.run()
	w.untilUnknown(web, "cluster member1 does not know the kind of gateways: install its definition there")
	w.until("tried often enough for 10ms to have become days", func() bool { return w.counter.Requests().Total() > 2*30 })
	crdtest.Install(t, w.server.Config(), gateways())
	w.untilSeen(web, exposure.Exposure{})
	w.gateway("web", map[string]any{"type": "IPAddress", "value": "192.0.2.1"}, map[string]any{"value": "192.0.2.2"},
		map[string]any{"type": "Hostname", "value": "gw.example.net"}, map[string]any{"type": "example.com/own", "value": "x"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1", "192.0.2.2"}, Hostnames: []string{"gw.example.net"}})
	w.gateway("new")
	fresh := exposure.Subject{Kind: exposure.Gateway, Namespace: w.namespace, Name: "new"}
	w.Follow("new", exposure.Following{Subject: fresh, Clusters: []federation.ClusterName{cluster}})
	w.untilSeen(fresh, exposure.Exposure{Found: true, LoadBalancer: true})
}

// TestAMemberThatDoesNotListIsNotWaitedForLong, and that is told.
func TestAMemberThatDoesNotListIsNotWaitedForLong(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	web := w.service("web")
	require.NoError(t, w.server.Pause())
	w.follow(web)
	w.run()
	w.until("asked", func() bool { return w.counter.Requests().Total() > 0 })
	_, err := w.Look(cluster, web)
	require.ErrorIs(t, err, exposure.ErrNotSeen)
	require.Zero(t, w.times(web))
	w.until("told", func() bool { return w.times(web) > 0 })
	_, err = w.Look(cluster, web)
	require.Error(t, err)
	require.NotErrorIs(t, err, exposure.ErrNotSeen)
	require.NoError(t, w.server.Continue())
	w.untilSeen(web, exposure.Exposure{})
}
