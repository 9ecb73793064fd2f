// Command operator runs WebApps, a kind of its own, in the clusters of a
// kubeconfig. It is an ordinary controller-runtime program that embeds Fedrail:
// see operator.go for how.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/fedrail/fedrail/federation/kubeconfig"
)

// definition is the CustomResourceDefinition of WebApp.
//
//go:embed webapps.example.com_webapps.yaml
var definition string

func main() {
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, nil)))
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the flags; --kubeconfig, of the host, is controller-runtime's own.
func run(ctx context.Context) error {
	members := kubeconfig.Options{Labels: map[string]map[string]string{}}
	o := ctrl.Options{}
	flag.StringVar(&o.Metrics.BindAddress, "metrics", "0", "address that metrics are served at; 0 is none")
	flag.StringVar(&members.Path, "members", "", "kubeconfig file of the members")
	flag.Func("member", "a member, as context=region; may be repeated; without any, every context is one", func(s string) error {
		name, region, _ := strings.Cut(s, "=")
		members.Contexts = append(members.Contexts, name)
		members.Labels[name] = map[string]string{regionLabel: region}
		return nil
	})
	printed := flag.Bool("definition", false, "print the CustomResourceDefinition and exit")
	flag.Parse()
	if *printed {
		fmt.Print(definition)
		return nil
	}
	host, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	return operate(ctx, host, members, o)
}
