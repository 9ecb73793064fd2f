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
		done("configmaps/plan", 5), done("configmaps/lane/member1", 3), done("configmaps/lane/member2", 2), done("namespaces/plan", 7),
		{"workqueue_depth", map[string]string{"name": "configmaps/plan"}, 4}, {"workqueue_depth", map[string]string{"name": "namespaces/plan"}, 9},
	})
	require.Equal(t, labour{
		looks: map[string]int{"plan": 5, "lane/member1": 3, "lane/member2": 2}, waiting: 4, requests: budget.Requests{},
	}, l)
	require.True(t, l.covers(2, 2))
	require.False(t, l.covers(2, 3), "member2 was looked at less often")
	require.False(t, l.covers(3, 2), "there is no third")
}
