package verbs

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/support"
)

func newSupportBundle(s *cli.Session) *cobra.Command {
	file := ""
	command := &cobra.Command{
		Use:   "support-bundle",
		Short: "Collect what helps others to help, without secrets",
		Long: "Collect what helps others to help into a .tar.gz file: what \"fedctl check\" finds, the configuration, the federated objects\n" +
			"and their status, preferences, DNS records, events, the controller's log where it runs on the host, and which copies each\n" +
			"cluster has. What Secrets hold is left out, in federated ones and in their overrides too, and passwords in URLs. What\n" +
			"ConfigMaps and containers' environments hold is not: look before you give it away.\n" +
			"It ends with 3 when something could not be read; the file says what.",
		Example: "  fedctl support-bundle\n  fedctl support-bundle -f - | tar tzf -",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return supportBundle(c.Context(), s, file) },
	}
	command.Flags().StringVarP(&file, "filename", "f", "", "file to write, or - for the standard output; default fedctl-support-TIME.tar.gz in this folder")
	return command
}

func supportBundle(ctx context.Context, s *cli.Session, file string) error {
	h, err := s.Host()
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	if file == "" {
		file = "fedctl-support-" + now.Format("20060102T150405Z") + ".tar.gz"
	}
	o := support.Options{Patience: s.Flags.MemberTimeout, Now: now, Program: version(), Told: func(part string) {
		if s.Flags.Progress != cli.None {
			s.Tell("✓ %s", part)
		}
	}}
	var problems []string
	write := func(to io.Writer) (err error) {
		problems, err = support.Collect(ctx, h, to, o)
		return err
	}
	if err := writeTo(s, file, write); err != nil {
		return err
	}
	for _, p := range problems {
		s.Warn("not read: %s", p)
	}
	if file != "-" {
		err = s.Say("%s", file)
	}
	if err == nil && len(problems) > 0 {
		return cli.Silently(cli.Partial)
	}
	return err
}

// writeTo writes to the standard output or to a file, of which nothing is left when that
// fails.
func writeTo(s *cli.Session, file string, write func(io.Writer) error) error {
	if file == "-" {
		return write(s.Out)
	}
	to, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("-f: %w", err)
	}
	if err = write(to); err == nil {
		err = to.Close()
	}
	if err != nil {
		_ = to.Close()      // it may be closed already
		_ = os.Remove(file) // half of it is of no use
	}
	return err
}
