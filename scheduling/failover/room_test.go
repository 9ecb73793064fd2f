package failover_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/scheduling"
)

// TestAnEstimatorThatSeesTooMuchRoomMovesNothingToAndFro has an estimator be wrong by
// five for hours, while everybody is to have an even share. What is tried in vain is
// tried again after a time that doubles, whatever the estimator says.
func TestAnEstimatorThatSeesTooMuchRoomMovesNothingToAndFro(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.sees, w.request.Rebalance = true, true
	w.site("a").beyond = 5
	w.site("a").shrinksTo(6, w.now)
	w.pass(150 * time.Second)
	require.Equal(t, int64(30), w.ready())
	require.Equal(t, "a6 b12 c12", w.told())
	w.changes = 0
	w.passNeverBelow(6*time.Hour, 30)
	require.LessOrEqual(t, w.changes, 2*10, "it is tried at 1, 2, 4, ... minutes, and then each hour")
	w.site("a").fits = 1000
	w.passNeverBelow(time.Hour, 30)
	require.Equal(t, "a10 b10 c10", w.told(), "there is room indeed")
}

// roomy is a world of a planner that goes by room, in which there are a hundred
// places in each cluster.
func roomy(t *testing.T) *world {
	w := newWorld(t, 30, a("a", 100), a("b", 100), a("c", 100))
	w.decider.Planner, w.sees, w.request.Rebalance = scheduling.Dynamic{}, true, true
	w.pass(time.Minute)
	require.Equal(t, "a10 b10 c10", w.told())
	w.changes = 0
	return w
}

func TestRoomThatComesAndGoesMovesNothing(t *testing.T) {
	w := roomy(t)
	for i := range int64(3600) { // the pods of others: up to a tenth, each second another number
		w.site("a").fits, w.site("b").fits = 100+i%11, 100-i%11
		w.pass(time.Second)
	}
	require.Zero(t, w.changes)
	for _, r := range w.records {
		require.EqualValues(t, 100, *r.Capacity, "%s", r.Cluster)
	}
}

func TestATenthMoreRoomOrLessIsCountedOn(t *testing.T) {
	for _, fits := range []int64{111, 89} {
		w := roomy(t)
		w.site("a").fits = fits
		w.pass(time.Minute)
		require.Equal(t, fits, *w.record("a").Capacity)
		require.NotZero(t, w.changes)
	}
}

// TestOnePlaceMoreOrLessIsNotCountedOn has so few places that a tenth is none.
func TestOnePlaceMoreOrLessIsNotCountedOn(t *testing.T) {
	w := newWorld(t, 3, a("a", 4), a("b", 4))
	w.sees = true
	w.pass(time.Second)
	w.site("a").fits = 6
	w.pass(time.Second)
	require.EqualValues(t, 6, *w.record("a").Capacity)
	w.site("a").fits = 5
	w.pass(time.Second)
	require.EqualValues(t, 6, *w.record("a").Capacity, "one more or less is what a pod of somebody else makes")
}
