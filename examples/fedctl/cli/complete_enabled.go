package cli

import (
	"context"

	"github.com/spf13/cobra"
)

// CompleteEnabled completes names of types that are federated, one after the other.
func (s *Session) CompleteEnabled(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	return starting(s.typeWords(ctx), prefix), cobra.ShellCompDirectiveNoFileComp
}
