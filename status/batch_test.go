package status_test

import (
	"testing"

	"github.com/fedrail/fedrail/status"
)

func TestJob(t *testing.T) {
	job := func(spec, seen string) string {
		return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, generation: 1}\nspec: {" + spec + "}\nstatus: {" + seen + "}\n"
	}
	pods := func(active, ready, succeeded, failed int) []status.Count {
		return counts("parallelism", 2, "active", active, "ready", ready, "succeeded", succeeded, "failed", failed)
	}
	const spec = "parallelism: 2, completions: 5"
	requireJudged(t, map[string]judgement{
		"done": {
			yaml:   job(spec, `succeeded: 5, conditions: [{type: SuccessCriteriaMet, status: "True"}, {type: Complete, status: "True"}]`),
			health: status.Healthy, counts: pods(0, 0, 5, 0),
		},
		"running": {
			yaml: job(spec, `startTime: "2026-01-01T00:00:00Z", active: 2, ready: 1, succeeded: 3, failed: 1`), health: status.Progressing,
			message: "3 of 5 completions succeeded; 2 pods active, 1 failed", counts: pods(2, 1, 3, 1),
		},
		"as many completions as pods by default": {
			yaml: job("parallelism: 2", ""), health: status.Progressing,
			message: "0 of 2 completions succeeded; 0 pods active, 0 failed", counts: pods(0, 0, 0, 0),
		},
		"failed": {
			yaml:   job(spec, `failed: 7, conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit}]`),
			health: status.Degraded, counts: pods(0, 0, 0, 7),
			message: "BackoffLimitExceeded: Job has reached the specified backoff limit; 0 of 5 completions succeeded; 0 pods active, 7 failed",
		},
		"about to fail": {
			yaml:   job(spec, `active: 1, failed: 7, conditions: [{type: FailureTarget, status: "True", reason: BackoffLimitExceeded}]`),
			health: status.Degraded, counts: pods(1, 0, 0, 7),
			message: "BackoffLimitExceeded; 0 of 5 completions succeeded; 1 pods active, 7 failed",
		},
		"suspended": {
			yaml: job(spec+", suspend: true", "succeeded: 1"), health: status.Suspended,
			message: "it is suspended; 1 of 5 completions succeeded; 0 pods active, 0 failed", counts: pods(0, 0, 1, 0),
		},
		"suspended when it was done": {
			yaml: job(spec+", suspend: true", `succeeded: 5, conditions: [{type: Complete, status: "True"}]`), health: status.Healthy, counts: pods(0, 0, 5, 0),
		},
	})
}

func TestCronJob(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"waiting": {yaml: `{apiVersion: batch/v1, kind: CronJob, spec: {schedule: "0 4 * * *"}}`, health: status.Healthy, counts: counts("active", 0)},
		"running": {
			yaml:   `{apiVersion: batch/v1, kind: CronJob, spec: {suspend: false}, status: {active: [{name: a}, {name: b}]}}`,
			health: status.Healthy, counts: counts("active", 2),
		},
		"suspended": {
			yaml:   `{apiVersion: batch/v1, kind: CronJob, spec: {suspend: true}, status: {active: [{name: a}]}}`,
			health: status.Suspended, message: "it is suspended; 1 jobs active", counts: counts("active", 1),
		},
	})
}
