// Package cli holds what all verbs of the command line share: streams, flags,
// formats, progress, and the codes that the program ends with.
//
// Data goes to the standard output, and nothing else does. Progress, warnings and
// errors go to the standard error.
package cli

import (
	"fmt"
	"strings"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// Session is one run of the program. Verbs get it when they are made, and may ask
// it for the host once their flags are read.
type Session struct {
	genericiooptions.IOStreams
	Flags Flags
	// Name is what the user calls the program: "fedctl", or "kubectl fed".
	Name     string
	Terminal Terminal // of ErrOut
	warned   bool
}

// Host reaches the cluster that has the federation's objects. Which context was
// taken is told when nobody named one.
func (s *Session) Host() (*host.Host, error) {
	config, err := s.Flags.hostConfig()
	if err != nil {
		return nil, err
	}
	if name := s.Flags.guessed(); name != "" && !s.warned {
		s.warned = true
		s.Tell("host: context %q, the current one; --host-cluster-context chooses another", name)
	}
	h, err := host.New(config, s.Flags.SystemNamespace)
	if err == nil && s.Flags.MemberAccess == ByKubeconfig {
		h.Access = s.Flags.member
	}
	return h, err
}

// Tell says something about the work, on ErrOut.
func (s *Session) Tell(format string, args ...any) {
	_, _ = fmt.Fprintln(s.ErrOut, Renamed(fmt.Sprintf(format, args...), s.Name)) // nobody may listen any more
}

// Renamed is a text in which the program is called as the user calls it.
func Renamed(text, name string) string {
	return strings.ReplaceAll(text, "fedctl ", name+" ")
}

// Warn says that something is not as it should be, and goes on.
func (s *Session) Warn(format string, args ...any) {
	s.Tell("warning: "+format, args...)
}

// Next tells which command may come next, as it is to be pasted.
func (s *Session) Next(what string, command ...string) {
	s.Tell("%s:\n  %s %s", what, s.Name, strings.Join(command, " "))
}

// Say prints a line of data, on Out.
func (s *Session) Say(format string, args ...any) error {
	_, err := fmt.Fprintf(s.Out, format+"\n", args...)
	return err
}
