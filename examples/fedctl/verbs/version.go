package verbs

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// versionInfo is what "version" tells; the fields are those of kubefedctl's.
type versionInfo struct {
	APIVersion   string `json:"apiVersion"`
	Kind         string `json:"kind"` // Version
	Version      string `json:"version"`
	GitCommit    string `json:"gitCommit"`    // empty when nobody knows it
	GitTreeState string `json:"gitTreeState"` // clean, dirty or empty
	BuildDate    string `json:"buildDate"`    // that of the commit
	GoVersion    string `json:"goVersion"`
	Compiler     string `json:"compiler"`
	Platform     string `json:"platform"`
}

func newVersion(s *cli.Session) *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Example: "  fedctl version -o json",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return oneOf("-o", output, "", "yaml", "json") },
		RunE: func(*cobra.Command, []string) error {
			v := version()
			if output == "" {
				return s.Say("fedctl version: version.Info{Version:%q, GitCommit:%q, GitTreeState:%q, BuildDate:%q, GoVersion:%q, Compiler:%q, Platform:%q}",
					v.Version, v.GitCommit, v.GitTreeState, v.BuildDate, v.GoVersion, v.Compiler, v.Platform)
			}
			return printValue(s, output, v)
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "", "yaml or json; empty is one line")
	cli.Complete(command, "output", func(string) []string { return []string{"yaml", "json"} })
	return command
}

// version is that of the module the program was built from.
func version() versionInfo {
	v := versionInfo{APIVersion: cli.Version, Kind: "Version", Version: "unknown",
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = info.Main.Version
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.GitCommit = setting.Value
		case "vcs.time":
			v.BuildDate = setting.Value
		case "vcs.modified":
			v.GitTreeState = map[string]string{"true": "dirty", "false": "clean"}[setting.Value]
		}
	}
	return v
}
