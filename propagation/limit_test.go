package propagation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// member is a pretend cluster: it serves so many requests at a time, each in
// that time, and has the others wait.
type member struct {
	serves int
	each   time.Duration
}

// answer is how long a request takes when so many are under way.
func (m member) answer(underWay int) time.Duration {
	return m.each * time.Duration(max(1, (underWay+m.serves-1)/m.serves))
}

// drive has the limit learn from so many rounds, in which it is used up.
func drive(l limit, m member, rounds int) limit {
	now := time.Unix(0, 0)
	for range rounds {
		abreast := int(l.allowed)
		for range abreast {
			l = l.after(sample{effort: served, took: m.answer(abreast), abreast: abreast}, now, bounds())
		}
		now = now.Add(m.answer(abreast))
	}
	return l
}

func bounds() Bounds { return Bounds{Least: 1, First: 2, Most: 64} }

func begin() limit { return limit{allowed: 2, enough: 64} }

func TestALimitFindsWhatAClusterCanTake(t *testing.T) {
	for name, row := range map[string]struct {
		member      member
		least, most int
	}{
		"far away, and strong":        {member{serves: 1000, each: 300 * time.Millisecond}, 64, 64},
		"near, and strong":            {member{serves: 1000, each: time.Millisecond}, 64, 64},
		"serves twenty at a time":     {member{serves: 20, each: 20 * time.Millisecond}, 20, 28},
		"serves two at a time":        {member{serves: 2, each: 20 * time.Millisecond}, 2, 10},
		"one at a time, five seconds": {member{serves: 1, each: 5 * time.Second}, 1, 10},
	} {
		t.Run(name, func(t *testing.T) {
			l := drive(begin(), row.member, 500)
			require.GreaterOrEqual(t, int(l.allowed), row.least)
			require.LessOrEqual(t, int(l.allowed), row.most)
		})
	}
}

func TestALimitFallsFastAndRisesFast(t *testing.T) {
	strong := member{serves: 1000, each: 10 * time.Millisecond}
	l := drive(begin(), strong, 500)
	now := time.Unix(1000, 0)
	for i := range 10 {
		l = l.after(sample{effort: pressed, took: time.Second, abreast: 1}, now.Add(time.Duration(2*i)*time.Second), bounds())
	}
	require.EqualValues(t, 1, l.allowed)
	l = drive(l, strong, 300)
	require.EqualValues(t, 64, l.allowed)
}

func TestManyTimeOutsAtOnceHalveALimitOnce(t *testing.T) {
	l, now := limit{allowed: 32, enough: 32}, time.Unix(1000, 0)
	for range 32 {
		l = l.after(sample{effort: pressed, took: 10 * time.Second, abreast: 32}, now, bounds())
	}
	require.EqualValues(t, 16, l.allowed)
}

func TestALimitThatIsNotUsedDoesNotGrow(t *testing.T) {
	l := limit{allowed: 8, enough: 64}
	for range 1000 {
		l = l.after(sample{effort: served, took: time.Millisecond, abreast: 1}, time.Time{}, bounds())
		l = l.after(sample{effort: none, took: 0, abreast: 1}, time.Time{}, bounds())
	}
	require.EqualValues(t, 8, l.allowed)
}

func FuzzALimitStaysInItsBounds(f *testing.F) {
	f.Add([]byte{1, 2, 0, 1, 1, 200, 7})
	f.Fuzz(func(t *testing.T, script []byte) {
		l, now := begin(), time.Unix(0, 0)
		for i, b := range script {
			now = now.Add(time.Duration(b) * time.Millisecond)
			s := sample{effort: effort(b % 3), took: time.Duration(b) * time.Duration(i) * time.Microsecond, abreast: int(b)}
			l = l.after(s, now, bounds())
			require.GreaterOrEqual(t, l.allowed, 1.0)
			require.LessOrEqual(t, l.allowed, 64.0)
		}
	})
}
