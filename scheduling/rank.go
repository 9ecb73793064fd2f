package scheduling

import (
	"cmp"
	"slices"
)

// seat is a candidate that somebody wants, and where it is among the clusters of
// the request.
type seat struct {
	*Candidate
	at int
}

// ranked are the candidates that somebody wants, the heaviest first, and those
// alike in an order that differs from key to key.
func ranked(req Request) []seat {
	type rank struct {
		weight int64
		tie    uint32
		at     int
	}
	ranks := make([]rank, 0, len(req.Clusters))
	for i := range req.Clusters {
		if c := &req.Clusters[i]; c.Want != nil {
			ranks = append(ranks, rank{c.Want.Weight, tie(string(c.Name), req.Key), i})
		}
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		switch {
		case a.weight != b.weight:
			return cmp.Compare(b.weight, a.weight)
		case a.tie != b.tie:
			return cmp.Compare(a.tie, b.tie)
		}
		return cmp.Compare(req.Clusters[a.at].Name, req.Clusters[b.at].Name)
	})
	all := make([]seat, len(ranks))
	for i, r := range ranks {
		all[i] = seat{&req.Clusters[r.at], r.at}
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

// unwanted are the shares of all clusters of a request, in its order, as if nobody
// wanted any.
func unwanted(req Request) []Share {
	all := make([]Share, len(req.Clusters))
	for i := range req.Clusters {
		all[i] = Share{Cluster: req.Clusters[i].Name, Why: NotWanted}
	}
	return all
}

// byName puts shares in name order, which that of most requests is.
func byName(shares []Share) []Share {
	compare := func(a, b Share) int { return cmp.Compare(a.Cluster, b.Cluster) }
	if !slices.IsSortedFunc(shares, compare) {
		slices.SortFunc(shares, compare)
	}
	return shares
}
