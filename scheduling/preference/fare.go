package preference

import "github.com/fedrail/fedrail/status"

// fare is how many replicas a copy asks for, and how many of them are ready. Told
// is what it was told to have; it counts where the copy has no counts of that.
func (s subject) fare(v status.Vitals, told int64) (exist, ready int64) {
	if !s.counted {
		return told, works(v, told)
	}
	wanted, says := count(v, "replicas")
	if says {
		if ready, says = count(v, "readyReplicas"); says {
			return wanted, min(ready, wanted)
		}
		return wanted, works(v, wanted)
	}
	if wanted, says = count(v, "parallelism"); says { // of a Job: what is done is as good as what runs
		return wanted, max(works(v, wanted), min(v.Count("ready")+v.Count("succeeded"), wanted))
	}
	if wanted, says = count(v, "maxReplicas"); says { // of an autoscaler: nobody waits for what it allows
		return wanted, wanted
	}
	return told, works(v, told)
}

// works is n when the copy works as a whole, else 0.
func works(v status.Vitals, n int64) int64 {
	if v.Health == status.Healthy || v.Health == status.Suspended {
		return n
	}
	return 0
}

// count is a number of the copy's, and false when there is none of that name.
func count(v status.Vitals, name string) (int64, bool) {
	for _, c := range v.Counts {
		if c.Name == name {
			return c.N, true
		}
	}
	return 0, false
}
