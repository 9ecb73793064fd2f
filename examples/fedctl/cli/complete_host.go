package cli

import (
	"context"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

// CompleteHostObjects completes names of types that the host serves, and then names of
// its objects.
func (s *Session) CompleteHostObjects(c *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return s.CompleteServed(c, args, prefix)
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	return starting(s.hostNames(ctx, args[0]), prefix), cobra.ShellCompDirectiveNoFileComp
}

// hostNames are those of the host's own objects of a type.
func (s *Session) hostNames(ctx context.Context, word string) []string {
	h, namespace, err := s.atHand()
	if err != nil {
		return nil
	}
	kinds, err := h.Setup().Discover(ctx, setup.Wish{Name: word})
	if err != nil {
		return nil
	}
	list := h.Dynamic.Resource(kinds[0].Target.GroupVersionResource()).List
	if kinds[0].Target.Scope == federation.NamespaceScoped {
		list = h.Dynamic.Resource(kinds[0].Target.GroupVersionResource()).Namespace(namespace).List
	}
	all, err := list(ctx, metav1.ListOptions{})
	if err != nil {
		return nil
	}
	names := make([]string, len(all.Items))
	for i := range all.Items {
		names[i] = all.Items[i].GetName()
	}
	return names
}
