package status_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/fedrail/fedrail/status"
)

// FuzzJudge: whatever an object holds, it is judged, the same way each time, and
// is not modified.
func FuzzJudge(f *testing.F) {
	for _, kind := range []string{
		"Deployment.apps", "StatefulSet.apps", "ReplicaSet.apps", "DaemonSet.apps", "Job.batch", "CronJob.batch", "Service.", "Ingress.networking.k8s.io",
		"PersistentVolumeClaim.", "PodDisruptionBudget.policy", "HorizontalPodAutoscaler.autoscaling", "Pod.", "Namespace.", "Database.example.com",
		"CustomResourceDefinition.apiextensions.k8s.io",
	} {
		f.Add(kind, `{"replicas":3,"suspend":true}`, `{"observedGeneration":1,"phase":"Running","conditions":[{"type":"Ready","status":"False"}]}`)
		f.Add(kind, `{"type":"LoadBalancer"}`, `{"containerStatuses":[{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}],"readyReplicas":-1}`)
	}
	f.Fuzz(func(t *testing.T, kind, spec, seen string) {
		o := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"generation": int64(1)}}}
		name, group, _ := strings.Cut(kind, ".")
		o.SetKind(name)
		o.SetAPIVersion(group + "/v1")
		for field, text := range map[string]string{"spec": spec, "status": seen} {
			var value any
			if utiljson.Unmarshal([]byte(text), &value) != nil {
				t.Skip()
			}
			o.Object[field] = value
		}
		before, _ := json.Marshal(o)
		got := status.Kinds{}.Judge(o)
		after, _ := json.Marshal(o)
		if !slices.Equal(before, after) {
			t.Fatalf("modified: %s, and was %s", after, before)
		}
		if again := (status.Kinds{}).Judge(o); !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v, and then %+v", got, again)
		}
		if got.Health == "" || got.Health != status.Healthy && got.Message == "" {
			t.Fatalf("not judged, or not explained: %+v", got)
		}
		for _, c := range got.Counts {
			if c.N < 0 {
				t.Fatalf("negative: %+v", c)
			}
		}
	})
}
