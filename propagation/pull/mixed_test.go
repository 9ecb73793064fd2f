package pull_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

var deployments = testbed.Deployments()

// reachable are all members of a federation, and how to reach some.
type reachable struct {
	federation.Registry
	configs map[federation.ClusterName]*rest.Config
}

func (r reachable) Config(name federation.ClusterName) (*rest.Config, error) {
	config, known := r.configs[name]
	if !known {
		return nil, federation.ErrClusterNotFound
	}
	return rest.CopyConfig(config), nil
}

// newMixed is a running federation of which member1 fetches, while member2 is
// written to.
func newMixed(t *testing.T, enabled ...federation.Type) *bed {
	host := servers.Fresh(t, "host")[0]
	members := servers.Shared(t, "member1", "member2")
	b := &bed{Bed: testbed.New(t, host, members, enabled...), want: []map[string]string{{}, {}}, agents: make([]func(), 2)}
	admit(t, host, "member1", labels.Set{"name": "member1"})
	fetching := registryOf(t, host)
	written := federation.NewMembers(federation.Cluster{Name: "member2", Ready: true})
	toMember2 := reachable{written, map[federation.ClusterName]*rest.Config{"member2": members[1].Config()}}
	b.Clusters = reachable{Registry: pull.Union(written, fetching)}
	b.Types.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		collection := push.NoStatus
		var judge status.Judge
		var judging *v1alpha1.Judging
		if c.Spec.TargetType.Kind == "Deployment" {
			collection, judge, judging = push.Status, status.Kinds{}, &v1alpha1.Judging{}
		}
		toHost := dial(t, host.Config(), b.Counter, testbed.HostName)
		pulled, err := pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: c.Spec.TargetType.Type(), Collection: collection, Judging: judging})
		require.NoError(t, err)
		pushed, err := push.New(push.Options{Clusters: toMember2, Type: c.Spec.TargetType.Type(), Collection: collection, Judge: judge})
		return pull.Beside{Pulling: fetching, Pull: pulled, Others: pushed}, err
	}
	b.startAgent(0)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	return b
}

// TestSomeFetchAndOthersAreWrittenTo in one federation.
func TestSomeFetchAndOthersAreWrittenTo(t *testing.T) {
	b := newMixed(t, configMaps)
	b.fill(0, 5)
	b.untilHeld()
	b.untilAllReady()
	require.Equal(t, map[string]string{"member1": "", "member2": ""}, b.states("c-000"))
	b.empty()
}

// deploy declares a Deployment in both members, which reads a ConfigMap, and has it
// run there.
func (b *bed) deploy(name, config string, more map[string]any) {
	b.Helper()
	selected := map[string]any{"app": name}
	container := map[string]any{"name": "main", "image": "example.test/web:1",
		"envFrom": []any{map[string]any{"configMapRef": map[string]any{"name": config, "optional": true}}}}
	spec := map[string]any{
		"template": map[string]any{"spec": map[string]any{
			"selector": map[string]any{"matchLabels": selected},
			"template": map[string]any{"metadata": map[string]any{"labels": selected}, "spec": map[string]any{"containers": []any{container}}},
		}},
		"placement": map[string]any{"clusterSelector": map[string]any{}},
	}
	for field, value := range more {
		spec[field] = value
	}
	b.Create(deployments, name, spec)
	for i, s := range b.Servers {
		b.Until("held in "+s.Cluster(), func() bool { return b.Copy(s, deployments, name) != nil })
		b.heal(i, name)
	}
	b.UntilReady(deployments, name)
}

// ship changes the image everywhere.
func (b *bed) ship(name, tag string) {
	b.Helper()
	b.Patch(deployments, name, fmt.Sprintf(
		`{"spec":{"template":{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"example.test/web:%s"}]}}}}}}`, tag))
}

// tags are the images that the members hold.
func (b *bed) tags(name string) string {
	b.Helper()
	var tags []string
	for _, s := range b.Servers {
		content, err := json.Marshal(b.Copy(s, deployments, name).Object["spec"])
		require.NoError(b, err)
		_, tag, _ := strings.Cut(string(content), `"image":"example.test/web:`)
		tag, _, _ = strings.Cut(tag, `"`)
		tags = append(tags, tag)
	}
	return strings.Join(tags, " ")
}

// heal writes the status that a Deployment has when all its replicas run.
func (b *bed) heal(i int, name string) {
	b.Helper()
	body := fmt.Sprintf(`{"status":{"observedGeneration":%d,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"unavailableReplicas":0,`+
		`"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}]}}`,
		b.Copy(b.Servers[i], deployments, name).GetGeneration())
	_, err := b.In(b.Servers[i], deployments).Patch(context.Background(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{}, "status")
	require.NoError(b, err)
}

// stands waits until the two members have these words.
func (b *bed) stands(name string, words ...string) {
	b.Helper()
	var got []string
	holds := b.Holds(func() bool {
		got = nil
		for _, c := range b.Status(deployments, name).Clusters {
			got = append(got, string(c.Status))
		}
		return strings.Join(got, ",") == strings.Join(words, ",")
	})
	require.True(b, holds, "want %q, have %q", words, got)
}

// TestARolloutGoesOverBoth kinds of members: the next is changed when health says
// so of the one before, however that is reached, and also when an agent or the
// controller was away meanwhile.
func TestARolloutGoesOverBoth(t *testing.T) {
	b := newMixed(t, deployments)
	b.deploy("web", "none", map[string]any{"rollout": map[string]any{"maxConcurrent": int64(1)}})
	require.Equal(t, "1 1", b.tags("web"))
	b.ship("web", "2")
	b.stands("web", "WaitingForHealth", "WaitingForRollout")
	b.Until("the first is changed", func() bool { return b.tags("web") == "2 1" })
	b.agents[0]()
	b.Stop()
	b.heal(0, "web") // while nobody looks
	require.Equal(t, "2 1", b.tags("web"))
	b.Run()
	b.startAgent(0)
	b.Until("the second is changed", func() bool { return b.tags("web") == "2 2" })
	b.stands("web", "", "WaitingForHealth")
	b.heal(1, "web")
	b.UntilReady(deployments, "web")

	b.Patch(deployments, "web", `{"spec":{"rollout":{"order":[{"clusters":[{"name":"member2"}]}]}}}`)
	b.UntilReady(deployments, "web")
	b.ship("web", "3")
	b.stands("web", "WaitingForRollout", "WaitingForHealth")
	b.Until("the other way round", func() bool { return b.tags("web") == "2 3" })
	b.heal(1, "web")
	b.Until("both are changed", func() bool { return b.tags("web") == "3 3" })
	b.heal(0, "web")
	b.UntilReady(deployments, "web")
}

// TestWhatIsReferredToFollowsIntoBoth kinds of members, and goes from both, also
// when nobody ran when it was referred to for the last time.
func TestWhatIsReferredToFollowsIntoBoth(t *testing.T) {
	b := newMixed(t, deployments, configMaps)
	put := func(name, color string) {
		_, err := b.In(b.Host, configMaps).Apply(t.Context(), name, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name}, "data": map[string]any{"color": color},
		}}, metav1.ApplyOptions{FieldManager: "test"})
		require.NoError(t, err)
	}
	expect := func(name, color string) {
		for i := range b.want {
			delete(b.want[i], name)
			if color != "" {
				b.want[i][name] = color
			}
		}
	}
	follow := func(name, word string) {
		b.Patch(deployments, name, `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":`+word+`}}}`)
	}
	put("one", "blue")
	put("two", "red")
	b.deploy("first", "one", nil)
	b.deploy("second", "two", nil)
	follow("first", `"true"`)
	follow("second", `"true"`)
	expect("one", "blue")
	expect("two", "red")
	b.untilHeld()
	put("one", "green")
	expect("one", "green")
	b.untilHeld()
	follow("first", "null")
	expect("one", "")
	b.untilHeld()
	b.Stop()
	follow("second", "null")
	b.Run()
	expect("two", "")
	b.untilHeld()
}
