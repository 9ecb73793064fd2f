// Package push is the default propagation.Propagator: it writes to each
// member's API server by server-side apply, and watches the members so that an
// object that is as it should be costs no request.
//
// Of each copy it keeps only a small record, not the object: who it is, whose
// it is, the hash of what was last applied, and which fields we own. A field
// that somebody else takes, or removes, makes our part of
// metadata.managedFields smaller; that is how drift is seen without reading
// values. What others write elsewhere in the object is none of our business.
package push

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Clusters are the members and how to reach them. Both registries of this
// module are such: federation/kubefed and federation/kubeconfig.
type Clusters interface {
	federation.Registry
	// Config returns how to reach a member, for the caller to keep and change.
	// A token in it has to renew itself. When it has to be asked for again, the
	// member's Connection changes.
	Config(name federation.ClusterName) (*rest.Config, error)
}

// Options are what a [Propagator] is made of. Clusters and Type are required.
type Options struct {
	Clusters Clusters
	Type     federation.Type // of the objects it carries

	// Namespace is where in the members its objects are, all of them; the
	// credentials need no rights elsewhere then. Empty is everywhere.
	Namespace string
	// FieldManager is the name that our fields are owned by; default "fedrail".
	// Two controllers that carry the same type need two names.
	FieldManager string
	// Adoption says what to do with an object that is there already and is not
	// a copy of ours; default Adopt.
	Adoption Adoption
	// Collection says whether the copies' status is read; default NoStatus.
	Collection Collection
	// Judge tells how the copies fare; nil is nobody. Then, and without a
	// Collection, metadata alone is read, which is cheaper. Of what a Judge is
	// shown nothing is kept but what it says.
	Judge status.Judge
	// Backoff and MaxBackoff bound the time between two tries to watch a
	// member, or to get an answer from one that gave none; default 200ms and
	// 5s. A member that becomes ready is tried at once.
	Backoff, MaxBackoff time.Duration

	Logger logr.Logger // the zero Logger discards
}

// Adoption says what to do with an object that is there already.
type Adoption string

// The ways of adoption. An object that carries the label kubefed.io/managed
// with the value "false" is never adopted.
const (
	Adopt  Adoption = ""       // make it a copy; what others own besides stays
	Refuse Adoption = "Refuse" // leave it alone, and say so; costs a read before each create
)

// Collection says what is read of a copy.
type Collection string

// The ways of collection.
const (
	NoStatus Collection = ""     // the status is not told
	Status   Collection = "Read" // the status is kept, and is in each Outcome
)

// readsWhole says whether copies are read as a whole, and not their metadata
// alone.
func (o Options) readsWhole() bool { return o.Collection == Status || o.Judge != nil }

// where names the place of the copies in a sentence.
func (o Options) where() string {
	if o.Namespace != "" {
		return fmt.Sprintf("namespace %q", o.Namespace)
	}
	return "all namespaces"
}

// Propagator carries the objects of one type to the members. Make one with
// [New].
type Propagator struct {
	Options
	holders *holders
	mu      sync.Mutex
	members map[federation.ClusterName]*member
}

var (
	_ propagation.Propagator = (*Propagator)(nil)
	_ propagation.Observer   = (*Propagator)(nil)
	_ propagation.Hearer     = (*Propagator)(nil)
)

// New makes a Propagator. It starts nothing: it writes to members only while
// Observe runs.
func New(o Options) (*Propagator, error) {
	var errs []error
	if o.Clusters == nil {
		errs = append(errs, errors.New("push: Options.Clusters is required"))
	}
	if o.Type.Resource == "" || o.Type.Kind == "" || o.Type.Version == "" || o.Type.Scope == "" {
		errs = append(errs, fmt.Errorf("push: Options.Type %+v needs Version, Kind, Resource and Scope", o.Type))
	}
	o.FieldManager = cmp.Or(o.FieldManager, defaultFieldManager)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 5*time.Second)
	return &Propagator{Options: o, holders: newHolders(), members: map[federation.ClusterName]*member{}}, errors.Join(errs...)
}

// member returns what is known of a member; a Problem when that is not enough
// to write to it.
func (p *Propagator) member(name federation.ClusterName) (*member, error) {
	p.mu.Lock()
	m := p.members[name]
	p.mu.Unlock()
	if m == nil {
		return nil, notConnected(name)
	}
	return m, m.ready()
}
