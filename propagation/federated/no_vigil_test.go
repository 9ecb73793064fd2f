package federated_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// confine has the federation reach a member with these rights only, and a way to
// give it more.
func confine(b *testbed.Bed, member *controlplane.Server, rules ...rbacv1.PolicyRule) (grant func(...rbacv1.PolicyRule)) {
	b.Helper()
	roles := controlplanetest.Client(b, member).RbacV1()
	name := "confined-" + b.Namespace
	role, err := roles.ClusterRoles().Create(b.Context(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}, metav1.CreateOptions{})
	require.NoError(b, err)
	_, err = roles.ClusterRoleBindings().Create(b.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: name}},
	}, metav1.CreateOptions{})
	require.NoError(b, err)
	config, err := member.ConfigFor(controlplane.User{Name: name})
	require.NoError(b, err)
	b.As(member, config)
	return func(more ...rbacv1.PolicyRule) {
		role.Rules = append(role.Rules, more...)
		role, err = roles.ClusterRoles().Update(b.Context(), role, metav1.UpdateOptions{})
		require.NoError(b, err)
	}
}

func allow(group, resource string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: verbs}
}

func carry(t federation.Type) rbacv1.PolicyRule {
	return allow(t.Group, t.Resource, "get", "list", "watch", "create", "patch", "update", "delete")
}

// TestAMemberThatAllowsNoVigil for namespaces: one of all that wait in one tries
// from time to time, and when it goes well, so do the others.
func TestAMemberThatAllowsNoVigil(t *testing.T) {
	const many = 40
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Types.Scope, b.Namespace = federation.NamespaceScoped, b.System // nothing makes the namespace
	confine(b, b.Servers[0], carry(configMaps))
	b.Run()
	for i := range many {
		declare(b, configMaps, fmt.Sprintf("web-%d", i), fields{"data": fields{"color": "blue"}})
	}
	message := fmt.Sprintf("namespace %q does not exist there; federate it with a FederatedNamespace that is placed there too, or create it; the object follows by itself, "+
		"within some seconds; at once where the member's credentials may list and watch namespaces", b.Namespace)
	for i := range many {
		untilStates(b, configMaps, fmt.Sprintf("web-%d", i), []state{{"member1", status.WaitingForNamespace, message}})
	}
	made := b.During(12 * time.Second).Only(func(r budget.Request) bool { return r.Cluster != testbed.HostName })
	require.LessOrEqual(t, made.Writes("member1"), 12, "not one for each: %s", made)
	require.LessOrEqual(t, made.Total(), 30, "nothing else is tried without end: %s", made)

	_, err := controlplanetest.Client(t, b.Servers[0]).CoreV1().Namespaces().
		Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.Namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	for i := range many {
		b.UntilReady(configMaps, fmt.Sprintf("web-%d", i))
	}
}

// sentTo are the requests to the first member while nothing happens there.
func sentTo(b *testbed.Bed) budget.Requests {
	b.Helper()
	b.Holds(func() bool { return len(b.During(2*time.Second)) < 4 }) // the first tries follow each other quickly
	return b.During(12 * time.Second).Only(func(r budget.Request) bool { return r.Cluster == b.Servers[0].Cluster() })
}

// TestAMemberThatShowsNoDefinitions is asked for the kind itself, slowly.
func TestAMemberThatShowsNoDefinitions(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	kind := widgets(b, federation.NamespaceScoped)
	b.Enable(kind)
	confine(b, b.Servers[0], carry(configMaps), carry(kind), carry(plainNamespaces))
	b.Run()
	for i := range 5 {
		declare(b, kind, fmt.Sprintf("web-%d", i), fields{"spec": fields{"color": "blue"}})
	}
	message := fmt.Sprintf("cluster member1 does not serve %s (kind Widget, version v1); install its CustomResourceDefinition there, "+
		"or place the object elsewhere; it follows by itself", kind)
	for i := range 5 {
		untilStates(b, kind, fmt.Sprintf("web-%d", i), []state{{"member1", status.WaitingForKind, message}})
	}
	made := sentTo(b)
	require.LessOrEqual(t, made.Total(), 8, made)
	require.Zero(t, made.Writes("member1"), made)
	install(b, kind, b.Servers...)
	for i := range 5 {
		b.UntilReady(kind, fmt.Sprintf("web-%d", i))
	}
}

// TestANamespaceThatIsBeingDeletedInAMember is waited for until there is a new
// one, whether the member lets it be watched or not.
func TestANamespaceThatIsBeingDeletedInAMember(t *testing.T) {
	for name, row := range map[string]struct {
		rights []rbacv1.PolicyRule
		writes int // at the most, while it lasts
		hint   string
	}{
		"with a vigil": {[]rbacv1.PolicyRule{allow("", "namespaces", "list", "watch")}, 0, ""},
		"without":      {nil, 12, ", within some seconds; at once where the member's credentials may list and watch namespaces"},
	} {
		t.Run(name, func(t *testing.T) {
			all := append(servers.Shared(t, "host"), servers.Fresh(t, "member1")...)
			controlplanetest.Controllers(t, all[1], "namespace-controller")
			b := testbed.New(t, all[0], all[1:], configMaps)
			b.Types.Scope, b.Namespace = federation.NamespaceScoped, b.System
			confine(b, b.Servers[0], append(row.rights, carry(configMaps))...)
			spaces := controlplanetest.Client(t, b.Servers[0]).CoreV1().Namespaces()
			create := func() error {
				_, err := spaces.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.Namespace}}, metav1.CreateOptions{})
				return err
			}
			require.NoError(t, create())
			b.Run()
			for i := range 10 {
				declare(b, configMaps, fmt.Sprintf("web-%d", i), fields{"data": fields{"color": "blue"}})
				b.UntilReady(configMaps, fmt.Sprintf("web-%d", i))
			}
			stubborn := place(b, "stubborn", nil)
			stubborn.SetFinalizers([]string{"example.com/theirs"})
			_, err := b.In(b.Servers[0], configMaps).Update(t.Context(), stubborn, metav1.UpdateOptions{})
			require.NoError(t, err)
			require.NoError(t, spaces.Delete(t.Context(), b.Namespace, metav1.DeleteOptions{}))
			leaving := fmt.Sprintf("namespace %q is being deleted there; the object follows when there is a new one%s", b.Namespace, row.hint)
			for i := range 10 {
				untilStates(b, configMaps, fmt.Sprintf("web-%d", i), []state{{"member1", status.WaitingForNamespace, leaving}})
			}
			made := sentTo(b)
			require.LessOrEqual(t, made.Writes("member1"), row.writes, made)
			require.LessOrEqual(t, made.Total(), row.writes+6, made)

			write(b, 0, configMaps, "stubborn", `{"metadata":{"finalizers":null}}`)
			b.Until("there is a new one", func() bool { return create() == nil })
			for i := range 10 {
				b.UntilReady(configMaps, fmt.Sprintf("web-%d", i))
			}
		})
	}
}
