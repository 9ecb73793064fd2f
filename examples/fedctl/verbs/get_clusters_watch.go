package verbs

import (
	"context"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation/pull"
)

// watchClusters tells of the members, and then of each that is another than before,
// until ctx ends. What members are made of is watched; what to tell is read anew.
func (g *getting) watchClusters(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	changed := make(chan struct{}, 1)
	for _, r := range g.memberSources() {
		heard := func() error {
			select {
			case changed <- struct{}{}:
			default: // it will be looked at anyway
			}
			return nil
		}
		followed := r.followed(
			func([]unstructured.Unstructured) error { return heard() },
			func(watch.Event) error { return heard() },
			func(err error) { g.Warn("host: %v", err) })
		watching.Go(func() { host.Follow(ctx, followed) })
	}
	printing, told := newPrinting(g.Session, &g.output), map[string]string{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
		if err := g.tellClusters(ctx, printing, told); err != nil {
			return err
		}
	}
}

// memberSources are what members are made of on the host.
func (g *getting) memberSources() []watched {
	fetching := metav1.ListOptions{LabelSelector: pull.MemberLabel + "=true"}
	namespaces := schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	return []watched{
		on(g.host.Dynamic.Resource(corev1beta1.KubeFedClusters()).Namespace(g.host.Namespace), metav1.ListOptions{}),
		on(g.host.Dynamic.Resource(namespaces), fetching),
		on(g.host.Dynamic.Resource(host.Leases()), fetching),
	}
}

// tellClusters prints the members of which something else was told before.
func (g *getting) tellClusters(ctx context.Context, p *printing, told map[string]string) error {
	members, err := g.host.Members(ctx)
	if err != nil && members == nil {
		return nil //nolint:nilerr // whoever watches tells of it
	}
	if members, err = g.chosen(members); err != nil {
		return err
	}
	for _, m := range members {
		row := fmt.Sprint(clusters([]host.Member{m}, m.CreationTimestamp.Time).Table.Rows) // its age says nothing new
		if told[m.Name] == row {
			continue
		}
		told[m.Name] = row
		if err := p.more(clusters([]host.Member{m}, time.Now()), m.Object); err != nil {
			return err
		}
	}
	return nil
}
