package federated_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/testbed"
)

// workload declares a Deployment everywhere, with what else its spec says, and has
// it run there.
func workload(b *testbed.Bed, name string, more map[string]any) {
	containers := []any{map[string]any{"name": "main", "image": "example.test/web:1"}}
	labels := map[string]any{"app": name}
	spec := map[string]any{
		"template": map[string]any{"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": containers}},
		}},
		"placement": map[string]any{"clusterSelector": map[string]any{}},
	}
	for field, value := range more {
		spec[field] = value
	}
	b.Create(deployments, name, spec)
	for member, s := range b.Servers {
		b.Until("held in "+s.Cluster(), func() bool { return b.Copy(s, deployments, name) != nil })
		heal(b, member, name)
	}
	b.UntilReady(deployments, name)
}

// ship changes the image everywhere.
func ship(b *testbed.Bed, name, image string) {
	b.Patch(deployments, name, fmt.Sprintf(`{"spec":{"template":{"spec":{"template":{"spec":{"containers":[{"name":"main","image":%q}]}}}}}}`, image))
}

// images are what the members hold, in their order, without the name.
func images(b *testbed.Bed, name string) string {
	var tags []string
	for _, s := range b.Servers {
		o := b.Copy(s, deployments, name)
		content, err := json.Marshal(o.Object["spec"])
		require.NoError(b, err)
		_, tag, _ := strings.Cut(string(content), `"image":"example.test/web:`)
		tag, _, _ = strings.Cut(tag, `"`)
		tags = append(tags, tag)
	}
	return strings.Join(tags, " ")
}

// heal writes the status that a Deployment has when all its replicas run.
func heal(b *testbed.Bed, member int, name string) {
	generation := b.Copy(b.Servers[member], deployments, name).GetGeneration()
	writeStatus(b, member, name, fmt.Sprintf(`{"status":{"observedGeneration":%d,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"unavailableReplicas":0,`+
		`"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}]}}`, generation))
}

// wreck writes the status that it has when it does not.
func wreck(b *testbed.Bed, member int, name string) {
	generation := b.Copy(b.Servers[member], deployments, name).GetGeneration()
	writeStatus(b, member, name, fmt.Sprintf(`{"status":{"observedGeneration":%d,"replicas":1,"updatedReplicas":1,"readyReplicas":0,"availableReplicas":0,"unavailableReplicas":1}}`, generation))
}

// stands waits until the object is not Ready for that reason, and the clusters
// have these words.
func stands(b *testbed.Bed, name, reason string, words ...string) federatedkind.Status {
	b.Helper()
	var s federatedkind.Status
	holds := b.Holds(func() bool {
		s = b.Status(deployments, name)
		var got []string
		for _, c := range s.Clusters {
			got = append(got, c.Status)
		}
		return testbed.ReadyCondition(s).Reason == reason && strings.Join(got, ",") == strings.Join(words, ",")
	})
	require.True(b, holds, "want %s %q, have %+v", reason, words, s)
	return s
}

const (
	queued = "WaitingForRollout"
	unwell = "WaitingForHealth"
	well   = ""
)

func TestARolloutOnRealServers(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2", "member3")
	b := testbed.New(t, all[0], all[1:], deployments)
	b.Judge(deployments)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)

	t.Run("the next one goes when health says so, across a restart", func(t *testing.T) {
		workload(b, "web", map[string]any{"rollout": map[string]any{"maxConcurrent": int64(1)}})
		before := b.Quiet()
		ship(b, "web", "example.test/web:2")
		stands(b, "web", "RolloutInProgress", unwell, queued, queued)
		b.Until("member1 is changed", func() bool { return images(b, "web") == "2 1 1" })
		b.Quiet()
		since := b.Status(deployments, "web").Clusters[0].Rollout
		b.Stop()
		b.Run()
		b.Quiet()
		require.Equal(t, since, b.Status(deployments, "web").Clusters[0].Rollout, "the clock goes on")
		require.Equal(t, "2 1 1", images(b, "web"))
		heal(b, 0, "web")
		stands(b, "web", "RolloutInProgress", well, unwell, queued)
		b.Until("member2 is changed", func() bool { return images(b, "web") == "2 2 1" })
		b.Stop()
		heal(b, 1, "web") // while nobody looks
		b.Run()
		b.Until("member3 is changed", func() bool { return images(b, "web") == "2 2 2" })
		heal(b, 2, "web")
		b.UntilReady(deployments, "web")
		for _, c := range stands(b, "web", "AllClusters", well, well, well).Clusters {
			require.Nil(t, c.Rollout, "what is over is forgotten")
		}
		made := b.Quiet().Since(before)
		require.Equal(t, 3, spent(made).members, "a member is written to once: %v", made)
		t.Logf("a rollout over 3 clusters with two restarts cost %+v", spent(made))
	})

	t.Run("pause and resume", func(t *testing.T) {
		b.Patch(deployments, "web", `{"spec":{"rollout":{"paused":true,"maxConcurrent":"100%"}}}`)
		b.UntilReady(deployments, "web")
		ship(b, "web", "example.test/web:3")
		stands(b, "web", "RolloutPaused", queued, queued, queued)
		require.Equal(t, "2 2 2", images(b, "web"))
		b.Patch(deployments, "web", `{"spec":{"rollout":{"paused":null}}}`)
		b.Until("all are changed", func() bool { return images(b, "web") == "3 3 3" })
		for i := range b.Servers {
			heal(b, i, "web")
		}
		b.UntilReady(deployments, "web")
	})

	t.Run("a failure stops, and the way back is free", func(t *testing.T) {
		b.Patch(deployments, "web", `{"spec":{"rollout":{"maxConcurrent":1,"deadlineSeconds":2,"order":[{"clusters":[{"name":"member2"}]}]}}}`)
		b.UntilReady(deployments, "web")
		ship(b, "web", "example.test/web:4")
		b.Until("member2 is changed", func() bool { return images(b, "web") == "3 4 3" })
		wreck(b, 1, "web")
		stands(b, "web", "RolloutStopped", queued, "RolloutFailed", queued)
		b.Quiet()
		s := b.Status(deployments, "web")
		require.Equal(t, "not healthy: 0 of 1 replicas are available, after 2s", s.Clusters[1].Message)
		require.Equal(t, "the rollout is stopped: member2 failed", s.Clusters[0].Message)
		b.Stop()
		b.Run()
		b.Quiet()
		require.Equal(t, s, b.Status(deployments, "web"), "a restart changes nothing")
		b.Until("told", func() bool { return strings.Contains(strings.Join(b.Events("web"), "\n"), "RolloutStopped: ") })
		ship(b, "web", "example.test/web:3")
		b.Until("member2 is mended", func() bool { return images(b, "web") == "3 3 3" })
		heal(b, 1, "web")
		b.UntilReady(deployments, "web")
	})
}

// plain takes out of the definition what KubeFed's did not have, so that the host
// prunes it.
func plain(t *testing.T, b *testbed.Bed) {
	definition := federatedkind.Kind{Target: deployments, Replicas: true}.Definition()
	version := &definition.Spec.Versions[0]
	properties := version.Schema.OpenAPIV3Schema.Properties
	delete(properties["spec"].Properties, "rollout")
	status := properties["status"]
	for _, field := range []string{"rollout", "message", "health", "healthMessage", "observedGeneration", "counts"} {
		delete(status.Properties["clusters"].Items.Schema.Properties, field)
	}
	for _, field := range []string{"message", "observedGeneration"} {
		delete(status.Properties["conditions"].Items.Schema.Properties, field)
	}
	delete(status.Properties, "totals")
	delete(status.Properties, "worst")
	crdtest.Install(t, b.Host.Config(), definition)
}

// A definition that KubeFed made knows neither spec.rollout nor what is kept in
// the status of a cluster.
func TestARolloutOfAKindThatKubeFedMade(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], deployments)
	b.Judge(deployments)
	plain(t, b)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	workload(b, "web", nil)
	b.Patch(deployments, "web", `{"metadata":{"annotations":{"fedrail.io/rollout":"maxConcurrent: 1\ndeadlineSeconds: 600"}}}`)
	b.Quiet()
	ship(b, "web", "example.test/web:2")
	stands(b, "web", "RolloutInProgress", unwell, queued)
	b.Until("member1 is changed", func() bool { return images(b, "web") == "2 1" })
	b.Stop()
	b.Run()
	b.Quiet()
	kept := stands(b, "web", "RolloutInProgress", unwell, queued)
	require.Equal(t, federatedkind.ClusterStatus{Name: "member2", Status: queued}, kept.Clusters[1], "the host prunes the rest")
	require.Equal(t, "2 1", images(b, "web"))
	heal(b, 0, "web")
	b.Until("member2 is changed", func() bool { return images(b, "web") == "2 2" })
	heal(b, 1, "web")
	b.UntilReady(deployments, "web")
}
