package push_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// byMood judges a ConfigMap by what somebody noted on it.
type byMood struct{}

func (byMood) Judge(o *unstructured.Unstructured) status.Vitals {
	data, _, _ := unstructured.NestedMap(o.Object, "data")
	switch mood := o.GetAnnotations()["mood"]; mood {
	case "":
		return status.Vitals{Health: status.Healthy, Counts: []status.Count{{Name: "colors", N: int64(len(data))}}}
	default:
		return status.Vitals{Health: status.Degraded, Message: "it is " + mood}
	}
}

func judgedByMood(o *push.Options) { o.Judge = byMood{} }

// feel notes a mood on a copy.
func (w *wire) feel(name, mood string) {
	w.Helper()
	_, err := w.there().Patch(w.Context(), name, types.MergePatchType, []byte(`{"metadata":{"annotations":{"mood":`+mood+`}}}`), metav1.PatchOptions{FieldManager: "rival"})
	require.NoError(w, err)
}

func TestVitalsComeWithEachOutcomeAndEachChangeOfThemIsTold(t *testing.T) {
	w := newWireWith(t, servers.Shared(t, "member1")[0], nil, judgedByMood)
	out, err := w.apply("web")
	require.NoError(t, err)
	well := status.Vitals{Health: status.Healthy, Counts: []status.Count{{Name: "colors", N: 1}}}
	require.Equal(t, propagation.Outcome{Action: propagation.Applied, Vitals: well}, out)
	w.settle("before")
	w.deaf()
	w.feel("web", `"sad"`)
	w.until("told", func() bool { return w.told(w.change("web")) })
	out, err = w.apply("web")
	require.NoError(t, err)
	sad := status.Vitals{Health: status.Degraded, Message: "it is sad"}
	require.Equal(t, propagation.Outcome{Action: propagation.Unchanged, Vitals: sad}, out)

	sight, err := w.View(cluster, configMap(w.namespace, "web"), propagation.Holding{Parent: "parent"})
	require.NoError(t, err)
	require.Equal(t, sad, sight.Vitals)
}

// TestVitalsAreToldBesideAnError: what cannot be changed may work all the same.
func TestVitalsAreToldBesideAnError(t *testing.T) {
	refuses := func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if r.Method == http.MethodPatch && r.URL.Query().Get("fieldManager") == "fedrail" {
			return nil, errBlind
		}
		return send()
	}
	w := newWireWith(t, servers.Shared(t, "member1")[0], nil, judgedByMood)
	_, err := w.apply("web")
	require.NoError(t, err)
	w.mu.Lock()
	w.meddle = refuses
	w.mu.Unlock()
	change := configMap(w.namespace, "web")
	change.Object["data"] = map[string]any{"color": "green"}
	out, err := w.Apply(t.Context(), cluster, change, propagation.Holding{Parent: "parent"})
	require.Error(t, err)
	require.Equal(t, status.Healthy, out.Vitals.Health)
}

// TestWhatNobodyJudgesIsReadAsMetadata, whose lists and watches are a fraction of
// those of whole objects.
func TestWhatNobodyJudgesIsReadAsMetadata(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*push.Options)
		metadata bool
	}{
		"nobody judges":   {func(*push.Options) {}, true},
		"somebody judges": {judgedByMood, false},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			reads, ofMetadata := 0, 0
			w := newWireWith(t, servers.Shared(t, "member1")[0], func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				if strings.HasSuffix(r.URL.Path, "/configmaps") || r.Method == http.MethodPatch {
					reads++
					if strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadata") {
						ofMetadata++
					}
				}
				return send()
			}, c.change)
			_, err := w.apply("web")
			require.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			require.Positive(t, reads)
			require.Equal(t, c.metadata, ofMetadata == reads, "%d of %d", ofMetadata, reads)
			require.Equal(t, !c.metadata, ofMetadata == 0)
		})
	}
}
