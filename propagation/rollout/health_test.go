package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/propagation/rollout"
)

func TestBasicHealth(t *testing.T) {
	deployment := schema.GroupKind{Group: "apps", Kind: "Deployment"}
	status := func(observed, all, updated, available, unavailable int64) map[string]any {
		return map[string]any{"observedGeneration": observed, "replicas": all, "updatedReplicas": updated,
			"availableReplicas": available, "unavailableReplicas": unavailable}
	}
	for name, c := range map[string]struct {
		kind   schema.GroupKind
		status map[string]any
		unread bool
		lacks  string
	}{
		"another kind":            {kind: schema.GroupKind{Kind: "ConfigMap"}},
		"status is not collected": {kind: deployment, unread: true},
		"no status yet":           {kind: deployment, lacks: "its controller has not seen the change yet"},
		"the status is an old one": {
			kind: deployment, status: status(1, 3, 3, 3, 0), lacks: "its controller has not seen the change yet"},
		"old replicas are left": {kind: deployment, status: status(2, 4, 1, 3, 0), lacks: "1 of 4 replicas are updated"},
		"more are to come":      {kind: deployment, status: status(2, 3, 3, 3, 2), lacks: "2 replicas are unavailable"},
		"not all are available": {kind: deployment, status: status(2, 3, 3, 1, 0), lacks: "1 of 3 replicas are available"},
		"all are available":     {kind: deployment, status: status(2, 3, 3, 3, 0)},
		"none is asked for":     {kind: deployment, status: status(2, 0, 0, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			healthy, lacks := rollout.Basic{}.Healthy(rollout.Copy{Kind: c.kind, Generation: 2, Status: c.status, Collected: !c.unread})
			require.Equal(t, c.lacks, lacks)
			require.Equal(t, c.lacks == "", healthy)
		})
	}
}
