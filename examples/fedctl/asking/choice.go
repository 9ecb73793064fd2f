package asking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
)

// choice is which federated objects are meant: those that are named, or those that
// flags choose.
type choice struct {
	namespace     string
	allNamespaces bool
	selector      string
	all           bool

	named []host.Reference
	types []string // of those that flags choose; none is every type
}

// object is one of them.
type object struct {
	of host.Type
	*unstructured.Unstructured
}

func (c *choice) addTo(s *cli.Session, command *cobra.Command) {
	set := command.Flags()
	set.StringVarP(&c.selector, "selector", "l", "", "those with labels such as app=web,tier!=test")
	set.BoolVar(&c.all, "all", false, "all of the type, or of every type, in the namespace")
	set.BoolVarP(&c.allNamespaces, "all-namespaces", "A", false, "with -l or --all: in all namespaces")
	command.ValidArgsFunction = completing(s)
}

// completing completes one reference after the other.
func completing(s *cli.Session) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && strings.Contains(args[0], "/") {
			args = nil
		}
		return s.CompleteReferences(c, args[:min(len(args), 1)], prefix)
	}
}

// read takes the arguments, and says what is wrong with them and the flags.
func (c *choice) read(args []string) error {
	byFlags := c.selector != "" || c.all
	switch _, err := labels.Parse(c.selector); {
	case err != nil:
		return fmt.Errorf("--selector %q: %w", c.selector, err)
	case c.selector != "" && c.all:
		return errors.New("--all and -l: want one of the two")
	case byFlags && (len(args) > 1 || len(args) == 1 && strings.Contains(args[0], "/")):
		return fmt.Errorf("-l and --all choose the objects of a type: leave out %q", strings.Join(args, " "))
	case byFlags && len(args) == 1:
		c.types = strings.Split(args[0], ",")
		return nil
	case byFlags:
		return nil
	case c.allNamespaces:
		return errors.New("-A: a name is that of one object in a namespace; choose objects with -l or --all, or the namespace with -n")
	case len(args) == 0:
		return errors.New("which objects? name them, such as deployment/web, or choose them with -l or --all")
	}
	return c.readNames(args)
}

// readNames reads TYPE/NAME..., or TYPE NAME....
func (c *choice) readNames(args []string) error {
	word, names := "", args
	if len(args) > 1 && !strings.Contains(args[0], "/") {
		word, names = args[0], args[1:]
	}
	for _, name := range names {
		written := []string{name}
		if word != "" {
			written = []string{word, name}
		}
		ref, err := host.ReferenceOf(written)
		if err != nil {
			return err
		}
		c.named = append(c.named, ref)
	}
	return nil
}

// find reads the objects that are meant, each once.
func (c *choice) find(ctx context.Context, h *host.Host) ([]object, error) {
	if len(c.named) == 0 {
		return c.list(ctx, h)
	}
	var found []object
	seen := map[types.UID]bool{}
	for _, ref := range c.named {
		of, o, err := h.Find(ctx, ref, c.namespace)
		if err != nil {
			return nil, err
		}
		if !seen[o.GetUID()] {
			found = append(found, object{of, o})
		}
		seen[o.GetUID()] = true
	}
	return found, nil
}

// list are the objects that flags choose.
func (c *choice) list(ctx context.Context, h *host.Host) ([]object, error) {
	chosen, err := c.chosenTypes(ctx, h)
	if err != nil {
		return nil, err
	}
	var found []object
	for _, of := range chosen {
		list, err := h.Federated(of, c.namespace).List(ctx, metav1.ListOptions{LabelSelector: c.selector})
		switch {
		case apierrors.IsNotFound(err) && len(c.types) == 0:
			continue // the type was disabled, and its federated kind is gone
		case err != nil:
			return nil, fmt.Errorf("host: %s: %w", of.Spec.FederatedType.PluralName, err)
		}
		for i := range list.Items {
			found = append(found, object{of, &list.Items[i]})
		}
	}
	return found, nil
}

// chosenTypes are those that are named. Where none is, they are all that are federated
// and have objects in the namespace.
func (c *choice) chosenTypes(ctx context.Context, h *host.Host) ([]host.Type, error) {
	all, err := h.Types(ctx)
	if err != nil {
		return nil, err
	}
	if len(c.types) == 0 {
		return slices.DeleteFunc(all, func(t host.Type) bool {
			return t.Spec.FederatedType.Scope == federation.ClusterScoped && c.namespace != ""
		}), nil
	}
	chosen := make([]host.Type, len(c.types))
	for i, word := range c.types {
		if chosen[i], err = host.Choose(all, word); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}
