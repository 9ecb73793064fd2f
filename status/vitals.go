package status

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

// Health is how an object fares where it is, in one word. The empty Health is
// that nobody judged it.
type Health string

// The healths, from the best to the worst.
const (
	Healthy     Health = "Healthy"     // it is as its spec asks, and works
	Suspended   Health = "Suspended"   // it is as its spec asks, and is not to work now
	Progressing Health = "Progressing" // it is on its way, or nobody has looked at the last change yet
	Terminating Health = "Terminating" // it is being deleted
	Unknown     Health = "Unknown"     // it cannot be told
	Degraded    Health = "Degraded"    // it does not work, and will not by waiting
)

// Vitals are what is kept of an object in one cluster to tell how it fares. The
// zero Vitals are those of an object that nobody judged. They must not be changed
// once they were handed out.
type Vitals struct {
	Health Health
	// Message says what it lacks; empty when Healthy.
	Message string
	// Generation is the object's own, and Observed the one that its status speaks
	// of: 0 where its kind does not say.
	Generation, Observed int64
	// Counts are the numbers of its status that are worth adding up, each name
	// once, in an order that the kind always has.
	Counts []Count
}

// Count is one number of an object's status, by its name there:
// "readyReplicas". It is never negative.
type Count struct {
	Name string
	N    int64
}

// Count is the number of that name; 0 when there is none.
func (v Vitals) Count(name string) int64 {
	for _, c := range v.Counts {
		if c.Name == name {
			return c.N
		}
	}
	return 0
}

// A Judge tells how an object fares from the object alone. It must not modify it,
// gives equal objects equal answers, and may be called concurrently.
type Judge interface {
	Judge(object *unstructured.Unstructured) Vitals
}
