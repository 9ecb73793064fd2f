package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
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

// requests reads the controller's own count.
func (c *controller) requests(ctx context.Context) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.metrics, nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	total := 0
	for line := range strings.Lines(string(content)) {
		if r, n := parseRequests(line); costs(r) {
			total += n
		}
	}
	return total, nil
}

// parseRequests reads a line such as
//
//	fedrail_requests_total{cluster="member1",group="",resource="configmaps",verb="patch"} 5
//
// and returns nothing for any other.
func parseRequests(line string) (budget.Request, int) {
	labels, isCount := strings.CutPrefix(line, "fedrail_requests_total{")
	labels, value, isSample := strings.Cut(labels, "} ")
	n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if !isCount || !isSample || err != nil {
		return budget.Request{}, 0
	}
	var r budget.Request
	for label := range strings.SplitSeq(labels, ",") {
		switch name, value, _ := strings.Cut(label, "="); name {
		case "resource":
			r.Resource = strings.Trim(value, `"`)
		case "verb":
			r.Verb = strings.Trim(value, `"`)
		}
	}
	return r, int(n)
}
