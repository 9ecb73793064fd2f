package main

import (
	"context"
	"fmt"
	"strings"
)

// part is what is measured by itself, on servers of its own where it needs any.
type part struct {
	name    string
	help    string
	process bool // it starts the controller
	measure func(bench, context.Context) error
}

// parts are all there are, in the order in which they are measured.
func parts() []part {
	return []part{
		{"plan", "time to divide replicas over 1,000 clusters", false, bench.plan},
		{"growth", "cost of a change with 10, 100 and 1,000 members, in memory", false, bench.growth},
		{"dns", "time and writes until names are published anew when a cluster fails, and returns", false, bench.dns},
		{"copy", "memory for one more copy of an object", false, bench.copy},
		{"create", "throughput beside a bare loop of the same requests", true, bench.create},
		{"change", "time from a change to the last member that holds it", true, bench.change},
		{"blackhole", "what a member that does not answer costs the others", true, bench.blackhole},
		{"restart", "requests and time of a restart with nothing to do", true, bench.restart},
	}
}

func names() []string {
	var all []string
	for _, p := range parts() {
		all = append(all, p.name)
	}
	return all
}

func describeParts() string {
	var b strings.Builder
	for _, p := range parts() {
		fmt.Fprintf(&b, "  %-10s %s\n", p.name, p.help)
	}
	return b.String()
}
