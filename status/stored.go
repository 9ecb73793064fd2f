package status

import (
	"maps"
	"slices"
)

// ByName are the counts as a map; nil when there are none.
func ByName(counts []Count) map[string]int64 {
	if len(counts) == 0 {
		return nil
	}
	byName := make(map[string]int64, len(counts))
	for _, c := range counts {
		byName[c.Name] = c.N
	}
	return byName
}

// CountsOf are the counts in a map, in the order of their names.
func CountsOf(byName map[string]int64) []Count {
	var counts []Count
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		counts = append(counts, Count{Name: name, N: byName[name]})
	}
	return counts
}

// TotalsPatch makes totals that are stored as a map be these, as part of a JSON
// merge patch: nil, which is null, when there are none.
func TotalsPatch(now []Count, before map[string]int64) map[string]any {
	if len(now) == 0 {
		return nil
	}
	totals := make(map[string]any, len(now))
	for name := range before {
		totals[name] = nil
	}
	for _, c := range now {
		totals[c.Name] = c.N
	}
	return totals
}

// Patch makes the cluster that fares worst be this one where it is stored, as part
// of a JSON merge patch: nil, which is null, when none is judged.
func (w Worst) Patch() map[string]any {
	if w.Health == "" {
		return nil
	}
	worst := map[string]any{"cluster": w.Cluster, "health": w.Health, "message": nil}
	if w.Message != "" {
		worst["message"] = w.Message
	}
	return worst
}
