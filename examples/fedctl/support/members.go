package support

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/checkup"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/propagation"
)

// members writes which copies each member has, by name and mark alone.
func (c *collection) members(ctx context.Context) error {
	members, err := c.host.Clusters(ctx)
	if err != nil {
		c.problem("clusters", err)
		return nil
	}
	if c.types == nil {
		return nil // it is told elsewhere
	}
	for _, a := range host.Ask(ctx, c.host, members, c.Patience, copies(c.types)) {
		if a.Err != nil {
			c.problem("cluster "+a.Member.Name, a.Err)
		}
		if err := c.yaml("members/"+a.Member.Name+".yaml", a.Value); err != nil {
			return err
		}
	}
	return nil
}

// held is what a member has of the federation.
type held struct {
	Version string                `json:"version"`
	Copies  map[string][]heldCopy `json:"copies"`
}

// pageSize is how many copies are read at a time.
const pageSize = 500

// heldCopy names a copy.
type heldCopy struct {
	Namespace       string `json:"namespace,omitempty"`
	Name            string `json:"name"`
	ResourceVersion string `json:"resourceVersion"`
	Generation      int64  `json:"generation,omitempty"`
	Deleting        bool   `json:"deleting,omitempty"`
}

// copies asks a member for the copies of all types.
func copies(types []host.Type) func(context.Context, *rest.Config) (held, error) {
	return func(ctx context.Context, config *rest.Config) (held, error) {
		var err error
		h := held{Copies: map[string][]heldCopy{}}
		if h.Version, err = checkup.VersionOf(ctx, config); err != nil {
			return h, err
		}
		client, err := metadata.NewForConfig(config)
		if err != nil {
			return h, err
		}
		for _, t := range types {
			if h.Copies[t.Name], err = copiesOf(ctx, client, t); err != nil {
				return h, fmt.Errorf("%s: %w", t.Name, err)
			}
		}
		return h, nil
	}
}

func copiesOf(ctx context.Context, client metadata.Interface, t host.Type) ([]heldCopy, error) {
	var all []heldCopy
	for o := (metav1.ListOptions{LabelSelector: propagation.ManagedLabel + "=true", Limit: pageSize}); ; {
		page, err := client.Resource(t.Spec.TargetType.Type().GroupVersionResource()).List(ctx, o)
		if err != nil {
			return all, err
		}
		for _, found := range page.Items {
			all = append(all, heldCopy{found.Namespace, found.Name, found.ResourceVersion, found.Generation, found.DeletionTimestamp != nil})
		}
		if o.Continue = page.Continue; o.Continue == "" {
			return all, nil
		}
	}
}
