package status_test

import (
	"testing"

	"github.com/fedrail/fedrail/status"
)

const deploymentOf = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, generation: 2}
spec:
  progressDeadlineSeconds: 600
  replicas: 3
status:
  observedGeneration: 2
  replicas: 3
  updatedReplicas: 3
  readyReplicas: 2
  availableReplicas: 2
  unavailableReplicas: 1
  conditions:
  - {type: Available, status: "False", reason: MinimumReplicasUnavailable, message: Deployment does not have minimum availability.}
  - {type: Progressing, status: "True", reason: ReplicaSetUpdated, message: ReplicaSet "web-7d9" is progressing.}
`

// workload is one of three replicas, with a status.
func workload(kind, spec, seen string) string {
	return "apiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: web, namespace: shop, generation: 2}\nspec: {replicas: 3" + spec + "}\nstatus: {" + seen + "}\n"
}

func replicas(updated, ready, available int) []status.Count {
	return counts("replicas", 3, "updatedReplicas", updated, "readyReplicas", ready, "availableReplicas", available)
}

func TestDeployment(t *testing.T) {
	const (
		all       = "observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3"
		one       = "observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3"
		available = `{type: Available, status: "True", reason: MinimumReplicasAvailable}`
		complete  = `{type: Progressing, status: "True", reason: NewReplicaSetAvailable}`
		late      = `{type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: ReplicaSet "web-7d9" has timed out progressing.}`
		failing   = `{type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota}`
		deadline  = ", progressDeadlineSeconds: 600"
	)
	conditions := func(seen, list string) string { return seen + ", conditions: [" + list + "]" }
	requireJudged(t, map[string]judgement{
		"all replicas": {
			yaml: workload("Deployment", deadline, conditions(all, available+", "+complete)), health: status.Healthy, counts: replicas(3, 3, 3),
		},
		"a replica that is not available": {
			yaml: deploymentOf, health: status.Progressing, message: "2 of 3 replicas are available", counts: replicas(3, 2, 2),
		},
		"in an update": {
			yaml: workload("Deployment", deadline, conditions(one, available)), health: status.Progressing, message: "1 of 3 replicas are updated", counts: replicas(1, 3, 3),
		},
		"an old replica too many": {
			yaml:   workload("Deployment", "", "observedGeneration: 2, replicas: 4, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3"),
			health: status.Progressing, message: "4 replicas are there, and 3 are wanted", counts: replicas(3, 3, 3),
		},
		"before the deadline is known to be met": {
			yaml:   workload("Deployment", deadline, conditions(all, available)),
			health: status.Progressing, message: "ReplicaSetNotAvailable: ReplicaSet not Available", counts: replicas(3, 3, 3),
		},
		"its deadline exceeded": {
			yaml: workload("Deployment", deadline, conditions(one, late)), health: status.Degraded,
			message: `ProgressDeadlineExceeded: ReplicaSet "web-7d9" has timed out progressing.; 1 of 3 replicas are updated`, counts: replicas(1, 3, 3),
		},
		"no quota for its pods": {
			yaml: workload("Deployment", "", conditions("observedGeneration: 2", failing)), health: status.Progressing,
			message: "0 of 3 replicas are updated; FailedCreate: exceeded quota", counts: replicas(0, 0, 0),
		},
		"paused": {
			yaml:   workload("Deployment", ", paused: true", conditions(all, available)),
			health: status.Suspended, message: "it is paused", counts: replicas(3, 3, 3),
		},
		"paused in an update": {
			yaml:   workload("Deployment", ", paused: true", conditions(one, available)),
			health: status.Suspended, message: "it is paused; 1 of 3 replicas are updated", counts: replicas(1, 3, 3),
		},
		"new":            {yaml: workload("Deployment", "", ""), health: status.Progressing, message: "no controller has looked at it yet", counts: replicas(0, 0, 0)},
		"new and paused": {yaml: workload("Deployment", ", paused: true", ""), health: status.Progressing, message: "no controller has looked at it yet", counts: replicas(0, 0, 0)},
		"one replica by default": {
			yaml:   `{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, status: {observedGeneration: 1}}`,
			health: status.Progressing, message: "0 of 1 replicas are updated",
			counts: counts("replicas", 1, "updatedReplicas", 0, "readyReplicas", 0, "availableReplicas", 0),
		},
		"none wanted": {
			yaml:   `{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 0}, status: {observedGeneration: 1, conditions: [` + available + `]}}`,
			health: status.Healthy, counts: counts("replicas", 0, "updatedReplicas", 0, "readyReplicas", 0, "availableReplicas", 0),
		},
	})
}

func TestStatefulSet(t *testing.T) {
	const all = "observedGeneration: 2, replicas: 3, currentReplicas: 3, readyReplicas: 3, availableReplicas: 3"
	requireJudged(t, map[string]judgement{
		"all replicas": {
			yaml:   workload("StatefulSet", "", all+", updatedReplicas: 3, currentRevision: web-1, updateRevision: web-1"),
			health: status.Healthy, counts: replicas(3, 3, 3),
		},
		"in an update": {
			yaml:   workload("StatefulSet", "", "observedGeneration: 2, replicas: 3, currentReplicas: 2, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 1, currentRevision: web-1, updateRevision: web-2"),
			health: status.Progressing, message: "1 of 3 replicas are updated", counts: replicas(1, 3, 3),
		},
		"an update of two that is done": {
			yaml:   workload("StatefulSet", ", updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}", all+", updatedReplicas: 2, currentRevision: web-1, updateRevision: web-2"),
			health: status.Healthy, counts: replicas(2, 3, 3),
		},
		"an update of two that is not": {
			yaml:   workload("StatefulSet", ", updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}", all+", updatedReplicas: 1"),
			health: status.Progressing, message: "1 of 2 replicas are updated", counts: replicas(1, 3, 3),
		},
		"an update by hand": {
			yaml:   workload("StatefulSet", ", updateStrategy: {type: OnDelete}", all+", updatedReplicas: 1"),
			health: status.Healthy, counts: replicas(1, 3, 3),
		},
		"an update by hand, and a replica that fails": {
			yaml:   workload("StatefulSet", ", updateStrategy: {type: OnDelete}", "observedGeneration: 2, replicas: 3, readyReplicas: 2, availableReplicas: 2"),
			health: status.Progressing, message: "2 of 3 replicas are available", counts: replicas(0, 2, 2),
		},
		"new": {yaml: workload("StatefulSet", "", ""), health: status.Progressing, message: "no controller has looked at it yet", counts: replicas(0, 0, 0)},
	})
}

func TestReplicaSet(t *testing.T) {
	replicas := func(ready, available int) []status.Count {
		return counts("replicas", 3, "readyReplicas", ready, "availableReplicas", available)
	}
	requireJudged(t, map[string]judgement{
		"all replicas": {
			yaml:   workload("ReplicaSet", "", "observedGeneration: 2, replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3"),
			health: status.Healthy, counts: replicas(3, 3),
		},
		"a replica that is ready, but not for long enough": {
			yaml:   workload("ReplicaSet", "", "observedGeneration: 2, replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 2"),
			health: status.Progressing, message: "2 of 3 replicas are available", counts: replicas(3, 2),
		},
		"no quota for its pods": {
			yaml:   workload("ReplicaSet", "", `observedGeneration: 2, replicas: 0, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota}]`),
			health: status.Progressing, message: "0 of 3 replicas are available; FailedCreate: exceeded quota", counts: replicas(0, 0),
		},
	})
}

func TestDaemonSet(t *testing.T) {
	agent := func(spec, seen string) string {
		return "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, generation: 1}\nspec: {" + spec + "}\nstatus: {" + seen + "}\n"
	}
	pods := func(current, updated, ready, available int) []status.Count {
		return counts("desiredNumberScheduled", 4, "currentNumberScheduled", current, "updatedNumberScheduled", updated, "numberReady", ready, "numberAvailable", available)
	}
	const three = "observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 3, numberReady: 4, numberAvailable: 4"
	requireJudged(t, map[string]judgement{
		"everywhere": {
			yaml:   agent("", "observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 4, numberAvailable: 4"),
			health: status.Healthy, counts: pods(4, 4, 4, 4),
		},
		"a node without a pod": {
			yaml:   agent("", "observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3"),
			health: status.Progressing, message: "3 of 4 pods are there", counts: pods(3, 3, 3, 0),
		},
		"in an update": {yaml: agent("", three), health: status.Progressing, message: "3 of 4 pods are updated", counts: pods(4, 3, 4, 4)},
		"an update by hand": {
			yaml: agent("updateStrategy: {type: OnDelete}", three), health: status.Healthy, counts: pods(4, 3, 4, 4),
		},
		"a pod that is not available": {
			yaml:   agent("", "observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 4, numberAvailable: 1"),
			health: status.Progressing, message: "1 of 4 pods are available", counts: pods(4, 4, 4, 1),
		},
		"no node wants one": {
			yaml:   agent("", "observedGeneration: 1, desiredNumberScheduled: 0"),
			health: status.Healthy,
			counts: counts("desiredNumberScheduled", 0, "currentNumberScheduled", 0, "updatedNumberScheduled", 0, "numberReady", 0, "numberAvailable", 0),
		},
		"new": {
			yaml: agent("", ""), health: status.Progressing, message: "no controller has looked at it yet",
			counts: counts("desiredNumberScheduled", 0, "currentNumberScheduled", 0, "updatedNumberScheduled", 0, "numberReady", 0, "numberAvailable", 0),
		},
	})
}
