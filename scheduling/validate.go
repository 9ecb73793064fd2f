package scheduling

import (
	"errors"
	"fmt"
	"math"

	"github.com/fedrail/fedrail/federation"
)

// largest is the largest number of anything in a request: what a replica count
// in Kubernetes can be.
const largest = math.MaxInt32

// number is one number of a request.
type number struct {
	field string
	value int64
}

// validate says all that is wrong with a request for which nothing negative makes
// sense.
func (r Request) validate() error {
	return errors.Join(r.validateNames(), r.validateNumbers(0))
}

// validateSizes says what is wrong with a request for whoever takes negative
// numbers too.
func (r Request) validateSizes() error {
	return errors.Join(r.validateNames(), r.validateNumbers(-largest))
}

// validateNames says which clusters have no name, or that of another.
func (r Request) validateNames() error {
	var wrong []error
	seen := make(map[federation.ClusterName]struct{}, len(r.Clusters))
	for i := range r.Clusters {
		name := r.Clusters[i].Name
		before := len(seen)
		seen[name] = struct{}{}
		switch {
		case name == "":
			wrong = append(wrong, errors.New("clusters: one has no name"))
		case len(seen) == before:
			wrong = append(wrong, fmt.Errorf("clusters: %q is there twice", name))
		}
	}
	return errors.Join(wrong...)
}

// validateNumbers says which numbers are less than least, or too large.
func (r Request) validateNumbers(least int64) error {
	wrong := []error{outside(number{"total", r.Total}, least)}
	for i := range r.Clusters {
		c := &r.Clusters[i]
		if err := c.within(least); err != nil {
			wrong = append(wrong, err)
		}
		if least == 0 && c.Want != nil && c.Want.Max != nil && *c.Want.Max < c.Want.Min {
			wrong = append(wrong, fmt.Errorf("cluster %q: max: %d is less than min %d", c.Name, *c.Want.Max, c.Want.Min))
		}
	}
	return errors.Join(wrong...)
}

// within says which numbers of the candidate are less than least, or too large.
func (c *Candidate) within(least int64) error {
	var wrong []error
	check := func(field string, value int64) {
		if err := outside(number{field, value}, least); err != nil {
			wrong = append(wrong, fmt.Errorf("cluster %q: %w", c.Name, err))
		}
	}
	check("current", c.Current)
	check("cost", c.Cost)
	if c.Capacity != nil {
		check("capacity", *c.Capacity)
	}
	if c.Want != nil {
		check("min", c.Want.Min)
		check("weight", c.Want.Weight)
		if c.Want.Max != nil {
			check("max", *c.Want.Max)
		}
	}
	return errors.Join(wrong...)
}

func outside(n number, least int64) error {
	if n.value < least || n.value > largest {
		return fmt.Errorf("%s: %d is not between %d and %d", n.field, n.value, least, int64(largest))
	}
	return nil
}
