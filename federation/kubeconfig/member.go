package kubeconfig

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/credential"
	"github.com/fedrail/fedrail/internal/health"
	"github.com/fedrail/fedrail/internal/since"
)

// member is one context and the monitor that runs for it, while a client can be
// made. Its fields are guarded by the mutex of the registry.
type member struct {
	context string
	labels  labels.Set

	problem error // why no client can be made; nil: one can
	entry   entry
	token   *credential.Token
	monitor *health.Monitor // nil while no client can be made
	stop    context.CancelFunc

	finding health.Finding
	turn    since.Turn
}

const notProbed = "it was not probed yet"

func (r *Registry) newMember(context string) *member {
	m := &member{context: context, labels: maps.Clone(r.options.Labels[context])}
	m.finding.Message = notProbed
	return m
}

// updateLocked takes in what the file says of the member.
func (r *Registry) updateLocked(ctx context.Context, running *sync.WaitGroup, m *member, f *file) {
	entry, err := f.entry(m.context, r.seed)
	switch {
	case err != nil:
		r.brokenLocked(m, err)
	case m.monitor == nil || entry.hash != m.entry.hash:
		r.connectLocked(ctx, running, m, entry)
	case m.token.Renew(entry.token):
		m.monitor.Wake()
	}
	r.publishLocked(m)
}

// brokenLocked takes a member out of work until its entries are mended.
func (r *Registry) brokenLocked(m *member, problem error) {
	m.disconnect()
	m.problem = problem
	m.finding.Result = health.Result{Message: problem.Error()}
}

func (r *Registry) connectLocked(ctx context.Context, running *sync.WaitGroup, m *member, e entry) {
	m.disconnect()
	if m.problem != nil {
		m.finding.Result = health.Result{Message: notProbed}
	}
	m.problem, m.entry, m.token = nil, e, credential.NewToken(e.token)
	options := r.options.Health.WithDefaults()
	target, err := health.NewTarget(m.config(), health.Limits{Timeout: options.Timeout, Fields: fields(m.context)})
	if err != nil {
		r.brokenLocked(m, fmt.Errorf("context %q: %w", m.context, err))
		return
	}
	ctx, m.stop = context.WithCancel(ctx)
	m.monitor = health.NewMonitor(options, target, func(f health.Finding) { r.found(ctx, m, f) })
	monitor, facts := m.monitor, m.finding.Facts
	running.Go(func() {
		defer target.Close()
		monitor.Run(ctx, health.State{}, facts)
	})
}

func fields(context string) health.Fields {
	return health.Fields{
		Endpoint:   "cluster.server",
		Authority:  "cluster.certificate-authority-data",
		OtherName:  "set cluster.tls-server-name",
		OtherTime:  "set cluster.insecure-skip-tls-verify",
		Proxy:      "cluster.proxy-url",
		Credential: fmt.Sprintf("the user of context %q", context),
	}
}

// disconnect ends the monitor.
func (m *member) disconnect() {
	if m.monitor == nil {
		return
	}
	m.stop()
	m.monitor = nil
}

// config is how to reach the member, a copy.
func (m *member) config() *rest.Config {
	config := rest.CopyConfig(m.entry.config)
	if host, _, err := rest.DefaultServerUrlFor(config); err == nil {
		config.Wrap(m.token.Wrapper(host.Host))
	}
	return config
}

// found takes in what a monitor found, unless it was stopped since.
func (r *Registry) found(ctx context.Context, m *member, f health.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	if m.finding.OK != f.OK {
		logr.FromContextOrDiscard(ctx).Info("cluster changed", "cluster", m.context, "ready", f.OK, "reason", f.Message)
	}
	m.finding = f
	r.publishLocked(m)
}

// publishLocked makes known what the member is now.
func (r *Registry) publishLocked(m *member) {
	c := federation.Cluster{
		Name:    federation.ClusterName(m.context),
		Labels:  m.labels,
		Ready:   m.finding.OK,
		Message: m.finding.Message,
		Turned:  m.turn.Note(m.finding.OK, time.Now()),
		Taints:  r.options.Taints[m.context],
		Region:  m.finding.Region,
		Zones:   m.finding.Zones,
	}
	if m.problem == nil {
		c.Connection = m.entry.hash
	}
	r.known.Put(c)
}
