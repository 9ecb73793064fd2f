package expression_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
)

var database = schema.GroupKind{Group: "example.com", Kind: "Database"}

func databaseIn(phase string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Database",
		"spec":   map[string]any{"shards": int64(3), "open": true, "note": "x"},
		"status": map[string]any{"phase": phase, "shards": int64(2), "conditions": []any{map[string]any{"type": "Backup", "status": "False"}}},
	}}
}

func TestHealthIsTheFirstThatIsTrue(t *testing.T) {
	rule, err := expression.Compile(expression.Health{
		Healthy:   `object.status.phase in ["Up", "Broken", "Asleep"]`,
		Degraded:  `object.status.phase == "Broken"`,
		Suspended: `object.status.phase == "Asleep" || object.status.phase == "Broken"`,
		Message:   `string(object.status.shards) + " of " + string(object.spec.shards) + " shards"`,
	})
	require.NoError(t, err)
	judge := status.NewKinds(map[schema.GroupKind]status.Rule{database: rule})
	for phase, want := range map[string]status.Vitals{
		"Up":       {Health: status.Healthy},
		"Asleep":   {Health: status.Suspended, Message: "2 of 3 shards"},
		"Broken":   {Health: status.Degraded, Message: "2 of 3 shards"},
		"Starting": {Health: status.Progressing, Message: "2 of 3 shards"},
	} {
		require.Equal(t, want, judge.Judge(databaseIn(phase)), phase)
	}
}

func TestWhatCannotBeEvaluatedMakesAnObjectUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		health  expression.Health
		message string
	}{
		"a field that is not there":         {expression.Health{Healthy: `object.status.nowhere == 1`}, "healthy: no such key: nowhere"},
		"another type than a bool":          {expression.Health{Healthy: `object.status.phase`}, "healthy: want a bool, and it gives string"},
		"another type than a string":        {expression.Health{Healthy: `false`, Message: `object.spec.shards`}, "message: want a string, and it gives int"},
		"a message about what is not there": {expression.Health{Healthy: `false`, Message: `object.x.y`}, "message: no such key: x"},
		"in the first that is asked":        {expression.Health{Healthy: `true`, Degraded: `object.x`}, "degraded: no such key: x"},
	} {
		t.Run(name, func(t *testing.T) {
			rule, err := expression.Compile(c.health)
			require.NoError(t, err)
			health, message := rule.Health(databaseIn("Up"))
			require.Equal(t, status.Unknown, health)
			require.Equal(t, c.message, message)
		})
	}
}

func TestFieldsThatAreNotThereCanBeAskedFor(t *testing.T) {
	for _, healthy := range []string{`!has(object.status.ready) || object.status.ready`, `object.?status.?ready.orValue(true)`} {
		rule, err := expression.Compile(expression.Health{Healthy: healthy})
		require.NoError(t, err)
		health, _ := rule.Health(databaseIn("Up"))
		require.Equal(t, status.Healthy, health, healthy)
		health, _ = rule.Health(&unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"ready": false}}})
		require.Equal(t, status.Progressing, health, healthy)
	}
}

func TestErrorsNameFieldAndPosition(t *testing.T) {
	for name, c := range map[string]struct {
		health expression.Health
		want   []string
	}{
		"nothing":       {expression.Health{}, []string{"healthy: required: an expression that is true when the object works"}},
		"no expression": {expression.Health{Healthy: "object.status ="}, []string{"healthy: line 1, column 15: "}},
		"another name":  {expression.Health{Healthy: "true &&\n obj.ready"}, []string{"healthy: line 2, column 2: undeclared reference to 'obj'"}},
		"types":         {expression.Health{Healthy: `"yes"`, Message: `1`}, []string{"healthy: it gives string: make it give bool", "message: it gives int: make it give string"}},
		"each of them": {
			expression.Health{Healthy: "a", Degraded: "b", Suspended: "c", Message: "d"},
			[]string{"healthy: line 1, column 1: undeclared", "degraded: line 1", "suspended: line 1", "message: line 1"},
		},
		"other functions than CEL's own": {expression.Health{Healthy: `"x".substring(0) == ""`}, []string{"undeclared reference to 'substring'"}},
		"the clock":                      {expression.Health{Healthy: `timestamp(object.metadata.creationTimestamp) < now()`}, []string{"undeclared reference to 'now'"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := expression.Compile(c.health)
			for _, text := range c.want {
				require.ErrorContains(t, err, text)
			}
			var one *expression.Error
			require.True(t, errors.As(err, &one))
			require.NotEmpty(t, one.Field)
		})
	}
}

func TestAnExpressionThatCostsTooMuchIsStopped(t *testing.T) {
	var many []any
	for range 1000 {
		many = append(many, "x")
	}
	object := &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"many": many}}}
	rule, err := expression.Compile(expression.Health{Healthy: `object.status.many.all(a, object.status.many.all(b, a == b))`})
	require.NoError(t, err)
	health, message := rule.Health(object)
	require.Equal(t, status.Unknown, health)
	require.Contains(t, message, "cost limit exceeded")
	require.True(t, strings.HasPrefix(message, "healthy: "))
}

func TestObjectsAreNotModified(t *testing.T) {
	rule, err := expression.Compile(expression.Health{Healthy: `object.status.conditions.map(c, c.type).exists(t, t == "Ready")`})
	require.NoError(t, err)
	object, before := databaseIn("Up"), databaseIn("Up")
	rule.Health(object)
	require.Equal(t, before, object)
}

func BenchmarkHealth(b *testing.B) {
	rule, err := expression.Compile(expression.Health{
		Healthy:  `object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")`,
		Degraded: `object.status.phase == "Broken"`,
		Message:  `string(object.status.shards) + " of " + string(object.spec.shards) + " shards"`,
	})
	require.NoError(b, err)
	object := databaseIn("Up")
	b.ReportAllocs()
	for b.Loop() {
		rule.Health(object)
	}
}
