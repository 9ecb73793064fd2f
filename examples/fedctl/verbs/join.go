package verbs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/checkup"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/joining"
	"github.com/fedrail/fedrail/federation/setup"
)

// join is the command of that name.
type join struct {
	*cli.Session
	changes    cli.Changes
	member     memberFlags
	labels     map[string]string
	rbac       string
	credential string
	lifetime   time.Duration
	clusterSet string
	isNew      bool // nothing of it may be there already
	pull       bool
	agentDir   string
	wait       bool
	timeout    time.Duration
}

func newJoin(s *cli.Session) *cobra.Command {
	j := join{Session: s}
	command := &cobra.Command{
		Use:   "join CLUSTER_NAME",
		Short: "Have a cluster join the federation, or join again",
		Long: "Have a cluster join the federation: an account of the federation in the cluster, which may do what the enabled types\n" +
			"need and no more, and on the host a Secret with its token and the KubeFedCluster. The controller renews the token.\n" +
			"Join again after types were enabled, or when it was cut off: what is there stays, what lacks is added.\n" +
			"With --wait it ends with 2 when the cluster has joined and is not ready in time.\n\n" +
			"With --credential nothing is written in the cluster: \"context\" takes what its context in the kubeconfig has, a token,\n" +
			"a client certificate or an exec plug-in (which the controller has to be allowed to run), and a FILE has a token or is a\n" +
			"kubeconfig file.\n\n" +
			"With --pull nobody needs to reach the cluster: its agent fetches what it should hold.",
		Example: "  fedctl join berlin --cluster-context berlin --label region=eu --wait\n" +
			"  fedctl join berlin --rbac admin\n" +
			"  fedctl join berlin --credential berlin-token.txt\n" +
			"  fedctl join edge1 --pull --agent-dir .",
		Args:    cobra.ExactArgs(1),
		PreRunE: func(_ *cobra.Command, args []string) error { return j.validate(args[0]) },
		RunE:    func(c *cobra.Command, args []string) error { return j.run(c.Context(), args[0]) },
	}
	j.changes.AddTo(command, s)
	j.member.addTo(command, s)
	set := command.Flags()
	set.StringToStringVar(&j.labels, "label", nil, "a label of the cluster, as key=value, which placements can choose it by; may be repeated")
	set.StringVar(&j.rbac, "rbac", "minimal", "what the account may do: minimal is what the enabled types need, admin everything, and a FILE has a ClusterRole")
	set.StringVar(&j.credential, "credential", "request", "request has an account made with a token that is renewed; context, or a FILE, is a credential that is there already")
	set.DurationVar(&j.lifetime, "token-lifetime", 0, "for how long a token is good that is requested; default 30 days")
	set.StringVar(&j.clusterSet, "clusterset", "Off", "Flat lets it share services with the other members by the MCS API, in one network: see the controller's flag of that name")
	set.BoolVar(&j.isNew, "error-on-existing", false, "fail when the cluster is a member already")
	set.BoolVar(&j.pull, "pull", false, "it is a member that fetches what it should hold")
	set.StringVar(&j.agentDir, "agent-dir", ".", "where to write the agent's kubeconfig files, with --pull")
	set.BoolVar(&j.wait, "wait", false, "wait until the cluster is ready")
	set.DurationVar(&j.timeout, "timeout", time.Minute, "how long to wait")
	cli.Complete(command, "rbac", func(string) []string { return []string{"minimal", "admin"} })
	cli.Complete(command, "credential", func(string) []string { return []string{"request", "context"} })
	cli.Complete(command, "clusterset", func(string) []string { return []string{"Off", string(setup.Flat)} })
	return command
}

func (j *join) validate(name string) error {
	problems := validation.NameIsDNSSubdomain(name, false)
	switch {
	case len(problems) > 0:
		return fmt.Errorf("%q is no name of a cluster: %s; --cluster-context may be another", name, problems[0])
	case j.clusterSet != "Off" && j.clusterSet != string(setup.Flat):
		return fmt.Errorf("--clusterset: got %q, want Flat or Off", j.clusterSet)
	case j.credential != "request" && (j.rbac != "minimal" || j.lifetime != 0):
		return errors.New("--credential: with one that is there already no account is made; leave --rbac and --token-lifetime away")
	case j.pull && j.credential != "request":
		return errors.New("--pull: an agent has credentials of its own; leave --credential away")
	case j.pull && j.wait:
		return errors.New("--pull: it is ready when its agent runs, which is yours to start; leave --wait away")
	}
	return errors.Join(j.member.validate(), j.changes.Validate())
}

func (j *join) run(ctx context.Context, name string) error {
	h, err := j.Host()
	if err != nil {
		return err
	}
	m, err := j.describe(name)
	if err != nil {
		return err
	}
	if err := j.refuseExisting(ctx, h, name); err != nil {
		return err
	}
	on := j.changes.On(h.Setup())
	if j.changes.DryRun == cli.DryRunNone {
		on.Told = nil // steps are told
		if j.changes.Shows() {
			on.Told = j.changes.Tell
		}
	}
	if j.pull {
		return j.fetch(ctx, on, m)
	}
	if err := j.steps(ctx, on, m); err != nil {
		return err
	}
	if err := j.changes.End(); err != nil || j.changes.DryRun != cli.DryRunNone {
		return err
	}
	if err := j.await(ctx, h, name); err != nil {
		return err
	}
	j.Next("next, see how it fares, and place something there", "get clusters "+name)
	return nil
}

// describe is the member as the flags say.
func (j *join) describe(name string) (setup.Member, error) {
	m := setup.Member{Name: name, Labels: j.labels, Account: j.member.account(name), Secret: j.member.secret, TokenLifetime: j.lifetime}
	if j.clusterSet != "Off" {
		m.ClusterSet = setup.ClusterSet(j.clusterSet)
	}
	var err error
	if m.Rules, err = joining.RulesOf(j.rbac); err != nil {
		return m, fmt.Errorf("--rbac: %w", err)
	}
	if m.Config, err = j.member.config(j.Session, name); err != nil {
		if j.pull && !j.member.isNamed() {
			return m, nil // its administrator prepares it
		}
		return m, err
	}
	credential, err := j.existing(name)
	if err != nil {
		return m, fmt.Errorf("--credential: %w", err)
	}
	m.Credential = credential.Data
	if credential.Exec != "" {
		j.Warn("the controller has to run %q for this credential: have it on its PATH, and start the controller with --member-exec-plugins=Allow", credential.Exec)
	}
	return m, nil
}

// existing is the credential that is there already; none for a new one.
func (j *join) existing(name string) (joining.Credential, error) {
	switch j.credential {
	case "request":
		return joining.Credential{}, nil
	case "context":
		raw, err := j.member.loader(j.Session).RawConfig()
		if err != nil {
			return joining.Credential{}, err
		}
		return joining.CredentialOf(*raw.DeepCopy(), j.member.contextFor(name, raw))
	}
	return joining.CredentialIn(j.credential)
}

func (j *join) refuseExisting(ctx context.Context, h *host.Host, name string) error {
	if !j.isNew {
		return nil
	}
	members, err := h.Clusters(ctx)
	if err != nil {
		return err
	}
	if _, err := host.Only(members, []string{name}); err == nil {
		return fmt.Errorf("--error-on-existing: cluster %s is a member already", name)
	}
	return nil
}

// steps makes it a member. Each step may be done again.
func (j *join) steps(ctx context.Context, on setup.Host, m setup.Member) error {
	if err := j.Step("reach cluster "+m.Name, func() (string, error) { return reach(ctx, m.Config) }); err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	admit := func() (string, error) { return "account " + m.Account, on.Admit(ctx, m) }
	if m.Credential == nil {
		if err := j.Step("admit the federation there", admit); err != nil {
			return err
		}
	}
	var credential map[string][]byte
	authenticate := func() (note string, err error) {
		credential, err = on.Authenticate(ctx, m)
		return strings.Join(keysIn(credential), " and "), err
	}
	if err := j.Step("have a credential", authenticate); err != nil {
		return err
	}
	register := func() (string, error) { return "KubeFedCluster " + m.Name, on.Register(ctx, m, credential) }
	return j.Step("register it on the host", register)
}

// reach asks a cluster for its version.
func reach(ctx context.Context, config *rest.Config) (string, error) {
	told, err := checkup.VersionOf(ctx, config)
	if err != nil {
		return "", err
	}
	return told + " at " + config.Host, checkup.TooOld(told)
}

// await waits until the member is ready, when that is asked for.
func (j *join) await(ctx context.Context, h *host.Host, name string) error {
	if !j.wait {
		return nil
	}
	return cli.WithCode(cli.NotYet, j.Step("wait until it is ready", func() (string, error) {
		cluster, err := joining.Await(ctx, h, name, j.timeout)
		return cluster.Region, err
	}))
}
