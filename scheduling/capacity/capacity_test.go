package capacity_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

func TestClustersAreRequired(t *testing.T) {
	_, err := capacity.New(capacity.Options{})
	require.EqualError(t, err, "capacity: Options.Clusters is required")
}

// TestNothingIsWatchedThatNobodyFollows, and one watch is enough for all who do.
func TestNothingIsWatchedThatNobodyFollows(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	pods, everywhere, nodes := fmt.Sprintf("/api/v1/namespaces/%s/pods", w.namespace), "/api/v1/pods", "/api/v1/nodes"
	untilOpen := func(want map[string]int) {
		t.Helper()
		w.until(fmt.Sprint("open: ", want), func() bool { return maps.Equal(want, w.streams.paths()) })
	}
	w.run()
	_, err := w.Look(cluster, w.web(), 0, noon)
	require.EqualError(t, err, fmt.Sprintf("pods in namespace %q of cluster member1 are not followed", w.namespace))
	_, err = w.Room(t.Context(), cluster, w.web())
	require.EqualError(t, err, "nodes of cluster member1 are not followed")

	w.follow("web")
	w.follow("db")
	untilOpen(map[string]int{pods: 1})
	require.Equal(t, 1, w.requests("pods"))
	w.follow("web") // says it again
	w.Release("web")
	w.Release("nobody")
	require.Equal(t, map[string]int{pods: 1}, w.streams.paths())

	w.follow("web", "and nodes")
	untilOpen(map[string]int{everywhere: 1, nodes: 1})
	require.Zero(t, w.sight(), "known all the time")
	require.Equal(t, []int{2, 1}, []int{w.requests("pods"), w.requests("nodes")})
	w.follow("web")
	untilOpen(map[string]int{pods: 1})
	w.Release("web")
	w.Release("db")
	untilOpen(map[string]int{})
	_, err = w.Look(cluster, w.web(), 0, noon)
	require.Error(t, err)
}

// TestPodsAreSeenAsTheyAre in a real API server, and each change is told.
func TestPodsAreSeenAsTheyAre(t *testing.T) {
	for name, nodes := range map[string][]string{"a namespace": nil, "all of the cluster": {"nodes"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, servers.Shared(t, "member1")[0])
			w.create(pod("web-0", running(corev1.ConditionTrue)))
			w.create(pod("done", running(corev1.ConditionTrue), finished))
			w.follow("web", nodes...)
			w.run()
			w.untilSight(capacity.Sight{Pods: 1, Bound: 1, Ready: 1})
			w.until("told", func() bool { return w.wasTold(w.namespace) })
			for _, step := range []struct {
				do   func()
				want capacity.Sight
			}{
				{func() { w.create(pod("web-1")) }, capacity.Sight{Pods: 2, Bound: 1, Ready: 1}},
				{func() { w.create(pod("db-0", labelled("app", "db"))) }, capacity.Sight{Pods: 2, Bound: 1, Ready: 1}},
				{func() { w.create(pod("web-2", unschedulable(0))) }, capacity.Sight{Pods: 3, Bound: 1, Ready: 1, Unschedulable: 1}},
				{func() { w.remove("web-0") }, capacity.Sight{Pods: 2, Unschedulable: 1}},
			} {
				w.deaf()
				step.do()
				w.untilSight(step.want)
				w.until("told", func() bool { return w.wasTold(w.namespace) })
			}
		})
	}
}

// TestRoomFollowsNodesAndPods, and is told in the name of no namespace.
func TestRoomFollowsNodesAndPods(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	w.follow("web", "and nodes")
	w.run()
	one := w.web()
	one.Needs = resources("cpu", "1")
	w.untilRoom(one, 0)
	w.deaf()
	w.add(node("node-1"))
	w.add(node("node-2", tainted(corev1.Taint{Key: "old", Effect: corev1.TaintEffectNoSchedule})))
	w.untilRoom(one, 4)
	w.until("told", func() bool { return w.wasTold("") })
	w.create(pod("web-0", on("node-1"), requesting("cpu", "1500m")))
	w.untilRoom(one, 2)
	one.Tolerations = []corev1.Toleration{{Key: "old", Operator: corev1.TolerationOpExists}}
	w.untilRoom(one, 6)
	require.NoError(t, w.client.CoreV1().Nodes().Delete(t.Context(), "node-1", metav1.DeleteOptions{}))
	w.untilRoom(one, 4)
}

// TestTheRightThatIsMissingIsNamed, and what needs only a lesser one goes on. A
// right that is granted is noticed.
func TestTheRightThatIsMissingIsNamed(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	user := "reader-of-" + w.namespace
	config, err := w.server.ConfigFor(controlplane.User{Name: user})
	require.NoError(t, err)
	w.use("", config)
	w.follow("web", "and nodes")
	w.run()
	w.untilUnknown(fmt.Sprintf("the credentials for cluster member1 may not list and watch pods in namespace %q; grant it there", w.namespace))

	rules := func(resource string) []rbacv1.PolicyRule {
		return []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{resource}, Verbs: []string{"list", "watch"}}}
	}
	subjects := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}}
	roles := w.client.RbacV1()
	meta := metav1.ObjectMeta{Name: user}
	_, err = roles.Roles(w.namespace).Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: rules("pods")}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = roles.RoleBindings(w.namespace).Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.create(pod("web-0"))
	w.untilSight(capacity.Sight{Pods: 1})
	_, err = w.Room(t.Context(), cluster, w.web())
	require.EqualError(t, err, "the credentials for cluster member1 may not list and watch pods in all namespaces; grant it there")

	grant := func(resource string) {
		name := user + "-" + resource
		_, err := roles.ClusterRoles().Create(t.Context(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules(resource)}, metav1.CreateOptions{})
		require.NoError(t, err)
		_, err = roles.ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	grant("pods")
	w.until("the nodes are what is missing", func() bool {
		_, err := w.Room(t.Context(), cluster, w.web())
		return err != nil && err.Error() == "the credentials for cluster member1 may not list and watch nodes; grant it there"
	})
	grant("nodes")
	w.until("nothing is missing", func() bool {
		_, err := w.Room(t.Context(), cluster, w.web())
		return err == nil
	})
	w.until("one watch for all pods", func() bool {
		return maps.Equal(map[string]int{"/api/v1/pods": 1, "/api/v1/nodes": 1}, w.streams.paths())
	})
	w.untilSight(capacity.Sight{Pods: 1})
}

// TestWhatHappensWhileAMemberIsAway is seen when it is back, and meanwhile it is
// known as it was.
func TestWhatHappensWhileAMemberIsAway(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	w.create(pod("web-0", running(corev1.ConditionTrue)))
	w.follow("web")
	w.run()
	w.untilSight(capacity.Sight{Pods: 1, Bound: 1, Ready: 1})

	require.NoError(t, w.server.Pause())
	require.Equal(t, capacity.Sight{Pods: 1, Bound: 1, Ready: 1}, w.sight())
	require.NoError(t, w.server.Continue())
	w.create(pod("web-1"))
	w.untilSight(capacity.Sight{Pods: 2, Bound: 1, Ready: 1})

	w.server.Kill()
	w.until("its watch is gone", func() bool { return len(w.streams.paths()) == 0 })
	require.Equal(t, capacity.Sight{Pods: 2, Bound: 1, Ready: 1}, w.sight())
	require.NoError(t, w.server.Restart(t.Context()))
	w.remove("web-0")
	w.untilSight(capacity.Sight{Pods: 1})
}

// TestAMemberThatBecomesReadyIsTriedAtOnce, however long it was to be left alone.
func TestAMemberThatBecomesReadyIsTriedAtOnce(t *testing.T) {
	w := newWorldWith(t, servers.Fresh(t, "member1")[0], capacity.Options{Backoff: time.Hour, MaxBackoff: time.Hour})
	w.create(pod("web-0"))
	w.Put(federation.Cluster{Name: cluster})
	w.server.Kill()
	w.follow("web")
	w.run()
	w.until("it is said why", func() bool {
		_, err := w.Look(cluster, w.web(), 0, noon)
		return err != nil && strings.HasSuffix(err.Error(), "connection refused")
	})
	require.NoError(t, w.server.Restart(t.Context()))
	w.Put(federation.Cluster{Name: cluster, Ready: true})
	w.untilSight(capacity.Sight{Pods: 1})
}

// TestAnotherConnectionIsTaken, and a cluster that is no member is not watched.
func TestAnotherConnectionIsTaken(t *testing.T) {
	all := servers.Shared(t, "member1", "member2")
	w := newWorld(t, all[0])
	w.create(pod("web-0"))
	w.follow("web")
	w.run()
	w.untilSight(capacity.Sight{Pods: 1})

	w.use("other", all[1].Config())
	w.until("nothing there", func() bool {
		s, err := w.Look(cluster, w.web(), 0, noon)
		return err == nil && s == capacity.Sight{}
	})
	w.Remove(cluster)
	w.untilUnknown(fmt.Sprintf("cluster member1 is none whose pods in namespace %q can be watched from here", w.namespace))
	w.until("nothing is watched", func() bool { return len(w.streams.paths()) == 0 })
	w.Put(federation.Cluster{Name: cluster, Ready: true, Connection: "again"})
	w.until("watched again", func() bool { _, err := w.Look(cluster, w.web(), 0, noon); return err == nil })
}

// TestNothingIsLeftRunning, not even when a member hangs.
func TestNothingIsLeftRunning(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	before := []goleak.Option{goleak.IgnoreCurrent(),
		// Connections are client-go's, which shares them between all clients and
		// closes them when nobody has used them for a while.
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*http2ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*Transport).dialConn"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).addTLS.func2"),
	}
	w.follow("web", "and nodes")
	stop := w.run()
	w.untilRoom(w.web(), 0)
	stop()
	goleak.VerifyNone(t, before...)
	_, err := w.Look(cluster, w.web(), 0, noon)
	require.Error(t, err)

	w.Release("web")
	w.follow("web")
	stop = w.run()
	w.untilSight(capacity.Sight{})
	require.NoError(t, w.server.Pause())
	began := time.Now()
	stop()
	require.Less(t, time.Since(began), 5*time.Second)
	goleak.VerifyNone(t, before...)
	require.NoError(t, w.server.Continue())
}
