package push

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// member is what is known of one member over one connection.
type member struct {
	name       federation.ClusterName
	connection string
	kind       schema.GroupVersionKind // that is watched
	config     *rest.Config
	http       *http.Client
	options    Options
	records    *records
	fights     fights
	wake       chan struct{} // the member became ready: try again at once
	hearing    *hearing
	stop       context.CancelFunc
	lacking    lacking

	mu      sync.Mutex
	links   map[schema.GroupVersion]link
	failure error // why the copies could not be listed
}

// Observe implements [propagation.Observer]: it watches the copies in every
// member, for as long as it is one.
func (p *Propagator) Observe(ctx context.Context, changed func(propagation.Change)) error {
	var watching sync.WaitGroup
	defer watching.Wait()
	defer p.replace(nil)
	ready := map[federation.ClusterName]bool{}
	for set := range p.Clusters.Watch(ctx) {
		now := map[federation.ClusterName]*member{}
		for c := range set.All() {
			m, fresh := p.connect(ctx, c, changed)
			if m == nil {
				continue
			}
			now[c.Name] = m
			if fresh != nil {
				watching.Go(func() { m.watch(fresh) })
				watching.Go(func() { m.listen(fresh) })
				watching.Go(func() { m.lacking.namespaces.keep(fresh) })
				watching.Go(func() { m.lacking.definition.keep(fresh) })
			}
			if c.Ready && !ready[c.Name] {
				m.retryNow()
			}
			ready[c.Name] = c.Ready
		}
		p.replace(now)
	}
	return nil
}

// connect returns the member over its present connection. When that is new, it
// returns the context to watch it in as well.
func (p *Propagator) connect(ctx context.Context, c federation.Cluster, changed func(propagation.Change)) (*member, context.Context) {
	p.mu.Lock()
	old := p.members[c.Name]
	p.mu.Unlock()
	if old != nil && old.connection == c.Connection {
		return old, nil
	}
	m, err := p.newMember(c, changed)
	if err != nil {
		logr.FromContextOrDiscard(ctx).Info("cannot connect to member", "cluster", c.Name, "reason", err.Error())
		return nil, nil // its Connection changes when that is mended
	}
	if old != nil {
		m.records.inherit(old.records)
	}
	watchCtx, stop := context.WithCancel(ctx)
	m.stop = stop
	return m, watchCtx
}

func (p *Propagator) newMember(c federation.Cluster, changed func(propagation.Change)) (*member, error) {
	config, err := p.Clusters.Config(c.Name)
	if err != nil {
		return nil, err
	}
	heard := newHearing()
	config.Wrap(heard.wrap)
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	m := &member{
		name: c.Name, connection: c.Connection, kind: p.Type.GroupVersionKind(),
		config: config, http: client, options: p.Options,
		wake: make(chan struct{}, 1), hearing: heard, links: map[schema.GroupVersion]link{},
	}
	m.records = newRecords(p, c.Name, func(k propagation.Key) { changed(propagation.Change{Cluster: c.Name, Key: k}) })
	if m.lacking, err = newLacking(m); err != nil {
		return nil, err
	}
	_, err = m.linkTo(m.kind.GroupVersion())
	return m, err
}

// replace makes now the members, and stops watching those that are not among
// them any more.
func (p *Propagator) replace(now map[federation.ClusterName]*member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, m := range p.members {
		if now[name] != m {
			m.stop()
			m.records.retire()
		}
	}
	p.members = now
}

// watch keeps the records true until ctx ends.
func (m *member) watch(ctx context.Context) {
	var example any = &metav1.PartialObjectMetadata{}
	if m.options.readsWhole() {
		example = &unstructured.Unstructured{}
	}
	backoff := m.backoff()
	delay := backoff
	for ctx.Err() == nil {
		began := time.Now()
		there := &copies{all: m.link(m.kind).resources(m.options.Namespace)}
		reflector := cache.NewReflectorWithOptions(there.listWatch(), example, m.records, cache.ReflectorOptions{
			Name: string(m.name), Backoff: &backoff,
		})
		m.fail(reflector.ListAndWatchWithContext(ctx))
		if time.Since(began) > m.options.MaxBackoff {
			delay = backoff
		}
		select {
		case <-ctx.Done():
		case <-m.wake:
			delay = backoff
		case <-time.After(m.untilNextTry(delay.Step())):
		}
	}
}

// untilNextTry is the time until the copies are listed again: the back-off, or
// more when a vigil is kept for the definition that is missing.
func (m *member) untilNextTry(backoff time.Duration) time.Duration {
	if m.serves() == nil || m.lacking.name == "" {
		return backoff
	}
	net := m.lacking.definition.await(m.lacking.name, watching)
	if net == unsettled || backoff < m.options.MaxBackoff/2 {
		return min(backoff, max(net, unsettled)) // it is about to come, or may be
	}
	return max(backoff, net)
}

// retryNow ends the wait between two tries to watch.
func (m *member) retryNow() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// fail remembers why the copies could not be listed, and tells when that is
// news. A kind that is not served is not known any more, whatever was listed
// before.
func (m *member) fail(err error) {
	if err != nil && notServed(err) {
		m.records.unsync()
	}
	before := m.ready()
	m.mu.Lock()
	m.failure = err
	m.mu.Unlock()
	if now := m.ready(); now != nil && before != nil && now.Error() != before.Error() {
		m.records.changed(propagation.Key{})
	}
}

// ready says whether the copies in the member are known.
func (m *member) ready() error {
	if m.records.isSynced() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return notListed(m.options, m.name, m.failure)
}

// serves returns the error that says that the member does not serve the type,
// or nil.
func (m *member) serves() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if notServed(m.failure) {
		return m.failure
	}
	return nil
}

// link returns the link for objects of that kind. One that cannot be made has
// been refused when the member was connected.
func (m *member) link(kind schema.GroupVersionKind) link {
	l, _ := m.linkTo(kind.GroupVersion())
	return l
}

func (m *member) linkTo(version schema.GroupVersion) (link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, made := m.links[version]; made {
		return l, nil
	}
	l, err := newLink(m.config, m.http, m.options, version)
	if err != nil {
		return link{}, fmt.Errorf("client for %s: %w", m.name, err)
	}
	m.links[version] = l
	return l, nil
}

func sorted(names []federation.ClusterName) []federation.ClusterName {
	slices.Sort(names)
	return names
}
