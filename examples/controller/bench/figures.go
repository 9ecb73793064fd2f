package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// figures prints what was measured.
type figures struct{ out io.Writer }

func (f figures) print(name string, value float64, unit string) error {
	_, err := fmt.Fprintf(f.out, "figure %s %.2f %s\n", name, value, unit)
	return err
}

// median is the middle of the values, or between the two that are in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// percentile is the least value that p hundredths of the values do not exceed.
func percentile(values []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank-1, 0)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
