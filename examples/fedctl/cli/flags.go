package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Flags are those of every verb. What kubefedctl and kubectl have has their names.
type Flags struct {
	Generic         *genericclioptions.ConfigFlags
	HostContext     string
	SystemNamespace string
	Progress        Progress
	Verbosity       int
	// MemberTimeout is how long one member may take to answer.
	MemberTimeout time.Duration
	MemberAccess  Access
}

// AddTo adds the flags to a set.
func (f *Flags) AddTo(set *pflag.FlagSet) {
	f.Generic = genericclioptions.NewConfigFlags(false)
	f.Generic.Context = nil // the host's has a flag of its own, of which --context is another name
	f.Generic.AddFlags(set)
	f.Generic.Context = &f.HostContext
	set.Lookup("server").Shorthand = "" // kubefedctl's -s is another flag, of one verb
	set.StringVar(&f.HostContext, "host-cluster-context", "", "context of the host in the kubeconfig file; default its current one")
	set.StringVar(&f.HostContext, "context", "", "the same as --host-cluster-context")
	set.StringVar(&f.SystemNamespace, "kubefed-namespace", corev1beta1.DefaultNamespace, "system namespace of the federation")
	set.Var(&f.Progress, "progress", "what to show of work that takes time: auto, plain (a line a step) or none")
	set.DurationVar(&f.MemberTimeout, "member-timeout", 10*time.Second, "how long a member may take to answer")
	set.Var(&f.MemberAccess, "member-access", "whose credentials members are asked with: federation, those that the host has, or kubeconfig, those of the context of the member's name")
	set.IntVarP(&f.Verbosity, "v", "v", 0, "verbosity: 1 tells what is done, 6 and more every request")
	addIgnored(set)
}

// addIgnored adds flags for a log that kubefedctl had, so that scripts go on to work.
// There is no such log.
func addIgnored(set *pflag.FlagSet) {
	for _, name := range []string{"logtostderr", "alsologtostderr", "add_dir_header", "one_output", "skip_headers", "skip_log_headers"} {
		set.Bool(name, false, "without effect")
		_ = set.MarkHidden(name)
	}
	for _, name := range []string{"log_dir", "log_file", "log_file_max_size", "log_backtrace_at", "stderrthreshold", "vmodule"} {
		set.String(name, "", "without effect")
		_ = set.MarkHidden(name)
	}
}

// Loader reads the kubeconfig files, with the flags over them, for the host. It may be
// called concurrently.
func (f *Flags) Loader() clientcmd.ClientConfig {
	return f.Generic.ToRawKubeConfigLoader()
}

func (f *Flags) hostConfig() (*rest.Config, error) {
	config, err := f.Loader().ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("--kubeconfig, --host-cluster-context: %w", err)
	}
	return config, nil
}

// Config is how to reach the cluster of another context in the same kubeconfig files.
func (f *Flags) Config(context string) (*rest.Config, error) {
	raw, err := f.Loader().RawConfig()
	if err != nil {
		return nil, fmt.Errorf("--kubeconfig: %w", err)
	}
	if raw.Contexts[context] == nil {
		return nil, fmt.Errorf("the kubeconfig has no context %q; it has: %s", context, Quoted(contexts(raw.Contexts)))
	}
	return clientcmd.NewNonInteractiveClientConfig(raw, context, &clientcmd.ConfigOverrides{}, f.Loader().ConfigAccess()).ClientConfig()
}

// guessed is the context of the host when nobody named one; empty otherwise.
func (f *Flags) guessed() string {
	if f.HostContext != "" {
		return ""
	}
	raw, err := f.Loader().RawConfig()
	if err != nil || len(raw.Contexts) < 2 {
		return "" // there is nothing to choose from
	}
	return raw.CurrentContext
}

// Namespace is that of the objects that a verb is about: -n, or that of the context.
func (f *Flags) Namespace() (string, error) {
	namespace, _, err := f.Loader().Namespace()
	return namespace, err
}

// Complete has a flag complete its values by a function.
func Complete(c *cobra.Command, flag string, values func(prefix string) []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return slices.DeleteFunc(values(prefix), func(v string) bool { return len(v) < len(prefix) || v[:len(prefix)] != prefix }), cobra.ShellCompDirectiveNoFileComp
	})
}
