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
	s := settings{members: kubeconfig.Options{Labels: map[string]map[string]string{}}}
	flag.StringVar(&s.manager.Metrics.BindAddress, "metrics", "0", "address that metrics are served at; 0 is none")
	flag.StringVar(&s.members.Path, "members", "", "kubeconfig file of the members")
	flag.DurationVar(&s.letGoAfter, "let-go-after", 0, "how long a deletion waits for members that cannot be reached, which are cleaned up when they are back; 0 is ten minutes, negative is for ever")
	flag.Func("member", "a member, as context=region; may be repeated; without any, every context is one", func(value string) error {
		name, region, _ := strings.Cut(value, "=")
		s.members.Contexts = append(s.members.Contexts, name)
		s.members.Labels[name] = map[string]string{regionLabel: region}
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
	return operate(ctx, host, s)
}
