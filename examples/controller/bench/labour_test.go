package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/budget"
)

func TestLabourIsThatOnConfigMaps(t *testing.T) {
	done := func(queue string, n float64) metric {
		return metric{"workqueue_work_duration_seconds_count", map[string]string{"name": queue}, n}
	}
	l := labourIn([]metric{
		done("configmaps/plan", 5), done("configmaps/lane", 6), done("namespaces/plan", 7),
		{"workqueue_depth", map[string]string{"name": "configmaps/plan"}, 4}, {"workqueue_depth", map[string]string{"name": "namespaces/plan"}, 9},
	})
	require.Equal(t, labour{
		looks: map[string]int{"plan": 5, "lane": 6}, waiting: 4, requests: budget.Requests{},
	}, l)
	require.True(t, l.covers(2, 3))
	require.False(t, l.covers(2, 4))
}
