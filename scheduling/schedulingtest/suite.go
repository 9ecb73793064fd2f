// Package schedulingtest holds the contract of [scheduling.Planner] as a test
// suite, for everybody who writes one.
package schedulingtest

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// Test checks that a planner keeps the contract of [scheduling.Planner]. It does
// not say which numbers are right, except that none is out of bounds and that
// nothing is left over where there is a place for it.
func Test(t *testing.T, planner scheduling.Planner) {
	for name, req := range requests() {
		t.Run(name, func(t *testing.T) { Ask(t, planner, req) })
	}
	t.Run("room for all", func(t *testing.T) {
		require.Zero(t, Ask(t, planner, roomForAll()).Unplaced, "each cluster has room for all, and is wanted")
	})
	for name, req := range wrongRequests() {
		t.Run(name, func(t *testing.T) {
			plan, err := planner.Plan(t.Context(), req)
			require.Error(t, err, "a request that makes no sense is an error")
			require.Empty(t, plan.Shares, "a wrong request plans nothing")
		})
	}
}

// Ask is the plan for a request that makes sense. It fails the test where that is
// not a proper answer, as [Check] has it, where the planner modifies the request,
// and where the same request, with its clusters in whatever order, gets another
// answer. Whoever fuzzes a planner asks it so.
func Ask(t testing.TB, planner scheduling.Planner, req scheduling.Request) scheduling.Plan {
	t.Helper()
	before := asJSON(t, req)
	plan, err := planner.Plan(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, before, asJSON(t, req), "a planner must not modify the request")
	Check(t, req, plan)
	sameAnswers(t, planner, req, plan)
	return plan
}

// Check fails the test where the plan is not a proper answer to the request, in
// which no minimum is above a maximum and nothing is negative.
func Check(t testing.TB, req scheduling.Request, plan scheduling.Plan) {
	t.Helper()
	placed := int64(0)
	shares := map[federation.ClusterName]scheduling.Share{}
	for _, s := range plan.Shares {
		placed += s.Replicas
		shares[s.Cluster] = s
		require.NotEmpty(t, s.Why, "%q: no reason", s.Cluster)
		require.NotEmpty(t, s.Explain(), "%q: no words", s.Cluster)
		require.GreaterOrEqual(t, s.Overflow, int64(0), "%q: overflow", s.Cluster)
		require.True(t, s.Limit == 0 || limits(s.Why), "%q: %s is no limit, and %d is none", s.Cluster, s.Why, s.Limit)
	}
	require.Equal(t, req.Total, placed+plan.Unplaced, "all replicas are placed or unplaced: %+v", plan)
	require.GreaterOrEqual(t, plan.Unplaced, int64(0), "unplaced")
	require.True(t, slices.IsSortedFunc(plan.Shares, func(a, b scheduling.Share) int {
		if a.Cluster < b.Cluster {
			return -1
		}
		return 1
	}), "shares are in name order, each cluster once: %+v", plan.Shares)
	require.Len(t, shares, len(req.Clusters), "each candidate has a share")
	for _, c := range req.Clusters {
		s, there := shares[c.Name]
		require.True(t, there, "%q has no share", c.Name)
		require.True(t, 0 <= s.Replicas && s.Replicas <= roof(c), "%q: %d is not between 0 and %d", c.Name, s.Replicas, roof(c))
		require.Equal(t, c.Want == nil, s.Why == scheduling.NotWanted, "%q: %s", c.Name, s.Why)
		if minimumsFit(req) {
			require.GreaterOrEqual(t, s.Replicas, least(c), "%q: less than its minimum, though there are enough for all minimums", c.Name)
		}
		if plan.Unplaced > 0 && c.Want != nil && c.Want.Weight > 0 && s.Replicas < roof(c) {
			require.True(t, holdsBack(c, s), "%q has room for more, some are unplaced, and the reason is %s", c.Name, s.Why)
		}
	}
}

// holdsBack says whether the reason of a share lets a cluster that has a weight and
// room get no more, while some are unplaced: the others of this package do not.
func holdsBack(c scheduling.Candidate, s scheduling.Share) bool {
	switch s.Why {
	case scheduling.UnknownCapacity:
		return c.Capacity == nil
	case scheduling.NotWanted, scheduling.NoWeight, scheduling.NotNeeded, scheduling.ByWeight, scheduling.InOrder, scheduling.Kept,
		scheduling.AtMinimum, scheduling.BelowMinimum, scheduling.AtMaximum, scheduling.AtCapacity:
		return false
	}
	return true
}

// limits says whether a number may be the reason.
func limits(why scheduling.Why) bool {
	switch why {
	case scheduling.NotWanted, scheduling.NoWeight, scheduling.NotNeeded, scheduling.ByWeight, scheduling.InOrder, scheduling.UnknownCapacity, scheduling.AtSkew:
		return false
	}
	return true
}

// minimumsFit says whether there are enough replicas for the minimums of all.
func minimumsFit(req scheduling.Request) bool {
	needed := int64(0)
	for _, c := range req.Clusters {
		needed += least(c)
	}
	return needed <= req.Total
}

// least is how many replicas a cluster has at the least where there are enough.
func least(c scheduling.Candidate) int64 {
	if c.Want == nil {
		return 0
	}
	return min(c.Want.Min, roof(c))
}

// roof is how many replicas a cluster may have at the most.
func roof(c scheduling.Candidate) int64 {
	switch {
	case c.Want == nil:
		return 0
	case c.Want.Max != nil && c.Capacity != nil:
		return min(*c.Want.Max, *c.Capacity)
	case c.Want.Max != nil:
		return *c.Want.Max
	case c.Capacity != nil:
		return *c.Capacity
	}
	return 1 << 40
}

// sameAnswers asks the same thing again, several times at once, each time with
// the clusters in another order.
func sameAnswers(t testing.TB, planner scheduling.Planner, req scheduling.Request, want scheduling.Plan) {
	t.Helper()
	answers, errs := make([]scheduling.Plan, 8), make([]error, 8)
	var asked sync.WaitGroup
	for i := range answers {
		shuffled := req
		shuffled.Clusters = slices.Clone(req.Clusters)
		rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(shuffled.Clusters), func(a, b int) {
			shuffled.Clusters[a], shuffled.Clusters[b] = shuffled.Clusters[b], shuffled.Clusters[a]
		})
		asked.Go(func() { answers[i], errs[i] = planner.Plan(t.Context(), shuffled) })
	}
	asked.Wait()
	for i := range answers {
		require.NoError(t, errs[i])
		require.Equal(t, want, answers[i], "the same request gets the same answer, in whatever order the clusters are")
	}
}

func requests() map[string]scheduling.Request {
	ten := int64(10)
	weights := scheduling.Preferences{"a": {Weight: 3}, "b": {Weight: 2, Min: 4}, "c": {Weight: 1, Max: &ten}, "d": {}}
	running := request(20, weights)
	running.Clusters[0].Current, running.Clusters[2].Current = 18, 7
	full := request(50, weights)
	for i := range full.Clusters {
		full.Clusters[i].Capacity = &ten
	}
	moved := running
	moved.Rebalance = true
	return map[string]scheduling.Request{
		"empty request":              {},
		"no clusters":                {Key: "shop/web", Total: 5},
		"none to divide":             request(0, nil),
		"no preferences":             request(7, nil),
		"weights":                    request(20, weights),
		"some run already":           running,
		"some run, to be rebalanced": moved,
		"more than fits":             full,
		"only one is wanted":         request(9, scheduling.Preferences{"c": {Weight: 1}}),
		"minimums that are too many": request(9, scheduling.Preferences{scheduling.Others: {Min: 5, Weight: 1}}),
		"nobody has a weight":        request(9, scheduling.Preferences{scheduling.Others: {}}),
	}
}

// roomForAll has each cluster have room for all there are, which leaves no planner a
// reason to leave any out.
func roomForAll() scheduling.Request {
	req := request(24, scheduling.Preferences{scheduling.Others: {Weight: 1}})
	room := int64(1000)
	for i := range req.Clusters {
		req.Clusters[i].Capacity = &room
	}
	return req
}

func wrongRequests() map[string]scheduling.Request {
	twice, nameless := request(5, nil), request(5, nil)
	twice.Clusters[1].Name = "a"
	nameless.Clusters[1].Name = ""
	return map[string]scheduling.Request{
		"the same cluster twice":   twice,
		"a cluster without a name": nameless,
		"more than there can be":   request(1<<40, nil),
	}
}

func request(total int64, prefs scheduling.Preferences) scheduling.Request {
	req := scheduling.Request{Key: "shop/web", Total: total, Clusters: prefs.Candidates("a", "b", "c", "d")}
	for i := range req.Clusters {
		c := &req.Clusters[i]
		c.Cost = int64(i + 1)
		c.Region = []string{"eu", "eu", "us", ""}[i]
		c.Zone = []string{"eu-1", "eu-2", "us-1", ""}[i]
	}
	return req
}

// asJSON is a picture of all that a planner could change.
func asJSON(t testing.TB, req scheduling.Request) string {
	t.Helper()
	picture, err := json.Marshal(req)
	require.NoError(t, err)
	return string(picture)
}
