package pull

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// AgentOptions are what an [Agent] is made of. The first four are required.
type AgentOptions struct {
	// Cluster is the member that the agent works in, as the host names it.
	Cluster federation.ClusterName
	// Client and Writer reach the host, with the rights that [Account] grants.
	Client dynamic.Interface
	Writer metadata.Interface
	// Member reaches the member's own API server. For the types that are carried
	// there it needs get, list, watch, create, patch and delete. It is copied.
	Member *rest.Config

	// Judge makes who judges copies of a type by what a bundle says; nil knows the
	// kinds of Kubernetes, and judges nothing by expressions. Package
	// status/expression does.
	Judge func(federation.Type, v1alpha1.Judging) (status.Judge, error)
	// Writers are how many objects of a type are written at a time; default 8.
	Writers int
	// Timeout bounds one write to the member and to the host; default 10s.
	Timeout time.Duration
	// Interval is the least time between two writes of one bundle's status;
	// default 1s.
	Interval time.Duration
	// Heartbeat is the time between two renewals of the Lease; default 10s. The
	// host takes the member for not ready after four that did not come.
	Heartbeat time.Duration
	// Backoff and MaxBackoff bound the time between two tries of what failed;
	// default 200ms and 30s. The host is asked again after 5s at the most.
	Backoff, MaxBackoff time.Duration

	Logger logr.Logger // the zero Logger discards
}

func (o AgentOptions) validate() error {
	var errs []error
	for _, required := range []struct {
		name    string
		missing bool
	}{{"Cluster", o.Cluster == ""}, {"Client", o.Client == nil}, {"Writer", o.Writer == nil}, {"Member", o.Member == nil}} {
		if required.missing {
			errs = append(errs, fmt.Errorf("pull: AgentOptions.%s is required", required.name))
		}
	}
	return errors.Join(errs...)
}

// Agent makes the member that it runs in hold what the host left for it. It
// keeps to that while the host is away, too, as long as it runs: an agent that is
// started meanwhile changes nothing until the host answers. Make one with
// [NewAgent].
type Agent struct {
	AgentOptions
	inbox     *inbox
	answers   workqueue.TypedRateLimitingInterface[string] // bundles whose status may be due
	running   sync.WaitGroup
	condition condition

	mu       sync.Mutex
	carriers map[carriage]*carrier
}

// NewAgent makes an Agent and starts nothing. An error names every option that is
// missing.
func NewAgent(o AgentOptions) (*Agent, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.Judge == nil {
		o.Judge = byKind
	}
	o.Writers = cmp.Or(o.Writers, 8)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.Interval = cmp.Or(o.Interval, time.Second)
	o.Heartbeat = cmp.Or(o.Heartbeat, 10*time.Second)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 30*time.Second)
	return &Agent{AgentOptions: o, carriers: map[carriage]*carrier{}}, nil
}

// hostBackoff is the longest time between two tries to reach the host.
const hostBackoff = 5 * time.Second

// Start works until ctx ends, and returns when all that it started has ended. It
// may be called once. Trouble with the host or the member is no error: it is
// logged, and tried again.
func (a *Agent) Start(ctx context.Context) error {
	probe, err := newProbe(a.Member)
	if err != nil {
		return fmt.Errorf("client for the member: %w", err)
	}
	a.inbox = &inbox{cluster: a.Cluster, bundles: map[string]*bundle{}}
	a.answers = workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](a.Backoff, hostBackoff))
	ctx = logr.NewContext(ctx, a.Logger)
	defer a.running.Wait()
	defer a.answers.ShutDown()
	a.running.Go(func() { a.beat(ctx, probe) })
	for range writers {
		a.running.Go(func() { each(a.answers, func(name string) error { return a.answer(ctx, name) }) })
	}
	bundles := watched{
		objects: a.Client.Resource(v1alpha1.Bundles()).Namespace(NamespaceOf(a.Cluster)),
		backoff: between(a.Backoff, hostBackoff),
		failed: func(err error) {
			a.condition.noteReading(err)
			a.Logger.Info("cannot read bundles on the host", "reason", err.Error())
		},
	}
	bundles.watch(ctx, sight{
		put:  func(u *unstructured.Unstructured) { a.put(ctx, u) },
		gone: func(u *unstructured.Unstructured) { a.inbox.drop(u.GetName()); a.staff(ctx) },
		all: func(all []*unstructured.Unstructured) {
			a.putAll(ctx, all)
			a.condition.noteReading(nil)
		},
	})
	return nil
}

// putAll takes over all bundles before anything is done: what one does not name
// any more, another may.
func (a *Agent) putAll(ctx context.Context, all []*unstructured.Unstructured) {
	there := map[string]bool{}
	for _, u := range all {
		there[u.GetName()] = true
	}
	a.inbox.keep(there)
	a.put(ctx, all...)
}

func (a *Agent) put(ctx context.Context, bundles ...*unstructured.Unstructured) {
	var jobs []job
	for _, u := range bundles {
		jobs = append(jobs, a.inbox.put(u)...)
	}
	a.staff(ctx)
	for _, j := range jobs {
		a.hand(j)
	}
	for _, u := range bundles {
		a.answers.AddAfter(u.GetName(), a.Interval/10)
	}
}

// hand gives a job to whom it concerns.
func (a *Agent) hand(j job) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.carriers[j.how]; c != nil {
		c.push.Retry(a.Cluster, j.key)
		c.queue.Forget(j.key)
		c.queue.Add(j.key)
	}
}

// staff starts a carrier for each carriage of the bundles that has none, and
// stops those that are not needed any more.
func (a *Agent) staff(ctx context.Context) {
	needed := a.inbox.carriages()
	a.mu.Lock()
	defer a.mu.Unlock()
	for how, c := range a.carriers {
		if !needed[how] {
			c.stop()
			delete(a.carriers, how)
		}
	}
	for how := range needed {
		if a.carriers[how] != nil {
			continue
		}
		c, err := a.newCarrier(how)
		if err != nil {
			a.Logger.Error(err, "cannot carry a type", "type", how.kind.String())
			continue
		}
		a.carriers[how] = c
		running, stop := context.WithCancel(ctx)
		c.stop = stop
		a.running.Go(func() { c.run(running) })
		for _, key := range a.inbox.all(how) {
			c.queue.Add(key)
		}
	}
}

// noted has the answer to a job written soon, and wakes what waited for it: what
// is in a namespace goes on when that is there.
func (a *Agent) noted(j job, out propagation.Outcome) {
	a.answers.AddAfter(j.from, a.Interval/10)
	if j.how.kind.Group != "" || j.how.kind.Resource != "namespaces" || out.Action != propagation.Applied {
		return
	}
	for _, waiting := range a.inbox.failedIn(j.key.Name) {
		a.hand(waiting)
	}
}
