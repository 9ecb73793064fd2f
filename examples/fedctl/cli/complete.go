package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// completionTime is how long the host may take to answer while somebody waits for a
// completion.
const completionTime = 3 * time.Second

// CompleteClusters completes names of members, also the last of several with commas
// between them. Where the host does not answer there are none.
func (s *Session) CompleteClusters(prefix string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	quiet := s.quiet()
	h, err := quiet.Host()
	if err != nil {
		return nil
	}
	members, _ := h.Members(ctx)
	before := prefix[:strings.LastIndex(prefix, ",")+1]
	var names []string
	for _, m := range members {
		if !slices.Contains(strings.Split(before, ","), m.Name) {
			names = append(names, before+m.Name)
		}
	}
	return names
}

// CompleteReferences completes TYPE/NAME, and TYPE NAME, of federated objects.
func (s *Session) CompleteReferences(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	word, name, hasSlash := strings.Cut(prefix, "/")
	switch {
	case len(args) == 0 && !hasSlash:
		return starting(s.typeWords(ctx), prefix), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	case len(args) == 0:
		names := starting(s.objectNames(ctx, word), name)
		for i := range names {
			names[i] = word + "/" + names[i]
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	case len(args) == 1 && !strings.Contains(args[0], "/"):
		return starting(s.objectNames(ctx, args[0]), prefix), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// CompleteTypes completes the names of types that are federated, and then names of
// their objects.
func (s *Session) CompleteTypes(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	if len(args) == 0 {
		return starting(s.typeWords(ctx), prefix), cobra.ShellCompDirectiveNoFileComp
	}
	return starting(s.objectNames(ctx, args[0]), prefix), cobra.ShellCompDirectiveNoFileComp
}

// typeWords are the names of the types that are federated.
func (s *Session) typeWords(ctx context.Context) []string {
	h, err := s.quiet().Host()
	if err != nil {
		return nil
	}
	types, _ := h.Types(ctx)
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = t.Name
	}
	return words
}

// objectNames are those of the federated objects of a type.
func (s *Session) objectNames(ctx context.Context, word string) []string {
	h, namespace, err := s.atHand()
	if err != nil {
		return nil
	}
	t, err := h.Type(ctx, word)
	if err != nil {
		return nil
	}
	names, _ := h.Names(ctx, t, namespace)
	return names
}

// atHand are the host and the namespace that a completion is about.
func (s *Session) atHand() (*host.Host, string, error) {
	h, err := s.quiet().Host()
	if err != nil {
		return nil, "", err
	}
	namespace, err := s.Flags.Namespace()
	return h, namespace, err
}

// quiet is the session without anything that is told beside a completion.
func (s *Session) quiet() *Session {
	quiet := *s
	quiet.warned = true
	return &quiet
}

func starting(words []string, prefix string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, prefix) })
}
