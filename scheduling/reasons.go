package scheduling

// reasons say why clusters get what they get.
type reasons struct {
	req   Request
	alone []int64 // what each would get if there were no minimums and nothing ran anywhere
	usual Why     // why a cluster gets what nothing else decided
}

// plan is the plan in which the wanted candidates have those shares.
func (r reasons) plan(wanted []Candidate, shares []int64) Plan {
	plan := Plan{Unplaced: r.req.Total, Shares: make([]Share, 0, len(r.req.Clusters))}
	for i, c := range wanted {
		plan.Unplaced -= shares[i]
		s := Share{Cluster: c.Name, Replicas: shares[i]}
		s.Why, s.Limit = r.why(c, shares[i], shares[i]-r.alone[i])
		plan.Shares = append(plan.Shares, s)
	}
	return plan.complete(r.req)
}

// why says what decided that a candidate got n, which is that many more than it
// would get alone.
func (r reasons) why(c Candidate, n, more int64) (why Why, limit int64) {
	roof := c.Want.Max
	if c.Capacity != nil && (roof == nil || *c.Capacity < *roof) {
		roof = c.Capacity
	}
	switch {
	case roof != nil && n == *roof && roof == c.Capacity:
		return AtCapacity, n
	case n < c.Want.Min:
		return BelowMinimum, c.Want.Min
	case more > 0 && n == c.Want.Min:
		return AtMinimum, n
	case more > 0 && !r.req.Rebalance && n <= c.Current:
		return Kept, c.Current
	case roof != nil && n == *roof:
		return AtMaximum, n
	case n == 0 && c.Want.Weight == 0:
		return NoWeight, 0
	case n == 0:
		return NotNeeded, 0
	}
	return r.usual, 0
}
