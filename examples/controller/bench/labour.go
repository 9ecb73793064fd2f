package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/fedrail/fedrail/propagation/budget"
)

// hostName is what the controller calls the host in its metrics.
const hostName = "host"

// labour is what a controller has done since it was started.
type labour struct {
	looks     map[string]int // how often it looked at an object, by queue
	waiting   int            // objects that wait to be looked at
	requests  budget.Requests
	processor time.Duration
}

// labour asks the controller.
func (c *controller) labour(ctx context.Context) (labour, error) {
	all, err := scrape(ctx, c.metrics)
	if err != nil {
		return labour{}, err
	}
	l := labourIn(all)
	l.processor, err = processorTime(c.command.Process.Pid)
	return l, err
}

// labourIn is the labour on ConfigMaps that metrics tell of.
func labourIn(all []metric) labour {
	l := labour{looks: map[string]int{}, requests: requestsIn(all)}
	for _, m := range all {
		queue, isOurs := strings.CutPrefix(m.labels["name"], configMaps().Resource+"/")
		switch {
		case !isOurs:
		case m.name == "workqueue_work_duration_seconds_count":
			l.looks[queue] = int(m.value)
		case m.name == "workqueue_depth":
			l.waiting += int(m.value)
		}
	}
	return l
}

// same says whether nothing was done between the two.
func (l labour) same(other labour) bool { return maps.Equal(l.looks, other.looks) }

// covers says whether the lanes can have looked at so many objects for each of so
// many members. They are counted together.
func (l labour) covers(members, objects int) bool { return l.looks["lane"] >= members*objects }

// far is for people.
func (l labour) far() string {
	total := 0
	for _, n := range l.looks {
		total += n
	}
	return fmt.Sprintf("%d looks, %d waiting", total, l.waiting)
}
