// Package kubeconfig tells which clusters are members from a kubeconfig file:
// each context is one, of the same name. It needs no object on any cluster, so
// it is the shortest way to a federation.
//
//	registry, err := kubeconfig.New(kubeconfig.Options{Path: "clusters.yaml"})
//	go registry.Start(ctx)
//	for clusters := range registry.Watch(ctx) { … }
//	config, err := registry.Config("eu")
//
// The file is read again when it changes, and the members are probed. For
// members described by KubeFedCluster objects see package federation/kubefed.
package kubeconfig

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/since"
)

// Options of a [Registry]. Either Path or Bytes is required.
type Options struct {
	// Path is the file. Relative paths in it are relative to its folder.
	Path string
	// Bytes are the content, where there is no file. They never change.
	Bytes []byte
	// Contexts are those that are members; nil is all that are in the file. One
	// that is named here and not in the file is a member that is not ready.
	Contexts []string
	// Labels are those of the members, by context; nil is no labels.
	Labels map[string]map[string]string
	// Taints are those of the members, by context; nil is no taints. One with the
	// effect NoExecute and without a TimeAdded counts from when New was called.
	Taints map[string][]corev1.Taint
	// Health says how members are probed; the zero Health is KubeFed's.
	Health federation.Health
	// Poll is how often the file is read to see whether it has changed; default
	// 2s.
	Poll time.Duration
	// Logger gets what a person on call acts on; the zero Logger discards.
	Logger logr.Logger
}

var _ federation.Registry = (*Registry)(nil)

// Registry is a [federation.Registry] of the contexts of a kubeconfig. Make one
// with [New]; it knows nothing before Start has read the file. A member is not
// ready until its first probe. One whose entries in the file cannot be used
// stays in the set, not ready, with a Message that says why.
type Registry struct {
	options Options
	seed    maphash.Seed // of the hashes in Cluster.Connection
	known   *federation.Members
	started atomic.Bool

	mu      sync.Mutex
	members map[federation.ClusterName]*member
}

// New makes a registry. It reads and starts nothing. The error says all that is
// wrong with the options.
func New(options Options) (*Registry, error) {
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("kubeconfig registry: %w", err)
	}
	options.Bytes = bytes.Clone(options.Bytes)
	options.Contexts = slices.Clone(options.Contexts)
	options.Labels = maps.Clone(options.Labels)
	options.Taints = dated(options.Taints, time.Now())
	options.Poll = cmp.Or(options.Poll, 2*time.Second)
	return &Registry{
		options: options,
		seed:    maphash.MakeSeed(),
		known:   federation.Unknown(),
		members: map[federation.ClusterName]*member{},
	}, nil
}

func (o Options) validate() error {
	var wrong []error
	if (o.Path == "") == (o.Bytes == nil) {
		wrong = append(wrong, errors.New("options: one of Path and Bytes is required, and not both"))
	}
	if o.Poll < 0 {
		wrong = append(wrong, errors.New("options: Poll is negative"))
	}
	for _, context := range slices.Sorted(maps.Keys(o.Taints)) {
		if err := federation.ValidateTaints(o.Taints[context]); err != nil {
			wrong = append(wrong, fmt.Errorf("options: Taints[%q]: %w", context, err))
		}
	}
	return errors.Join(append(wrong, o.Health.Validate())...)
}

// dated are the taints, each that needs one with a time.
func dated(taints map[string][]corev1.Taint, now time.Time) map[string][]corev1.Taint {
	all := map[string][]corev1.Taint{}
	for context, own := range taints {
		var first since.Taints
		all[context] = first.Date(own, now)
	}
	return all
}

// Snapshot implements [federation.Registry].
func (r *Registry) Snapshot() federation.ClusterSet { return r.known.Snapshot() }

// Watch implements [federation.Registry].
func (r *Registry) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return r.known.Watch(ctx)
}

// Config says how to reach the member now. It is the caller's own to change. It
// has no limit on the rate of requests and no timeout: each caller knows its own.
//
// A token that is written in the file is not in it, but put on each request,
// from memory: clients made from it need not be made anew when the file has
// another token, only when [federation.Cluster.Connection] changes. Exec and
// auth-provider plugins, token files and client certificates work as in
// client-go.
//
// The error is [federation.ErrClusterNotFound] for a name that is no member, and
// else says why the entries of the file cannot be used.
func (r *Registry) Config(name federation.ClusterName) (*rest.Config, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, found := r.members[name]
	switch {
	case !found:
		return nil, fmt.Errorf("cluster %q: %w", name, federation.ErrClusterNotFound)
	case m.problem != nil:
		return nil, fmt.Errorf("cluster %q: %w", name, m.problem)
	}
	return m.config(), nil
}
