package cli

import (
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// CompleteServed completes names of types that the host serves.
func (s *Session) CompleteServed(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	h, err := s.quiet().Host()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	lists, _ := h.Discovery.ServerPreferredResources() // some groups may be out of order
	var names []string
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for _, r := range list.APIResources {
			names = append(names, schema.GroupResource{Group: gv.Group, Resource: r.Name}.String())
		}
	}
	slices.Sort(names)
	return starting(names, prefix), cobra.ShellCompDirectiveNoFileComp
}
