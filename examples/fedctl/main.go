// Command fedctl is the command line of a federation. The same program is
// kubectl-fed: on the PATH under that name, "kubectl fed" runs it.
//
//	fedctl install && fedctl enable namespaces deployments.apps
//	fedctl join berlin --cluster-context berlin
//	fedctl explain deployment/web
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubeconfig files may ask for any of them

	"github.com/fedrail/fedrail/examples/fedctl/verbs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := verbs.Run(ctx, os.Args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr})
	stop()
	os.Exit(code)
}
