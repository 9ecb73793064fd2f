// Command kubectl is kubectl, of the release whose API servers the sandbox runs. It is
// built from the module of its commands: that of its main is the whole of Kubernetes.
package main

import (
	"os"

	_ "k8s.io/client-go/plugin/pkg/client/auth" // the ways to log in that a kubeconfig may name
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

// main looks at -v first, because something is logged before there is a command; one
// that cannot be read is refused with the other flags.
func main() {
	_, _ = logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	util.CheckErr(cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()))
}
