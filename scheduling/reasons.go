package scheduling

// reasons say why clusters get what they get.
type reasons struct {
	req   Request
	alone []int64 // what each would get if there were no minimums and nothing ran anywhere
	usual Why     // why a cluster gets what nothing else decided, and no more though some are unplaced
}

// plan is the plan in which the wanted candidates have those numbers.
func (r reasons) plan(wanted []seat, numbers []int64) Plan {
	shares, unplaced := unwanted(r.req), r.req.Total-placed(numbers)
	for i, c := range wanted {
		s := &shares[c.at]
		s.Replicas = numbers[i]
		s.Why, s.Limit = r.why(c, numbers[i], numbers[i]-r.alone[i])
		if unplaced > 0 && c.Want.Weight > 0 && numbers[i] < c.room() {
			s.Why, s.Limit = r.usual, 0
		}
	}
	return Plan{Shares: byName(shares), Unplaced: unplaced}
}

// why says what decided that a candidate got n, which is that many more than it
// would get alone.
func (r reasons) why(c seat, n, more int64) (why Why, limit int64) {
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
