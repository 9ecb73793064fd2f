package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

// memberFlags are those of the commands about one member.
type memberFlags struct {
	kubeconfig, context string
	labels              map[string]string
	pull                bool
	agentDir, copies    string
	clusterSet          string
}

func newEnable(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:     "enable TYPE...",
		Short:   "Let the federation carry objects of these types",
		Example: "  controller enable namespaces configmaps deployments.apps",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, types []string) error {
			host, err := f.setup()
			if err != nil {
				return err
			}
			if err := host.Enable(c.Context(), types...); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "enabled: %s; members that joined before need to join again, for the rights\n", strings.Join(types, ", "))
			return err
		},
	}
}

func newJoin(f *flags) *cobra.Command {
	var m memberFlags
	command := &cobra.Command{
		Use:   "join NAME",
		Short: "Have a cluster join the federation, or join again for a new token and for types that were enabled since",
		Long: "Have a cluster join the federation, or join again for a new token and for types that were enabled since.\n" +
			"With --pull nobody needs to reach it: its agent fetches what it should hold (examples/agent).",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error { return join(c, f, m, names[0]) },
	}
	m.add(command)
	command.Flags().StringToStringVar(&m.labels, "label", nil, "a label of the cluster, as key=value; may be repeated")
	command.Flags().StringVar(&m.clusterSet, "clusterset", "Off", "Flat lets it share services with the other members by the MCS API, in one network: see the controller's flag of that name")
	command.Flags().StringVar(&m.agentDir, "agent-dir", ".", "where to write the agent's kubeconfig files, with --pull")
	return command
}

func newUnjoin(f *flags) *cobra.Command {
	var m memberFlags
	command := &cobra.Command{
		Use:   "unjoin NAME",
		Short: "Have a cluster leave the federation",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, names []string) error { return unjoin(c, f, m, names[0]) },
	}
	m.add(command)
	command.Flags().StringVar(&m.copies, "copies", "Keep", "with --pull, what becomes of its copies: Keep, Delete or Orphan; the latter two wait for its agent")
	return command
}

func (m *memberFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&m.pull, "pull", false, "it is a member that fetches what it should hold")
	c.Flags().StringVar(&m.kubeconfig, "member-kubeconfig", "", "kubeconfig file of an administrator of the member; default that of the host when --member-context is set")
	c.Flags().StringVar(&m.context, "member-context", "", "context in that file; default its current one")
}

// member is the cluster as its administrator reaches it, which may be not at all
// when it fetches.
func (m *memberFlags) member(f *flags, name string) (setup.Member, error) {
	member := setup.Member{Name: name, Labels: labels.Set(m.labels)}
	if m.clusterSet != "" {
		set, err := clusterSetOf(m.clusterSet)
		if err != nil {
			return member, err
		}
		member.ClusterSet = setup.ClusterSet(set)
	}
	file := m.kubeconfig
	if file == "" && m.context != "" {
		file = f.kubeconfig
	}
	switch {
	case file != "":
		config, err := contextOf(file, m.context)
		if err != nil {
			return member, fmt.Errorf("--member-kubeconfig, --member-context: %w", err)
		}
		member.Config = config
	case !m.pull:
		return member, errors.New("--member-kubeconfig or --member-context is required, or --pull")
	}
	return member, nil
}

func join(c *cobra.Command, f *flags, m memberFlags, name string) error {
	host, member, err := m.both(f, name)
	if err != nil {
		return err
	}
	if !m.pull {
		if err := host.Join(c.Context(), member); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s is a member\n", name)
		return err
	}
	agent, err := host.JoinFetching(c.Context(), member)
	if err != nil {
		return err
	}
	command, err := m.keep(agent, name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s is a member; run its agent, where it reaches both the host and the member:\n  %s\n", name, command)
	return err
}

// keep writes the agent's files, and returns the command that runs it.
func (m *memberFlags) keep(agent setup.Agent, name string) (string, error) {
	command := "agent --cluster " + name
	for _, one := range []struct {
		of      string
		content []byte
	}{{"host", agent.Host}, {"member", agent.Member}} {
		if one.content == nil {
			continue
		}
		path := filepath.Join(m.agentDir, name+"-"+one.of+".yaml")
		if err := os.WriteFile(path, one.content, 0o600); err != nil {
			return "", fmt.Errorf("--agent-dir: %w", err)
		}
		command += " --" + one.of + "-kubeconfig " + path
	}
	return command, nil
}

func unjoin(c *cobra.Command, f *flags, m memberFlags, name string) error {
	host, member, err := m.both(f, name)
	if err != nil {
		return err
	}
	copies := federation.Leaving(m.copies)
	if m.copies == "Keep" {
		copies = ""
	}
	switch {
	case m.pull:
		err = host.UnjoinFetching(c.Context(), member, copies)
	case copies != "":
		return errors.New("--copies: of a member that does not fetch, its KubeFedCluster says that, in spec.unjoinPolicy")
	default:
		err = host.Unjoin(c.Context(), member)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s has left\n", name)
	return err
}

// both are the host, and the member as the flags say.
func (m *memberFlags) both(f *flags, name string) (setup.Host, setup.Member, error) {
	host, err := f.setup()
	if err != nil {
		return host, setup.Member{}, err
	}
	member, err := m.member(f, name)
	return host, member, err
}

// setup is the host for whoever prepares it.
func (f *flags) setup() (setup.Host, error) {
	host, namespace, err := f.host()
	if err != nil {
		return setup.Host{}, err
	}
	return setup.Host{Config: host, Namespace: namespace}, rest.LoadTLSFiles(host)
}
