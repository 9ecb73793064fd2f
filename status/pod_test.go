package status_test

import (
	"strings"
	"testing"

	"github.com/fedrail/fedrail/status"
)

func TestPod(t *testing.T) {
	pod := func(seen string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}, {name: log}]}\nstatus: {" + seen + "}\n"
	}
	changed := func(seen string) string {
		return strings.Replace(pod(seen), "name: web}", "name: web, generation: 2}", 1)
	}
	requireJudged(t, map[string]judgement{
		"ready": {
			yaml:   pod(`phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{name: web, ready: true, restartCount: 2}, {name: log, ready: true, restartCount: 1}]`),
			health: status.Healthy, counts: counts("ready", 1, "restarts", 3),
		},
		"ready, as its spec was before": {
			yaml:   changed(`phase: Running, conditions: [{type: Ready, status: "True", observedGeneration: 1}]`),
			health: status.Progressing, message: "its condition Ready speaks of generation 1, and the newest is 2", counts: counts("ready", 1, "restarts", 0),
		},
		"not ready": {
			yaml:   pod(`phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: web, ready: true}, {name: log, ready: false}]`),
			health: status.Progressing, message: "1 of 2 containers are ready", counts: counts("ready", 0, "restarts", 0),
		},
		"crashing": {
			yaml:   pod(`phase: Running, containerStatuses: [{name: web, restartCount: 9, state: {waiting: {reason: CrashLoopBackOff, message: back-off 5m0s}}}]`),
			health: status.Degraded, message: "container web: CrashLoopBackOff: back-off 5m0s", counts: counts("ready", 0, "restarts", 9),
		},
		"without its image": {
			yaml:   pod(`phase: Pending, initContainerStatuses: [{name: init, state: {waiting: {reason: ImagePullBackOff}}}]`),
			health: status.Degraded, message: "container init: ImagePullBackOff", counts: counts("ready", 0, "restarts", 0),
		},
		"being created": {
			yaml:   pod(`phase: Pending, conditions: [{type: PodScheduled, status: "True"}], containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]`),
			health: status.Progressing, message: "0 of 2 containers are ready", counts: counts("ready", 0, "restarts", 0),
		},
		"without a node": {
			yaml:   pod(`phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: 0/3 nodes are available}]`),
			health: status.Progressing, message: "Unschedulable: 0/3 nodes are available", counts: counts("ready", 0, "restarts", 0),
		},
		"done":   {yaml: pod(`phase: Succeeded`), health: status.Healthy, counts: counts("ready", 0, "restarts", 0)},
		"failed": {yaml: pod(`phase: Failed, reason: Evicted, message: The node was low on memory`), health: status.Degraded, message: "it failed; Evicted: The node was low on memory", counts: counts("ready", 0, "restarts", 0)},
		"lost":   {yaml: pod(`phase: Unknown, reason: NodeLost`), health: status.Unknown, message: "its phase is Unknown; NodeLost", counts: counts("ready", 0, "restarts", 0)},
		"new":    {yaml: pod(""), health: status.Progressing, message: "no controller has looked at it yet", counts: counts("ready", 0, "restarts", 0)},
		"container statuses that are none": {
			yaml:   pod(`phase: Running, containerStatuses: [7, {name: 8, state: {waiting: 9}}, {state: {waiting: {reason: 10}}}]`),
			health: status.Progressing, message: "0 of 2 containers are ready", counts: counts("ready", 0, "restarts", 0),
		},
	})
}
