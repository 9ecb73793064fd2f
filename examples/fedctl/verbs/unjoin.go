package verbs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

// unjoin is the command of that name.
type unjoin struct {
	*cli.Session
	changes cli.Changes
	member  memberFlags
	policy  string
	force   bool
	yes     bool
	timeout time.Duration
}

func newUnjoin(s *cli.Session) *cobra.Command {
	u := unjoin{Session: s}
	command := &cobra.Command{
		Use:   "unjoin CLUSTER_NAME",
		Short: "Have a cluster leave the federation",
		Long: "Have a cluster leave the federation, and say first what becomes of what is in it. With --policy keep, the default, its\n" +
			"copies stay as they are; with orphan they stay without the federation's marks; with delete they are deleted. The\n" +
			"controller carries that out, and is waited for; it ends with 2 when that takes longer than --timeout. Then the Secret\n" +
			"on the host goes, and the federation's account in the cluster.",
		Example:           "  fedctl unjoin berlin --policy delete --dry-run   # what would happen\n  fedctl unjoin berlin --force                     # berlin is gone for good",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeCluster(s),
		PreRunE:           func(*cobra.Command, []string) error { return u.validate() },
		RunE:              func(c *cobra.Command, args []string) error { return u.run(c.Context(), args[0]) },
	}
	u.changes.AddTo(command, s)
	u.member.addTo(command, s)
	set := command.Flags()
	set.StringVar(&u.policy, "policy", "keep", "what becomes of its copies: keep, orphan or delete")
	set.BoolVar(&u.force, "force", false, "go on when the cluster cannot be reached; the federation's account stays in it then")
	set.BoolVar(&u.yes, "yes", false, "do not ask before copies are deleted, or lose the federation's marks")
	set.DurationVar(&u.timeout, "timeout", 5*time.Minute, "how long to wait until its copies are gone, or orphaned")
	cli.Complete(command, "policy", func(string) []string { return []string{"keep", "orphan", "delete"} })
	return command
}

// completeCluster completes one name of a member.
func completeCluster(s *cli.Session) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return s.CompleteClusters(prefix), cobra.ShellCompDirectiveNoFileComp
	}
}

func policies() map[string]corev1beta1.UnjoinPolicy {
	return map[string]corev1beta1.UnjoinPolicy{"keep": corev1beta1.UnjoinKeep, "orphan": corev1beta1.UnjoinOrphan, "delete": corev1beta1.UnjoinDelete}
}

func (u *unjoin) validate() error {
	if _, known := policies()[u.policy]; !known {
		return fmt.Errorf("--policy: got %q, want keep, orphan or delete", u.policy)
	}
	return errors.Join(u.member.validate(), u.changes.Validate())
}

func (u *unjoin) run(ctx context.Context, name string) error {
	h, err := u.Host()
	if err != nil {
		return err
	}
	found, err := u.find(ctx, h, name)
	if err != nil {
		return err
	}
	m, err := u.describe(name, found)
	if err != nil {
		return err
	}
	if err := u.foresee(ctx, h, name); err != nil {
		return err
	}
	if agreed, err := u.agree(name); err != nil || !agreed {
		return err
	}
	return u.leave(ctx, h, m, found)
}

// find is the member, as the host has it. With --force it may be gone already.
func (u *unjoin) find(ctx context.Context, h *host.Host, name string) (host.Member, error) {
	members, err := h.Members(ctx)
	if err != nil && members == nil {
		return host.Member{}, err
	}
	only, err := host.Only(members, []string{name})
	switch {
	case err == nil:
		return only[0], nil
	case u.force:
		gone := &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{Name: name}}
		gone.Spec.SecretRef.Name = name + "-token"
		return host.Member{KubeFedCluster: gone}, nil
	}
	return host.Member{}, fmt.Errorf("%w; --force takes away what an earlier unjoin left of one", err)
}

// describe is the member as the flags say. With a credential that it brought along, the
// federation has no account in it.
func (u *unjoin) describe(name string, found host.Member) (setup.Member, error) {
	m := setup.Member{Name: name, Account: u.member.account(name), Secret: u.member.secret}
	if m.Secret == "" && !found.Fetches {
		m.Secret = found.Spec.SecretRef.Name
	}
	config, err := u.member.config(u.Session, name)
	switch {
	case err == nil:
		m.Config = config
	case u.force, found.Fetches && !u.member.isNamed():
		u.Warn("nothing is done in cluster %s: %v", name, err)
	default:
		return m, fmt.Errorf("%w; --force leaves the federation's account in the cluster", err)
	}
	return m, nil
}

// foresee says what will become of what is in the cluster.
func (u *unjoin) foresee(ctx context.Context, h *host.Host, name string) error {
	all, err := h.Setup().Remaining(ctx, name)
	if err != nil && !u.force {
		return err
	}
	counts, ready := map[string]int{}, int64(0)
	for _, r := range all {
		counts[r.Kind]++
		ready += r.Ready
	}
	if len(all) == 0 {
		u.Tell("cluster %s holds nothing of the federation, as far as that is known", name)
		return nil
	}
	what := map[string]string{
		"keep":   "stay there as they are, and nobody changes them any more",
		"orphan": "stay there without the federation's marks",
		"delete": "are deleted there",
	}[u.policy]
	u.Tell("in cluster %s, the copies of %s (%d ready replicas) %s", name, counted(counts), ready, what)
	return nil
}

// agree asks whoever sits at a terminal whether to go on with what cannot be undone.
func (u *unjoin) agree(name string) (bool, error) {
	if u.policy == "keep" || u.yes || u.changes.DryRun != cli.DryRunNone || u.Terminal.Width == 0 {
		return true, nil
	}
	_, _ = fmt.Fprintf(u.ErrOut, "write %q to go on: ", name)
	var answer string
	if _, err := fmt.Fscanln(u.In, &answer); err != nil || answer != name {
		return false, errors.New("nothing was done; --yes does not ask")
	}
	return true, nil
}

// leave has it leave, and takes away what is left of it.
func (u *unjoin) leave(ctx context.Context, h *host.Host, m setup.Member, found host.Member) error {
	on := u.changes.On(h.Setup())
	if found.Fetches {
		if u.changes.DryRun != cli.DryRunNone {
			return nil // it is foreseen
		}
		return u.letGo(ctx, on, m)
	}
	if u.policy != "keep" && u.changes.DryRun == cli.DryRunNone {
		if err := u.carryOut(ctx, m.Name, func(ctx context.Context) error { return on.Leave(ctx, m.Name, policies()[u.policy]) }); err != nil {
			return err
		}
	}
	err := on.Unjoin(ctx, m)
	if err != nil && u.force && m.Config != nil && ctx.Err() == nil {
		u.Warn("the federation's account stays in cluster %s: %v", m.Name, err)
		err = nil
	}
	return errors.Join(err, u.changes.End())
}

// letGo has a member leave that fetches what it holds.
func (u *unjoin) letGo(ctx context.Context, on setup.Host, m setup.Member) error {
	copies := map[string]federation.Leaving{"orphan": federation.LeavingOrphan, "delete": federation.LeavingDelete}[u.policy]
	return u.carryOut(ctx, m.Name, func(ctx context.Context) error { return on.UnjoinFetching(ctx, m, copies) })
}

// carryOut waits for the controller, as long as that may take.
func (u *unjoin) carryOut(ctx context.Context, name string, do func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, u.timeout)
	defer cancel()
	err := u.Step(fmt.Sprintf("wait until cluster %s has left", name), func() (string, error) { return "", do(limited) })
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("the controller goes on; \"%s unjoin %s\" again waits for it: %w", u.Name, name, ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return cli.WithCode(cli.NotYet, fmt.Errorf("cluster %s has not left within %s; the controller goes on, and the same command again waits for it", name, u.timeout))
	}
	return err
}

// counted lists kinds with how many there are.
func counted(counts map[string]int) string {
	var words []string
	for _, kind := range keysIn(counts) {
		words = append(words, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	return strings.Join(words, ", ")
}
