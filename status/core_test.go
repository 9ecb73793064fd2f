package status_test

import (
	"strings"
	"testing"

	"github.com/fedrail/fedrail/status"
)

func TestWhatNeedsNoController(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"ConfigMap":      {yaml: `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}`, health: status.Healthy},
		"Secret":         {yaml: `{apiVersion: v1, kind: Secret, metadata: {name: a}}`, health: status.Healthy},
		"ServiceAccount": {yaml: `{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}`, health: status.Healthy},
		"ClusterRole":    {yaml: `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}}`, health: status.Healthy},
	})
}

func TestService(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"inside the cluster": {
			yaml: `{apiVersion: v1, kind: Service, spec: {type: ClusterIP, clusterIP: 10.0.0.7}, status: {loadBalancer: {}}}`, health: status.Healthy, counts: counts("addresses", 0),
		},
		"a load balancer without an address": {
			yaml:   `{apiVersion: v1, kind: Service, spec: {type: LoadBalancer, clusterIP: 10.0.0.7}, status: {loadBalancer: {}}}`,
			health: status.Progressing, message: "its load balancer has no address yet", counts: counts("addresses", 0),
		},
		"a load balancer": {
			yaml:   `{apiVersion: v1, kind: Service, spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: a.example}]}}}`,
			health: status.Healthy, counts: counts("addresses", 2),
		},
	})
}

func TestIngress(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"without an address": {
			yaml:   `{apiVersion: networking.k8s.io/v1, kind: Ingress, status: {loadBalancer: {}}}`,
			health: status.Healthy, counts: counts("addresses", 0),
		},
		"with an address": {
			yaml:   `{apiVersion: networking.k8s.io/v1, kind: Ingress, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}`,
			health: status.Healthy, counts: counts("addresses", 1),
		},
	})
}

func TestPersistentVolumeClaim(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"bound": {yaml: `{apiVersion: v1, kind: PersistentVolumeClaim, status: {phase: Bound}}`, health: status.Healthy, counts: counts("bound", 1)},
		"pending": {
			yaml:   `{apiVersion: v1, kind: PersistentVolumeClaim, status: {phase: Pending}}`,
			health: status.Progressing, message: "no volume is bound to it; Pending", counts: counts("bound", 0),
		},
		"lost": {
			yaml:   `{apiVersion: v1, kind: PersistentVolumeClaim, spec: {volumeName: disk-7}, status: {phase: Lost}}`,
			health: status.Degraded, message: "its volume disk-7 is lost", counts: counts("bound", 0),
		},
	})
}

func TestNamespace(t *testing.T) {
	requireJudged(t, map[string]judgement{
		"active":      {yaml: `{apiVersion: v1, kind: Namespace, status: {phase: Active}}`, health: status.Healthy},
		"terminating": {yaml: `{apiVersion: v1, kind: Namespace, status: {phase: Terminating}}`, health: status.Terminating, message: "it is being deleted"},
		"new":         {yaml: `{apiVersion: v1, kind: Namespace}`, health: status.Progressing, message: "it is not Active yet"},
	})
}

func TestPodDisruptionBudget(t *testing.T) {
	budget := func(seen string) string {
		return "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {generation: 1}\nstatus: {" + seen + "}\n"
	}
	changed := func(seen string) string { return strings.Replace(budget(seen), "generation: 1", "generation: 2", 1) }
	pods := func(current, allowed int) []status.Count {
		return counts("expectedPods", 3, "currentHealthy", current, "desiredHealthy", 2, "disruptionsAllowed", allowed)
	}
	requireJudged(t, map[string]judgement{
		"permits one": {
			yaml:   budget("observedGeneration: 1, expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1"),
			health: status.Healthy, counts: pods(3, 1),
		},
		"permits none": {
			yaml:   budget(`observedGeneration: 1, expectedPods: 3, currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0, conditions: [{type: DisruptionAllowed, status: "False", reason: InsufficientPods}]`),
			health: status.Healthy, counts: pods(2, 0),
		},
		"cannot tell": {
			yaml:   budget(`observedGeneration: 1, expectedPods: 3, desiredHealthy: 2, conditions: [{type: DisruptionAllowed, status: "False", reason: SyncFailed, message: found no controllers for pod a}]`),
			health: status.Degraded, message: "SyncFailed: found no controllers for pod a", counts: pods(0, 0),
		},
		"could not tell of the generation before": {
			yaml:   changed(`observedGeneration: 2, expectedPods: 3, desiredHealthy: 2, conditions: [{type: DisruptionAllowed, status: "False", reason: SyncFailed, observedGeneration: 1}]`),
			health: status.Progressing, message: "its condition DisruptionAllowed speaks of generation 1, and the newest is 2", counts: pods(0, 0),
		},
		"could tell of the generation before": {
			yaml:   changed(`observedGeneration: 2, expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, conditions: [{type: DisruptionAllowed, status: "True", observedGeneration: 1}]`),
			health: status.Progressing, message: "its condition DisruptionAllowed speaks of generation 1, and the newest is 2", counts: pods(3, 1),
		},
		"new": {
			yaml: budget(""), health: status.Progressing, message: "no controller has looked at it yet",
			counts: counts("expectedPods", 0, "currentHealthy", 0, "desiredHealthy", 0, "disruptionsAllowed", 0),
		},
	})
}

func TestHorizontalPodAutoscaler(t *testing.T) {
	scaler := func(conditions string) string {
		return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {generation: 1}\nspec: {maxReplicas: 9}\n" +
			"status: {currentReplicas: 3, desiredReplicas: 4, conditions: [" + conditions + "]}\n"
	}
	const able = `{type: AbleToScale, status: "True", reason: ReadyForNewScale}`
	replicas := counts("currentReplicas", 3, "desiredReplicas", 4, "minReplicas", 1, "maxReplicas", 9)
	requireJudged(t, map[string]judgement{
		"scaling": {yaml: scaler(able + `, {type: ScalingActive, status: "True", reason: ValidMetricFound}`), health: status.Healthy, counts: replicas},
		"at its limit": {
			yaml:   scaler(able + `, {type: ScalingActive, status: "True"}, {type: ScalingLimited, status: "True", reason: TooManyReplicas}`),
			health: status.Healthy, counts: replicas,
		},
		"without metrics": {
			yaml:   scaler(able + `, {type: ScalingActive, status: "False", reason: FailedGetResourceMetric, message: no metrics}`),
			health: status.Degraded, message: "FailedGetResourceMetric: no metrics", counts: replicas,
		},
		"without a target": {
			yaml:   scaler(`{type: AbleToScale, status: "False", reason: FailedGetScale, message: not found}`),
			health: status.Degraded, message: "FailedGetScale: not found", counts: replicas,
		},
		"of what was scaled to nothing": {
			yaml:   scaler(able + `, {type: ScalingActive, status: "False", reason: ScalingDisabled, message: the replica count of the target is zero}`),
			health: status.Suspended, message: "ScalingDisabled: the replica count of the target is zero", counts: replicas,
		},
		"new": {yaml: scaler(""), health: status.Progressing, message: "no controller has looked at it yet", counts: replicas},
	})
}

func TestCustomResourceDefinition(t *testing.T) {
	definition := func(conditions string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {generation: 1}\nstatus: {conditions: [" + conditions + "]}\n"
	}
	requireJudged(t, map[string]judgement{
		"served": {yaml: definition(`{type: NamesAccepted, status: "True"}, {type: Established, status: "True"}`), health: status.Healthy},
		"its name taken": {
			yaml:   definition(`{type: NamesAccepted, status: "False", reason: ListKindConflict, message: widgetlist is already in use}`),
			health: status.Degraded, message: "ListKindConflict: widgetlist is already in use",
		},
		"new": {yaml: definition(""), health: status.Progressing, message: "Installing: Install in progress"},
	})
}
