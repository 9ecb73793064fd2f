// Package status judges how an object fares in one cluster, by its kind, and
// reduces what was seen of it in many to one summary, in KubeFed's words and with
// a message beside each. It is pure: no client and no clock, and equal facts give
// equal summaries.
package status

import (
	"time"

	"github.com/fedrail/fedrail/federation"
)

// State is KubeFed's word for how an object fares in one cluster. The empty
// State means that the cluster holds what it should.
type State string

// KubeFed's states.
const (
	OK                     State = ""
	ClusterNotReady        State = "ClusterNotReady"
	CachedRetrievalFailed  State = "CachedRetrievalFailed"
	ComputeResourceFailed  State = "ComputeResourceFailed"
	ApplyOverridesFailed   State = "ApplyOverridesFailed"
	CreationFailed         State = "CreationFailed"
	UpdateFailed           State = "UpdateFailed"
	DeletionFailed         State = "DeletionFailed"
	LabelRemovalFailed     State = "LabelRemovalFailed"
	RetrievalFailed        State = "RetrievalFailed"
	AlreadyExists          State = "AlreadyExists"
	FieldRetentionFailed   State = "FieldRetentionFailed"
	VersionRetrievalFailed State = "VersionRetrievalFailed"
	ClientRetrievalFailed  State = "ClientRetrievalFailed"
	ManagedLabelFalse      State = "ManagedLabelFalse"
	CreationTimedOut       State = "CreationTimedOut"
	UpdateTimedOut         State = "UpdateTimedOut"
	DeletionTimedOut       State = "DeletionTimedOut"
	LabelRemovalTimedOut   State = "LabelRemovalTimedOut"
	WaitingForRemoval      State = "WaitingForRemoval"
)

// These are ours.
const (
	// FieldConflict says that somebody else owns fields that the object should have.
	FieldConflict State = "FieldConflict"
	// WaitingForNamespace says that the cluster lacks the object's namespace. The
	// object follows when that is there.
	WaitingForNamespace State = "WaitingForNamespace"
	// WaitingForKind says that the cluster does not serve the object's kind, or not
	// in its version. The object follows when it does.
	WaitingForKind State = "WaitingForKind"
)

// These are ours: how a cluster fares whose turn in a rollout has not come, or
// whose copy is new and not proven healthy.
const (
	WaitingForRollout State = "WaitingForRollout"
	WaitingForHealth  State = "WaitingForHealth"
	RolloutFailed     State = "RolloutFailed"
)

// WaitingForResume is ours: the cluster does not hold what it should, and nothing is
// changed there while the object is suspended.
const WaitingForResume State = "WaitingForResume"

// Observation is how an object fares in one cluster.
type Observation struct {
	Cluster federation.ClusterName
	State   State
	// Message says what is wrong and how to mend it. When State is OK it is empty,
	// or says what is as somebody else wants it.
	Message string
	// Remote is the status of the copy itself, where it is collected; nil
	// otherwise. It must not be changed.
	Remote map[string]any
	// Vitals are those of the copy, where they are read; zero otherwise.
	Vitals Vitals
	// Rollout is how far the cluster is with a change that goes from cluster to
	// cluster; zero when none is under way.
	Rollout Rollout
}

// Rollout is how far a cluster is with a version that it was released for. It is
// kept in the status so that a controller that starts anew goes on from there.
type Rollout struct {
	Phase   string // Changing, Healthy or Failed
	Version string
	Since   time.Time // when the phase began
}

func (r Rollout) equal(other Rollout) bool {
	return r.Phase == other.Phase && r.Version == other.Version && r.Since.Equal(other.Since)
}

// Facts are all that a summary is made from.
type Facts struct {
	// Generation of the declaring object that the observations speak of.
	Generation int64
	// Placement says what kept the object from being placed as asked; the zero
	// Problem is nothing.
	Placement Problem
	// Rollout says that a change has not reached every cluster yet, and why; the
	// zero Problem is nothing.
	Rollout Problem
	// Suspended says that nothing is carried for now; the zero Problem is that it is.
	Suspended Problem
	// Lacks says why something that the object needs does not follow it; the zero
	// Problem is nothing, or that nothing is to follow.
	Lacks Problem
	// Observations, at most one for each cluster, in any order.
	Observations []Observation
}

// Problem is a reason in one CamelCase word, and a message for people. The zero
// Problem is none.
type Problem struct {
	Reason  string
	Message string
}

// The reasons of the condition [Propagation], as KubeFed has them.
const (
	CheckClusters          = "CheckClusters"
	ClusterRetrievalFailed = "ClusterRetrievalFailed"
	ComputePlacementFailed = "ComputePlacementFailed"
	NamespaceNotFederated  = "NamespaceNotFederated"
)

// The reasons of the condition [Ready] while a change goes from cluster to
// cluster.
const (
	RolloutInProgress = "RolloutInProgress"
	RolloutPaused     = "RolloutPaused"
	RolloutStopped    = "RolloutStopped"
)

// The types of the conditions.
const (
	// Propagation is KubeFed's condition: every selected cluster holds what it
	// should.
	Propagation = "Propagation"
	// Ready is true when Scheduled, Applied and Available are, for the generation
	// that was observed; when it is not, it says why in their words, the first of
	// them first. kubectl wait, and all that reads conditions, understand it.
	Ready = "Ready"
	// Scheduled is true when the object was placed in all the clusters that were
	// asked for.
	Scheduled = "Scheduled"
	// Applied is true when Propagation is, no change waits for its turn, and nothing is
	// suspended: every selected cluster holds what it should.
	Applied = "Applied"
	// Available is true when every copy that was judged is Healthy or Suspended.
	Available = "Available"
	// DependenciesFollow is there only while it is False: something that the
	// object refers to does not follow it, as it should. Nothing else depends on
	// it, for the clusters may have that something from elsewhere.
	DependenciesFollow = "DependenciesFollow"
)

// Placed is the reason of [Scheduled] when it is True.
const Placed = "Placed"

// The reasons of [Available] when every copy is Healthy, and when nobody judged
// any. Else its reason is the [Health] of the worst copy: Suspended when it is
// True, another when it is False.
const (
	AllHealthy = "AllHealthy"
	NotJudged  = "NotJudged"
)

// DependencyMissing is the reason of the condition [DependenciesFollow].
const DependencyMissing = "DependencyMissing"

// Condition is a condition without its times, which whoever stores it knows.
type Condition struct {
	Type    string
	Status  string // "True" or "False"
	Reason  string
	Message string
}

// Summary is one object's status over all clusters.
type Summary struct {
	Generation int64
	Conditions []Condition   // in the order of their types above
	Clusters   []Observation // in name order
	// Totals are the sums of the copies' counts by name, in the order that the
	// kind has them; none where nothing is counted. A cluster whose State is
	// ClusterNotReady is not in them: what it was last seen to have is of another
	// version of the object. One that is away and has nothing to catch up on has
	// the State OK, and is.
	Totals []Count
	// Worst is the copy that fares worst; zero where none was judged.
	Worst Worst
}

// Worst is the copy that fares worst of all that were judged: the first by name
// of its cluster where several fare alike.
type Worst struct {
	Cluster federation.ClusterName
	Health  Health
	Message string // what it lacks; empty when Healthy
}

// An Aggregator reduces the facts about one object to its summary. It cannot
// fail: what it cannot judge it does not count as ready. It must not modify the
// facts, and may be called concurrently.
type Aggregator interface {
	Aggregate(facts Facts) Summary
}
