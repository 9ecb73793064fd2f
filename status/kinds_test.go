package status_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/status"
)

// object is one as a client decodes it.
func object(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	o := &unstructured.Unstructured{}
	require.NoError(t, o.UnmarshalJSON(raw))
	return o
}

// A judgement is what to expect of an object.
type judgement struct {
	yaml    string
	health  status.Health
	message string
	counts  []status.Count
}

// requireJudged holds the zero Kinds to it, and to leave the object alone.
func requireJudged(t *testing.T, cases map[string]judgement) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := object(t, c.yaml)
			got := status.Kinds{}.Judge(o)
			require.Equal(t, c.health, got.Health, got.Message)
			require.Equal(t, c.message, got.Message)
			require.Equal(t, c.counts, got.Counts)
			require.Equal(t, o.GetGeneration(), got.Generation)
			require.Equal(t, object(t, c.yaml), o)
			require.Equal(t, got, status.Kinds{}.Judge(o.DeepCopy()))
		})
	}
}

// counts are names and numbers in turn.
func counts(pairs ...any) []status.Count {
	var all []status.Count
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, status.Count{Name: pairs[i].(string), N: int64(pairs[i+1].(int))})
	}
	return all
}

func TestForEveryKind(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"an object that is being deleted": {
			yaml:   `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, deletionTimestamp: "2026-01-01T00:00:00Z"}}`,
			health: status.Terminating, message: "it is being deleted",
		},
		"an object that waits for finalizers": {
			yaml:   `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [a.example/x, b.example/y]}}`,
			health: status.Terminating, message: "it is being deleted, and waits for its finalizers: a.example/x, b.example/y",
		},
		"deletion comes before all else": {
			yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, generation: 3, deletionTimestamp: "2026-01-01T00:00:00Z"}
spec: {replicas: 2}
status: {observedGeneration: 2, readyReplicas: 2}`,
			health: status.Terminating, message: "it is being deleted",
			counts: counts("replicas", 2, "updatedReplicas", 0, "readyReplicas", 2, "availableReplicas", 0),
		},
		"a status of an older generation": {
			yaml: `
apiVersion: example.com/v1
kind: Database
metadata: {name: a, generation: 3}
status: {observedGeneration: 2, conditions: [{type: Ready, status: "True"}]}`,
			health: status.Progressing, message: "its status speaks of generation 2, and the newest is 3",
		},
		"a status that cannot be read": {
			yaml:   `{apiVersion: example.com/v1, kind: Database, metadata: {name: a}, status: {conditions: [{type: 7}]}}`,
			health: status.Unknown, message: "its status cannot be read: cannot convert int64 to string",
		},
	})
}

func TestVitalsHaveTheGenerations(t *testing.T) {
	got := status.Kinds{}.Judge(object(t, `{apiVersion: example.com/v1, kind: Database, metadata: {generation: 5}, status: {observedGeneration: 4}}`))
	require.Equal(t, int64(5), got.Generation)
	require.Equal(t, int64(4), got.Observed)
	got = status.Kinds{}.Judge(object(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}`))
	require.Equal(t, status.Vitals{Health: status.Healthy}, got)
}

func TestOtherKindsAreJudgedByTheirConditions(t *testing.T) {
	database := func(generation, conditions string) string {
		return "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: a, generation: " + generation + "}\nstatus:\n  conditions:\n" + conditions
	}
	requireJudged(t, map[string]judgement{
		"none": {yaml: `{apiVersion: example.com/v1, kind: Database, metadata: {name: a}}`, health: status.Healthy},
		"Ready": {
			yaml: database("1", `  - {type: Ready, status: "True", reason: Up, observedGeneration: 1}`), health: status.Healthy,
		},
		"not Ready": {
			yaml:   database("1", `  - {type: Ready, status: "False", reason: Restoring, message: 3 of 7 files}`),
			health: status.Progressing, message: "Restoring: 3 of 7 files",
		},
		"nobody knows": {
			yaml:   database("1", `  - {type: Ready, status: Unknown, reason: Silent}`),
			health: status.Progressing, message: "Silent",
		},
		"not Ready, for no reason": {
			yaml:   database("1", `  - {type: Ready, status: "False"}`),
			health: status.Progressing, message: "its conditions do not say why",
		},
		"Stalled": {
			yaml:   database("1", `  - {type: Stalled, status: "True", reason: NoQuota, message: ask for more}`+"\n"+`  - {type: Ready, status: "False"}`),
			health: status.Degraded, message: "NoQuota: ask for more",
		},
		"Reconciling": {
			yaml:   database("1", `  - {type: Reconciling, status: "True", reason: Moving, message: to berlin}`+"\n"+`  - {type: Ready, status: "True"}`),
			health: status.Progressing, message: "Moving: to berlin",
		},
		"Ready of an older generation": {
			yaml:   database("4", `  - {type: Ready, status: "True", observedGeneration: 3}`),
			health: status.Progressing, message: "its condition Ready speaks of generation 3, and the newest is 4",
		},
		"not Available": {
			yaml:   database("1", `  - {type: Available, status: "False", reason: NoEndpoints, message: none}`),
			health: status.Progressing, message: "NoEndpoints: none",
		},
		"Available of an older generation": {
			yaml:   database("4", `  - {type: Available, status: "True", observedGeneration: 3}`),
			health: status.Progressing, message: "its condition Available speaks of generation 3, and the newest is 4",
		},
		"Available of the newest": {
			yaml: database("4", `  - {type: Available, status: "True", observedGeneration: 4}`), health: status.Healthy,
		},
		"Available of an older generation, where Ready decides": {
			yaml: database("4", `  - {type: Available, status: "False", observedGeneration: 3}`+"\n"+`  - {type: Ready, status: "True", observedGeneration: 4}`), health: status.Healthy,
		},
		"Stalled of an older generation": {
			yaml:   database("4", `  - {type: Stalled, status: "True", reason: NoQuota, observedGeneration: 3}`),
			health: status.Progressing, message: "its condition Stalled speaks of generation 3, and the newest is 4",
		},
		"one that decides nothing, of an older generation": {
			yaml: database("4", `  - {type: BackedUp, status: "True", observedGeneration: 3}`), health: status.Healthy,
		},
		"not Available, and Ready all the same": {
			yaml: database("1", `  - {type: Available, status: "False"}`+"\n"+`  - {type: Ready, status: "True"}`), health: status.Healthy,
		},
		"replicas as workloads have them": {
			yaml:   `{apiVersion: example.com/v1, kind: Database, spec: {replicas: 3}, status: {replicas: 2, readyReplicas: 1}}`,
			health: status.Healthy, counts: counts("replicas", 3, "readyReplicas", 1),
		},
		"replicas that nobody asks for": {
			yaml:   `{apiVersion: example.com/v1, kind: Database, status: {replicas: 2}}`,
			health: status.Healthy, counts: counts("replicas", 2),
		},
		"replicas that are no numbers": {
			yaml: `{apiVersion: example.com/v1, kind: Database, spec: {replicas: many}, status: {readyReplicas: [1]}}`, health: status.Healthy,
		},
		"replicas that are negative": {
			yaml:   `{apiVersion: example.com/v1, kind: Database, spec: {replicas: -1}}`,
			health: status.Healthy, counts: counts("replicas", 0),
		},
	})
}

func TestOwnRulesWin(t *testing.T) {
	kinds := status.NewKinds(map[schema.GroupKind]status.Rule{
		{Group: "apps", Kind: "Deployment"}: {Health: func(*unstructured.Unstructured) (status.Health, string) {
			return status.Degraded, "it is Friday"
		}},
		{Kind: "Pod"}: {Counts: status.Numbers("status.queue.length", ".spec.priority", "status.nothing")},
	})
	t.Run("for the health alone", func(t *testing.T) {
		got := kinds.Judge(object(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 1}, status: {observedGeneration: 1}}`))
		require.Equal(t, status.Degraded, got.Health)
		require.Equal(t, "it is Friday", got.Message)
		require.Equal(t, counts("replicas", 1, "updatedReplicas", 0, "readyReplicas", 0, "availableReplicas", 0), got.Counts)
	})
	t.Run("for the counts alone", func(t *testing.T) {
		got := kinds.Judge(object(t, `{apiVersion: v1, kind: Pod, spec: {priority: 7}, status: {phase: Succeeded, queue: {length: 4}}}`))
		require.Equal(t, status.Healthy, got.Health)
		require.Equal(t, counts("length", 4, "priority", 7, "nothing", 0), got.Counts)
	})
	t.Run("but not over the generation", func(t *testing.T) {
		got := kinds.Judge(object(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 2}, status: {observedGeneration: 1}}`))
		require.Equal(t, status.Progressing, got.Health)
	})
	t.Run("and others stay", func(t *testing.T) {
		require.Equal(t, status.Healthy, kinds.Judge(object(t, `{apiVersion: v1, kind: Secret}`)).Health)
	})
}

func TestTheTableIsACopy(t *testing.T) {
	gone := schema.GroupKind{Group: "example.com", Kind: "Database"}
	rules := map[schema.GroupKind]status.Rule{gone: {Health: func(*unstructured.Unstructured) (status.Health, string) { return status.Unknown, "" }}}
	kinds := status.NewKinds(rules)
	delete(rules, gone)
	require.Equal(t, status.Unknown, kinds.Judge(object(t, `{apiVersion: example.com/v1, kind: Database}`)).Health)
}

func TestMessagesOfRulesAreBounded(t *testing.T) {
	kinds := status.NewKinds(map[schema.GroupKind]status.Rule{{Kind: "Secret"}: {Health: func(*unstructured.Unstructured) (status.Health, string) {
		return status.Degraded, strings.Repeat("x", 5000) + "\xff"
	}}})
	requireBounded(t, kinds.Judge(object(t, `{apiVersion: v1, kind: Secret}`)).Message)
}

func TestTheTimeOfDayDoesNotMatter(t *testing.T) {
	waits := object(t, `
apiVersion: v1
kind: Pod
metadata: {name: a}
status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: 0/3 nodes are available}]}`)
	of := func(created time.Time) status.Vitals {
		o := waits.DeepCopy()
		o.SetCreationTimestamp(metav1.NewTime(created))
		return status.Kinds{}.Judge(o)
	}
	require.Equal(t, of(time.Now()), of(time.Now().Add(-time.Hour)))
	require.Equal(t, status.Progressing, of(time.Now()).Health)
}
