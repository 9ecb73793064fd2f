package scheduling

import (
	"cmp"
	"slices"
)

// ranked are the candidates that somebody wants, the heaviest first, and those
// alike in an order that differs from key to key.
func ranked(req Request) []Candidate {
	type place struct {
		at  int
		tie uint32
	}
	places := make([]place, 0, len(req.Clusters))
	for i, c := range req.Clusters {
		if c.Want != nil {
			places = append(places, place{i, tie(string(c.Name), req.Key)})
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		first, second := &req.Clusters[a.at], &req.Clusters[b.at]
		if first.Want.Weight != second.Want.Weight {
			return cmp.Compare(second.Want.Weight, first.Want.Weight)
		}
		return cmp.Or(cmp.Compare(a.tie, b.tie), cmp.Compare(first.Name, second.Name))
	})
	all := make([]Candidate, len(places))
	for i, p := range places {
		all[i] = req.Clusters[p.at]
	}
	return all
}

// tie is the 32-bit FNV-1 hash of both, by which KubeFed breaks ties.
// See http://www.isthe.com/chongo/tech/comp/fnv/.
func tie(name, key string) uint32 {
	h := uint32(2166136261)
	for _, part := range [...]string{name, key} {
		for i := range len(part) {
			h = h*16777619 ^ uint32(part[i])
		}
	}
	return h
}
