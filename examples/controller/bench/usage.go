package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/fedrail/fedrail/propagation/budget"
)

// usage is what a contestant has spent so far.
type usage struct {
	requests  int           // about ConfigMaps, lists and watches aside
	processor time.Duration // of the process that it is in
}

func (u usage) since(before usage) usage {
	return usage{u.requests - before.requests, u.processor - before.processor}
}

// spent implements contestant. The watcher is in the same process.
func (l *bareLoop) spent(context.Context) (usage, error) {
	processor, err := processorTime(os.Getpid())
	return usage{l.counter.Requests().Only(costs).Total(), processor}, err
}

// costs says whether the request budget counts a request. What others do in the
// same process, such as probing members, is not the propagation's.
func costs(r budget.Request) bool {
	free := r.Verb == "list" || r.Verb == "watch"
	return !free && (r.Resource == "events" || strings.HasSuffix(r.Resource, configMaps().Resource))
}

// spent implements contestant.
func (c *controller) spent(ctx context.Context) (usage, error) {
	if c.stopped != nil {
		return *c.stopped, nil // it cannot be asked
	}
	requests, err := c.requests(ctx)
	if err != nil {
		return usage{}, fmt.Errorf("requests of the controller: %w", err)
	}
	processor, err := processorTime(c.command.Process.Pid)
	return usage{requests, processor}, err
}

// peak is the most memory that the process has had, in MiB.
func (c *controller) peak() (float64, error) { return peakMemory(c.command.Process.Pid) }

// requests reads the controller's own count of what costs.
func (c *controller) requests(ctx context.Context) (int, error) {
	all, err := scrape(ctx, c.metrics)
	return requestsIn(all).Only(costs).Total(), err
}

// requestsIn are the requests that a controller says it made.
func requestsIn(all []metric) budget.Requests {
	made := budget.Requests{}
	for _, m := range all {
		if m.name != "fedrail_requests_total" {
			continue
		}
		made[budget.Request{
			Cluster: m.labels["cluster"], Verb: m.labels["verb"], Group: m.labels["group"],
			Resource: m.labels["resource"], Subresource: m.labels["subresource"],
		}] = int(m.value)
	}
	return made
}
