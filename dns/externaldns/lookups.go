package externaldns

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
)

// lookups are the addresses of the hostnames that records want to know. Each is
// looked up again now and then; one that cannot be looked up any more keeps the
// addresses that it had.
type lookups struct {
	resolver Resolver
	pause    time.Duration
	changed  func([]id)
	queue    workqueue.TypedDelayingInterface[string]

	mu     sync.Mutex
	hosts  map[string]*lookup
	wanted map[id][]string
}

// lookup is one hostname.
type lookup struct {
	addresses []netip.Addr
	since     time.Time // when somebody wanted to know it first
	done      bool      // once, with whatever result
	by        map[id]bool
}

// isDue says whether nobody should wait any more for what a hostname is.
func (l *lookup) isDue() bool { return l.done || time.Since(l.since) > lookupPatience }

const (
	// lookupPatience is how long to wait for an answer, and how long records wait until
	// one is asked for: where no resolver answers, many hostnames take long.
	lookupPatience = 5 * time.Second
	// lookupWorkers are how many hostnames are looked up at a time.
	lookupWorkers = 4
)

func newLookups(resolver Resolver, pause time.Duration, changed func([]id)) *lookups {
	return &lookups{resolver: resolver, pause: pause, changed: changed, queue: workqueue.NewTypedDelayingQueue[string](),
		hosts: map[string]*lookup{}, wanted: map[id][]string{}}
}

// want are the addresses of the hostnames that a record wants to know from now on,
// and false as long as more are about to be known.
func (l *lookups) want(i id, names []string) (map[string][]netip.Addr, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unwantLocked(i, names)
	l.wanted[i] = names
	found, all := map[string][]netip.Addr{}, true
	for _, name := range names {
		host := l.hosts[name]
		if host == nil {
			host = &lookup{since: time.Now(), by: map[id]bool{}}
			l.hosts[name] = host
			l.queue.Add(name)
		}
		host.by[i] = true
		all = all && host.isDue()
		if len(host.addresses) > 0 {
			found[name] = host.addresses
		}
	}
	return found, all
}

// release notes that a record wants to know none.
func (l *lookups) release(i id) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unwantLocked(i, nil)
	delete(l.wanted, i)
}

// unwantLocked notes that a record wants to know no others than these.
func (l *lookups) unwantLocked(i id, but []string) {
	for _, name := range l.wanted[i] {
		if slices.Contains(but, name) {
			continue
		}
		if delete(l.hosts[name].by, i); len(l.hosts[name].by) == 0 {
			delete(l.hosts, name)
		}
	}
}

// run looks hostnames up until ctx ends.
func (l *lookups) run(ctx context.Context) {
	var running sync.WaitGroup
	for range lookupWorkers {
		running.Go(func() { l.work(ctx) })
	}
	<-ctx.Done()
	l.queue.ShutDown()
	running.Wait()
}

func (l *lookups) work(ctx context.Context) {
	for {
		name, quit := l.queue.Get()
		if quit {
			return
		}
		l.one(ctx, name)
		l.queue.Done(name)
	}
}

// one looks a hostname up, and again later as long as anybody wants to know it.
func (l *lookups) one(ctx context.Context, name string) {
	limited, stop := context.WithTimeout(ctx, lookupPatience)
	defer stop()
	addresses, err := l.resolver.LookupNetIP(limited, "ip", name)
	if ctx.Err() != nil {
		return
	}
	slices.SortFunc(addresses, netip.Addr.Compare)
	if news, wanted := l.note(name, addresses, err); wanted {
		l.changed(news)
		l.queue.AddAfter(name, l.pause)
	}
}

// note takes over what was found, and says for whom that is news, and whether
// anybody wants to know it.
func (l *lookups) note(name string, addresses []netip.Addr, err error) (news []id, wanted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	host := l.hosts[name]
	if host == nil {
		return nil, false
	}
	isNews := !host.done
	if err == nil && !slices.Equal(host.addresses, addresses) {
		host.addresses, isNews = addresses, true
	}
	host.done = true
	if isNews {
		for i := range host.by {
			news = append(news, i)
		}
	}
	return news, true
}
