// Package standing is how a federated object fares, as its status on the host tells,
// in a form for people and for machines.
package standing

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// Kind is the kind of a Standing.
const Kind = "Standing"

// Standing is what "status" prints with -o json and -o yaml.
type Standing struct {
	APIVersion string `json:"apiVersion"` // cli.Version
	Kind       string `json:"kind"`       // Kind
	// Object is the federated object.
	Object Object `json:"object"`
	// Conditions are those that its status has. One that speaks of an older generation is
	// Unknown, with the reason NotObserved.
	Conditions []Condition `json:"conditions"`
	// Clusters are those that hold a copy or should, by name.
	Clusters []Cluster `json:"clusters"`
	// Totals are the sums of the counts of all clusters.
	Totals map[string]int64 `json:"totals,omitempty"`
}

// Object says which object a Standing is of.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Generation is the newest, and ObservedGeneration the one that the status is of; 0
	// where no controller has looked at the object.
	Generation         int64 `json:"generation"`
	ObservedGeneration int64 `json:"observedGeneration"`
	// Created is when the object was made on the host.
	Created metav1.Time `json:"created"`
}

// Condition is a condition of a federated object.
type Condition struct {
	Type    string                 `json:"type"`
	Status  metav1.ConditionStatus `json:"status"`
	Reason  string                 `json:"reason,omitempty"`
	Message string                 `json:"message,omitempty"`
	// Since is when Status changed.
	Since metav1.Time `json:"since,omitzero"`
}

// Cluster is how one cluster fares.
type Cluster struct {
	Name string `json:"name"`
	// State is OK where the cluster holds what it should; else a word of the federation.
	State string `json:"state"`
	// Health is how the copy fares; empty where nobody judges it.
	Health string `json:"health,omitempty"`
	// Ready and Wanted are the replicas, or pods, of a copy that has some.
	Ready  *int64 `json:"ready,omitempty"`
	Wanted *int64 `json:"wanted,omitempty"`
	// Rollout is Changing, Healthy or Failed while a change goes from cluster to cluster.
	Rollout string `json:"rollout,omitempty"`
	// Message says what is wrong, and what the copy lacks.
	Message string `json:"message,omitempty"`
	// Created is when the copy was made, as the cluster itself says; absent where it was
	// not asked, gave no answer or has none.
	Created metav1.Time `json:"created,omitzero"`
}

// Of reads the standing of a federated object.
func Of(object *unstructured.Unstructured) (Standing, error) {
	s, err := federatedkind.StatusOf(object)
	if err != nil {
		return Standing{}, err
	}
	standing := Standing{APIVersion: cli.Version, Kind: Kind, Totals: s.Totals, Clusters: []Cluster{}, Object: Object{
		Kind: object.GetKind(), Namespace: object.GetNamespace(), Name: object.GetName(),
		Generation: object.GetGeneration(), ObservedGeneration: s.ObservedGeneration, Created: object.GetCreationTimestamp(),
	}}
	for _, kind := range kinds(s) {
		standing.Conditions = append(standing.Conditions, Latest(s, object.GetGeneration(), kind))
	}
	for _, c := range s.Clusters {
		standing.Clusters = append(standing.Clusters, clusterOf(c))
	}
	return standing, nil
}

// kinds are the types of the conditions: Ready and what it is made of at first, whether
// or not they are there.
func kinds(s federatedkind.Status) []string {
	all := []string{status.Ready, status.Scheduled, status.Applied, status.Available}
	for _, c := range s.Conditions {
		if !slices.Contains(all, c.Type) {
			all = append(all, c.Type)
		}
	}
	return all
}

// Latest is a condition as far as it speaks of that generation: Unknown when it does
// not.
func Latest(s federatedkind.Status, generation int64, kind string) Condition {
	i := slices.IndexFunc(s.Conditions, func(c federatedkind.Condition) bool { return c.Type == kind })
	switch {
	case len(s.Conditions) == 0:
		return Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: "NotObserved", Message: "no controller has looked at it yet"}
	case i < 0:
		return Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: "NotSaid", Message: "the controller does not say"}
	}
	found := s.Conditions[i]
	c := Condition{Type: kind, Status: found.Status, Reason: found.Reason, Message: found.Message, Since: found.LastTransitionTime}
	if observed := max(found.ObservedGeneration, s.ObservedGeneration); observed != generation {
		c.Message = fmt.Sprintf("no controller has looked at generation %d yet; of generation %d it is %s: %s", generation, observed, c.Status, c.Message)
		c.Status, c.Reason = metav1.ConditionUnknown, "NotObserved"
	}
	return c
}

// Condition is the one of that type; zero where there is none.
func (s Standing) Condition(kind string) Condition {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return Condition{Type: kind, Status: metav1.ConditionUnknown}
}

func clusterOf(c federatedkind.ClusterStatus) Cluster {
	cluster := Cluster{Name: c.Name, State: c.Status, Health: c.Health, Message: c.Message}
	if cluster.State == string(status.OK) {
		cluster.State = "OK"
	}
	if cluster.Message == "" {
		cluster.Message = c.HealthMessage
	}
	cluster.Ready, cluster.Wanted = number(c.Counts, "readyReplicas", "numberReady", "ready"), number(c.Counts, "replicas", "desiredNumberScheduled", "parallelism")
	if c.Rollout != nil {
		cluster.Rollout = c.Rollout.Phase
	}
	return cluster
}

// number is the first count that there is of those names.
func number(counts map[string]int64, names ...string) *int64 {
	for _, name := range names {
		if n, found := counts[name]; found {
			return &n
		}
	}
	return nil
}

// IsFine says whether a cluster holds what it should, and its copy works.
func IsFine(c federatedkind.ClusterStatus) bool {
	healthy := slices.Contains([]status.Health{"", status.Healthy, status.Suspended}, status.Health(c.Health))
	return status.State(c.Status) == status.OK && healthy
}

// Replicas are those that are ready, of those that are wanted: "2/3".
func (c Cluster) Replicas() string {
	if c.Ready == nil && c.Wanted == nil {
		return "-"
	}
	return written(c.Ready) + "/" + written(c.Wanted)
}

func written(n *int64) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}
