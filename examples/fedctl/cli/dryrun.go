package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/fedrail/fedrail/federation/setup"
)

// DryRun is the flag --dry-run of verbs that write. The zero DryRun is none.
type DryRun string

// The values of DryRun.
const (
	DryRunNone   DryRun = ""
	DryRunClient DryRun = "client" // nothing is sent
	DryRunServer DryRun = "server" // API servers say what they would do
)

// AddTo adds the flag.
func (d *DryRun) AddTo(set *pflag.FlagSet) {
	set.Var(d, "dry-run", "none; client: only show what would be done; server: have API servers check it, too")
	set.Lookup("dry-run").NoOptDefVal = string(DryRunClient)
}

// String implements pflag.Value.
func (d *DryRun) String() string {
	if *d == DryRunNone {
		return "none"
	}
	return string(*d)
}

// Set implements pflag.Value. It takes what kubectl does, and kubefedctl.
func (d *DryRun) Set(text string) error {
	switch text {
	case "none", "false":
		*d = DryRunNone
	case "client", "true":
		*d = DryRunClient
	case "server":
		*d = DryRunServer
	default:
		return fmt.Errorf("want none, client or server")
	}
	return nil
}

// Type implements pflag.Value.
func (d *DryRun) Type() string { return "string" }

// Writing is the same in the words of package setup.
func (d DryRun) Writing() setup.Writing {
	return map[DryRun]setup.Writing{DryRunNone: setup.Really, DryRunClient: setup.Nowhere, DryRunServer: setup.OnTrial}[d]
}

// Note is what a line ends with about what was not done.
func (d DryRun) Note() string {
	switch d {
	case DryRunClient:
		return " (dry run)"
	case DryRunServer:
		return " (server dry run)"
	}
	return ""
}
