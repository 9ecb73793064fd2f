package scheduling

// levelled divides by weight, but gives no part more than skew more than another
// has: one that is ahead waits until the slowest, the one with the least weight,
// has caught up. Parts without a weight, or that can take nothing, do not count.
func levelled(skew int64) divider {
	return func(total int64, parts []part) []int64 {
		slowest, top := int64(0), total
		for _, p := range parts {
			if p.counts() {
				top = min(top, p.most+skew)
				if slowest == 0 || p.weight < slowest {
					slowest = p.weight
				}
			}
		}
		return byWeight(total, changed(parts, func(p part) part {
			if p.counts() {
				p.behind = tow{weight: slowest, slack: skew}
				p.most = max(min(p.most, top), p.least)
			}
			return p
		}))
	}
}

// counts says whether a part takes any replicas for its weight.
func (p part) counts() bool { return p.weight > 0 && p.most > 0 }
