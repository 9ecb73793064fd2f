package scheduling

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// oneByOne gives one replica after the other to the part whose turn it is by
// weight, among those that are not ahead of the slowest by skew; 0 is any skew.
func oneByOne(total int64, parts []part, skew int64) []int64 {
	shares := make([]int64, len(parts))
	slowest, top := 0, int64(math.MaxInt64)
	for i, p := range parts {
		shares[i] = p.least
		total -= p.least
		if p.counts() && (!parts[slowest].counts() || p.weight < parts[slowest].weight) {
			slowest = i
		}
		if p.counts() && skew > 0 {
			top = min(top, p.most+skew)
		}
	}
	due := func(i int) (turn *big.Rat, held bool) {
		turn = big.NewRat(2*shares[i]+1, parts[i].weight)
		if skew > 0 && shares[i] >= skew {
			after := big.NewRat(2*(shares[i]-skew)+1, parts[slowest].weight)
			if after.Cmp(turn) > 0 {
				return after, true
			}
		}
		return turn, false
	}
	for ; total > 0; total-- {
		next := -1
		for i, p := range parts {
			if p.weight == 0 || shares[i] >= min(p.most, top) {
				continue
			}
			if next < 0 {
				next = i
				continue
			}
			mine, held := due(i)
			best, waits := due(next)
			if order := mine.Cmp(best); order < 0 || order == 0 && waits && !held {
				next = i
			}
		}
		if next < 0 {
			break
		}
		shares[next]++
	}
	return shares
}

// some are parts of a total, as a source of random numbers has it.
func some(r *rand.Rand) (total int64, parts []part) {
	parts = make([]part, r.IntN(6)+1)
	for i := range parts {
		p := &parts[i]
		p.most = r.Int64N(40)
		p.least = r.Int64N(min(p.most, 5) + 1)
		p.runs = r.Int64N(p.most + 1)
		p.weight = r.Int64N(1 << r.IntN(12))
	}
	return r.Int64N(120), parts
}

func FuzzDividers(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed, uint64(0))
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		total, parts := some(r)
		least := sum(parts, func(p part) int64 { return p.least })
		total += least
		require.Equal(t, oneByOne(total, parts, 0), byWeight(total, parts), "%d by weight over %+v", total, parts)
		skew := r.Int64N(6) + 1
		levels := levelled(skew)(total, parts)
		require.Equal(t, oneByOne(total, parts, skew), levels, "%d with skew %d over %+v", total, skew, parts)
		requireLevel(t, levels, parts, skew)
	})
}

func TestManyReplicasAreDividedAsOneByOne(t *testing.T) {
	parts := []part{{weight: 3, most: largest}, {weight: 7, most: 40_000}, {weight: 1, least: 9_000, most: largest}}
	require.Equal(t, oneByOne(100_001, parts, 0), byWeight(100_001, parts))
}

// requireLevel checks that no part is ahead of another by more than skew, but for
// its minimum.
func requireLevel(t *testing.T, shares []int64, parts []part, skew int64) {
	t.Helper()
	for i, n := range shares {
		for j, other := range shares {
			if parts[i].counts() && parts[j].counts() && n > parts[i].least {
				require.LessOrEqual(t, n, other+skew, "%v with skew %d over %+v", shares, skew, parts)
			}
		}
	}
}
