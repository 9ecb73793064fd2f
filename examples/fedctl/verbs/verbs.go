// Package verbs holds the commands of the program, each in a file of its own.
package verbs

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// group of verbs in the help.
type group struct {
	id, title string
	verbs     []func(*cli.Session) *cobra.Command
}

func groups() []group {
	return []group{
		{"prepare", "Prepare a federation:", []func(*cli.Session) *cobra.Command{
			newInstall,
			newUninstall,
			newMigrate,
			newEnable,
			newDisable,
			newJoin,
			newUnjoin,
			newFederate,
			newOrphaning,
		}},
		{"see", "See how it fares:", []func(*cli.Session) *cobra.Command{
			newGet,
			newStatus,
			newTree,
			newDescribe,
			newEvents,
			newLogs,
			newCheck,
		}},
		{"understand", "Understand and foresee:", []func(*cli.Session) *cobra.Command{
			newDiff,
			newExplain,
			newPlan,
			newRender,
		}},
		{"operate", "Operate:", operating()},
		{"other", "Other:", []func(*cli.Session) *cobra.Command{
			newOptions,
			newSandbox,
			newSupportBundle,
			newVersion,
		}},
	}
}

// Run is the program: args are those of the process. It prints what is to be said,
// and returns what the process ends with.
func Run(ctx context.Context, args []string, streams genericiooptions.IOStreams) int {
	s := &cli.Session{IOStreams: streams, Name: calledBy(args[0]), Terminal: cli.TerminalOf(streams.ErrOut, os.Getenv)}
	root := newRoot(s)
	root.SetArgs(argumentsOf(args))
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	code, message := cli.CodeOf(root.ExecuteContext(ctx))
	if message != "" {
		s.Tell("error: %s", inOneLine(message))
	}
	return int(code)
}

// inOneLine is a message of several lines, such as several errors, in one.
func inOneLine(message string) string {
	var lines []string
	for line := range strings.Lines(message) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "; "), "?; ", "? ")
}

// calledBy is what the user typed: kubectl runs a program of the name kubectl-fed for
// "kubectl fed".
func calledBy(program string) string {
	if name := filepath.Base(program); strings.HasPrefix(name, "kubectl-") {
		return strings.ReplaceAll(strings.Replace(name, "-", " ", 1), "_", "-")
	}
	return "fedctl"
}

// rename has texts of commands call the program as the user does.
func rename(c *cobra.Command, name string) {
	c.Long, c.Example = cli.Renamed(c.Long, name), cli.Renamed(c.Example, name)
	for _, below := range c.Commands() {
		rename(below, name)
	}
}

// completes is what the name of the program begins with when kubectl runs it to complete
// the words after "kubectl fed".
const completes = "kubectl_complete-"

// argumentsOf are the arguments that the program was called with.
func argumentsOf(args []string) []string {
	if strings.HasPrefix(filepath.Base(args[0]), completes) {
		return append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	return args[1:]
}

func newRoot(s *cli.Session) *cobra.Command {
	root := &cobra.Command{
		Use:   "fedctl",
		Short: "Prepare, see, understand and operate a federation of Kubernetes clusters",
		Long: "Prepare, see, understand and operate a federation of Kubernetes clusters.\n\n" +
			"Exit codes: 0 done; 1 failed (diff: there are differences); 2 begun, but not there in the time given (diff: failed);\n" +
			"3 some clusters gave no answer; 130 interrupted.",
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: s.Name},
		SilenceUsage:      true,
		SilenceErrors:     true,
		DisableAutoGenTag: true,
	}
	s.Flags.AddTo(root.PersistentFlags())
	for _, g := range groups() {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, verb := range g.verbs {
			command := verb(s)
			command.GroupID = g.id
			root.AddCommand(command)
		}
	}
	root.SetUsageTemplate(usage)
	rename(root, s.Name)
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	return root
}
