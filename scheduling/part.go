package scheduling

// part is a cluster, or several in one place, as something to divide between.
// Replicas of a part are at least least and at most most, whatever its weight.
type part struct {
	weight      int64
	least, most int64
	runs        int64 // how many are there now, no more than most
	behind      tow   // what it must not be too far ahead of
}

// tow is a part that another one must not leave behind, as if the two were tied
// together.
type tow struct {
	weight int64 // of that part; 0 is that there is none
	slack  int64 // how many more the other may have
}

// A divider divides so many replicas over parts, the first of which come first
// where they are alike. Each gets its least, though there be too few, and no more
// than its most; what is over stays over. With one replica more, no part gets
// less.
type divider func(total int64, parts []part) []int64

// rule is how replicas are divided: all of them, or those that stay where there
// are fewer than run.
type rule struct{ all, fewer divider }

// settle divides with as few moves as can be where keep says so: each part keeps
// what it runs when there are enough replicas for that, and none grows that need
// not when there are not.
func (r rule) settle(total int64, parts []part, keep bool) []int64 {
	if total < sum(parts, func(p part) int64 { return p.least }) {
		return r.fewer(total, changed(parts, func(p part) part { return part{weight: p.least, most: p.least} }))
	}
	if !keep {
		return r.all(total, parts)
	}
	if total < sum(parts, part.kept) {
		return r.shrink(total, parts)
	}
	return r.all(total, changed(parts, func(p part) part { return part{weight: p.weight, least: p.kept(), most: p.most} }))
}

// kept is what a part has when none is taken away that runs.
func (p part) kept() int64 { return max(p.least, p.runs) }

// bare is a part without a minimum, in which nothing runs.
func (p part) bare() part { return part{weight: p.weight, most: p.most} }

// shrink divides fewer replicas than run. Parts without a weight lose theirs
// first.
func (r rule) shrink(total int64, parts []part) []int64 {
	shares := r.fewer(total, changed(parts, func(p part) part { return part{weight: p.weight, least: p.least, most: p.kept()} }))
	if total == placed(shares) {
		return shares
	}
	return byWeight(total, changed(parts, func(p part) part {
		if p.weight > 0 {
			return part{least: p.kept(), most: p.kept()} // as they have
		}
		return part{weight: 1, least: p.least, most: p.kept()}
	}))
}

func changed(parts []part, change func(part) part) []part {
	other := make([]part, len(parts))
	for i, p := range parts {
		other[i] = change(p)
	}
	return other
}

func sum(parts []part, of func(part) int64) int64 {
	all := int64(0)
	for _, p := range parts {
		all += of(p)
	}
	return all
}

// placed is how many replicas have a place.
func placed(shares []int64) int64 {
	all := int64(0)
	for _, n := range shares {
		all += n
	}
	return all
}

// partsOf are candidates as parts. No minimum exceeds a capacity.
func partsOf(wanted []seat) []part {
	parts := make([]part, len(wanted))
	for i, c := range wanted {
		most := c.room()
		parts[i] = part{weight: c.Want.Weight, least: min(c.Want.Min, most), most: most, runs: min(c.Current, most)}
	}
	return parts
}

// room is how many replicas the candidate may have at the most.
func (c *Candidate) room() int64 {
	room := int64(largest)
	if c.Want.Max != nil {
		room = *c.Want.Max
	}
	if c.Capacity != nil {
		room = min(room, *c.Capacity)
	}
	return room
}
