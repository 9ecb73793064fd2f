// Package explanation says why a federated object is where it is: what a controller
// would decide on it now, what one has recorded, and where the two differ.
package explanation

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Explanation is all that is told of one federated object.
type Explanation struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // Explanation
	Object     Object `json:"object"`
	// Simulated says that all is worked out from files, and that no cluster was asked.
	Simulated bool `json:"simulated,omitempty"`
	// Summary is how many clusters are chosen, and why the others are not, in a line.
	Summary string `json:"summary"`
	// Problem says what of the placement is not as the object asks; empty is nothing.
	Problem string `json:"problem,omitempty"`
	// Clusters are the members, and names that are none, by name.
	Clusters []Cluster `json:"clusters"`
	// Recorded is what a controller has written down of the object as a whole; nil
	// where none has.
	Recorded *Recorded `json:"recorded,omitempty"`
	// Replicas is how its replicas are divided; nil where no preference does.
	Replicas *Division `json:"replicas,omitempty"`
	// Notes say what was assumed, and what is not known.
	Notes []string `json:"notes,omitempty"`
}

// List is the explanations of several objects.
type List struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"` // ExplanationList
	Items      []Explanation `json:"items"`
}

// Object names a federated object, and the type that it declares.
type Object struct {
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
	Generation int64  `json:"generation,omitempty"`
	Target     string `json:"target"` // deployments.apps
}

// Cluster is what is told of one cluster.
type Cluster struct {
	Name string `json:"name"`
	// Chosen is what is decided now.
	Chosen bool `json:"chosen"`
	// Reason is why in one word, and Message why, and what to change, for people. The
	// reasons are those of a placement, and Chosen, Leaving, Deleting, NoReplicas and
	// LossGuarded.
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Failed says why no copy can be made for a cluster that is chosen.
	Failed string `json:"failed,omitempty"`
	// NotReady says that the member is not ready, as the host has it, and why. Nothing
	// is written there meanwhile.
	NotReady string `json:"notReady,omitempty"`
	// Recorded is what a controller has written down; nil where it has nothing.
	Recorded *RecordedCluster `json:"recorded,omitempty"`
	// Differs says why what is recorded is not what is decided now; empty when it is.
	Differs string `json:"differs,omitempty"`
	// Replicas is how many it gets; nil where nobody divides them.
	Replicas *Share `json:"replicas,omitempty"`
}

// Recorded is what a controller has written down of an object.
type Recorded struct {
	// Generation is that of the object which it speaks of, and Current says that it is
	// the present one.
	Generation int64 `json:"generation"`
	Current    bool  `json:"current"`
	// Written is when something in it changed last.
	Written metav1.Time `json:"written,omitzero"`
	// Ready, Reason and Message are those of the condition Ready.
	Ready   string `json:"ready,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// RecordedCluster is what a controller has written down of one cluster.
type RecordedCluster struct {
	State   string `json:"state"` // OK, or what keeps the copy from being as it should
	Message string `json:"message,omitempty"`
	Health  string `json:"health,omitempty"`
	// HealthMessage says what the copy lacks.
	HealthMessage string `json:"healthMessage,omitempty"`
}

// Division is how replicas are divided.
type Division struct {
	Preference string `json:"preference"` // namespace/name
	Planner    string `json:"planner"`
	Total      int64  `json:"total"`
	Unplaced   int64  `json:"unplaced,omitempty"`
	// Recorded says that it was decided by a controller, which has written it down:
	// Generation, Current and Written are as in Recorded. Else it is worked out now.
	Recorded   bool        `json:"recorded"`
	Generation int64       `json:"generation,omitempty"`
	Current    bool        `json:"current,omitempty"`
	Written    metav1.Time `json:"written,omitzero"`
	// Problem says why nothing is divided, or what is not as it should be.
	Problem string `json:"problem,omitempty"`
}

// Share is how many replicas one cluster gets.
type Share struct {
	// Planned is what the plan has, Given what the cluster is told to have now, and
	// Ready what was last seen to be ready there.
	Planned int64 `json:"planned"`
	Given   int64 `json:"given"`
	Ready   int64 `json:"ready"`
	// Reason is why in one word, and Message for people.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// ago is how long ago a time was, for people.
func ago(t metav1.Time, now time.Time) string {
	if t.IsZero() {
		return "at an unknown time"
	}
	return durationOf(now.Sub(t.Time)) + " ago"
}
