package status

import (
	"fmt"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds is the default [Judge]: a table of rules by kind. The zero Kinds knows
// the kinds of Kubernetes, and judges any other by its conditions; it is ready
// for use.
//
// Two things hold for every kind, before any rule is asked. An object that is
// being deleted is Terminating. One whose status names the generation that it
// speaks of (status.observedGeneration), and not the newest, is Progressing.
type Kinds struct{ extra map[schema.GroupKind]Rule }

var _ Judge = Kinds{}

// NewKinds is the zero Kinds with rules of one's own, which win over those that
// are there. The map is copied; nil is none.
func NewKinds(extra map[schema.GroupKind]Rule) Kinds { return Kinds{extra: maps.Clone(extra)} }

// A Rule tells how objects of one kind fare, and which numbers of their status
// are worth adding up. Its functions must not modify the object, give equal
// objects equal answers, and may be called concurrently.
type Rule struct {
	// Health is the health, and what the object lacks; the empty Health is that
	// it cannot be judged. Nil is as the kind is judged without this rule.
	Health func(object *unstructured.Unstructured) (Health, string)
	// Counts are the numbers, each name once, in an order that they always have.
	// Nil is the numbers that the kind has without this rule. [Numbers] makes one.
	Counts func(object *unstructured.Unstructured) []Count
}

// Judge implements [Judge]. Messages are no longer than [MaxMessage].
func (k Kinds) Judge(object *unstructured.Unstructured) Vitals {
	rule := k.rule(object.GroupVersionKind().GroupKind())
	v := Vitals{Generation: object.GetGeneration(), Counts: rule.Counts(object)}
	var says bool
	v.Observed, says = number(object, "status", "observedGeneration")
	switch {
	case object.GetDeletionTimestamp() != nil:
		v.Health, v.Message = Terminating, departure(object)
	case says && v.Observed != v.Generation:
		v.Health, v.Message = Progressing, fmt.Sprintf("its status speaks of generation %d, and the newest is %d", v.Observed, v.Generation)
	default:
		v.Health, v.Message = rule.Health(object)
	}
	v.Message = shorten(v.Message, MaxMessage)
	return v
}

// rule is that of the kind, complete.
func (k Kinds) rule(kind schema.GroupKind) Rule {
	rule, own := k.extra[kind], builtIn(kind)
	if rule.Health == nil {
		rule.Health = own.Health
	}
	if rule.Counts == nil {
		rule.Counts = own.Counts
	}
	return rule
}

// departure says what keeps an object that is being deleted.
func departure(object *unstructured.Unstructured) string {
	if names := object.GetFinalizers(); len(names) > 0 {
		return "it is being deleted, and waits for its finalizers: " + strings.Join(names, ", ")
	}
	return "it is being deleted"
}

// builtIn is the rule of a kind of Kubernetes, or that of all other kinds.
func builtIn(kind schema.GroupKind) Rule {
	switch kind.Group {
	case "":
		return builtInCore(kind.Kind)
	case "apps":
		return builtInApps(kind.Kind)
	}
	switch kind.Kind + "." + kind.Group {
	case "Job.batch":
		return Rule{Health: job, Counts: jobCounts}
	case "CronJob.batch":
		return Rule{Health: cronJob, Counts: cronJobCounts}
	case "Ingress.networking.k8s.io":
		return Rule{Health: byConditions, Counts: addresses}
	case "PodDisruptionBudget.policy":
		return Rule{Health: disruptionBudget, Counts: disruptionBudgetCounts}
	case "HorizontalPodAutoscaler.autoscaling":
		return Rule{Health: autoscaler, Counts: autoscalerCounts}
	}
	return Rule{Health: byConditions, Counts: replicasIfAny}
}

func builtInCore(kind string) Rule {
	switch kind {
	case "Pod":
		return Rule{Health: pod, Counts: podCounts}
	case "Service":
		return Rule{Health: service, Counts: addresses}
	case "PersistentVolumeClaim":
		return Rule{Health: volumeClaim, Counts: volumeClaimCounts}
	case "Namespace":
		return Rule{Health: namespace, Counts: nothing}
	}
	return Rule{Health: byConditions, Counts: replicasIfAny}
}

func builtInApps(kind string) Rule {
	switch kind {
	case "Deployment":
		return Rule{Health: deployment, Counts: replicas}
	case "StatefulSet":
		return Rule{Health: statefulSet, Counts: replicas}
	case "ReplicaSet":
		return Rule{Health: replicaSet, Counts: replicaSetCounts}
	case "DaemonSet":
		return Rule{Health: daemonSet, Counts: daemonSetCounts}
	}
	return Rule{Health: byConditions, Counts: replicasIfAny}
}
