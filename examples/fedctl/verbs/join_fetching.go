package verbs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/setup"
)

// fetch makes a member that fetches what it should hold, and writes what its agent
// needs.
func (j *join) fetch(ctx context.Context, on setup.Host, m setup.Member) error {
	if j.changes.DryRun != cli.DryRunNone {
		return fmt.Errorf("--dry-run: what an agent needs holds tokens, which are made for real only; leave one of --pull and --dry-run away")
	}
	agent, err := on.JoinFetching(ctx, m)
	if err != nil {
		return err
	}
	command := "agent --cluster " + m.Name
	for _, one := range []struct {
		of      string
		content []byte
	}{{"host", agent.Host}, {"member", agent.Member}} {
		if one.content == nil {
			continue
		}
		path := filepath.Join(j.agentDir, m.Name+"-"+one.of+".yaml")
		if err := os.WriteFile(path, one.content, 0o600); err != nil {
			return fmt.Errorf("--agent-dir: %w", err)
		}
		command += " --" + one.of + "-kubeconfig " + path
	}
	j.Tell("%s is a member; run its agent, where it reaches both the host and the cluster:\n  %s", m.Name, command)
	return j.changes.End()
}
