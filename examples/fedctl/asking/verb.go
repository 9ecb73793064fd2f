package asking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation/setup"
)

// Verb is one run of a verb that asks for something.
type Verb struct {
	*cli.Session
	wish    Wish
	choice  choice
	changes cli.Changes
	wait    bool
	timeout time.Duration
	host    *host.Host
}

// Words are those that the verbs differ in.
type Words struct{ Name, Short, Long, Example string }

// NewCommand makes the command of a verb.
func NewCommand(s *cli.Session, w Wish, words Words) *cobra.Command {
	v := &Verb{Session: s, wish: w}
	command := &cobra.Command{
		Use:     words.Name + " (TYPE/NAME... | [TYPE] -l SELECTOR | [TYPE] --all)",
		Short:   words.Short,
		Long:    words.Long,
		Example: words.Example,
		PreRunE: func(_ *cobra.Command, args []string) error { return v.validate(args) },
		RunE:    func(c *cobra.Command, _ []string) error { return v.run(c.Context()) },
	}
	v.choice.addTo(s, command)
	v.changes.AddTo(command, s)
	if w.answered != "" {
		command.Flags().BoolVar(&v.wait, "wait", false, "wait until it is done, and tell on the standard error what changes meanwhile")
		command.Flags().DurationVar(&v.timeout, "timeout", 5*time.Minute, "how long to wait; 0 is without end")
	}
	return command
}

func (v *Verb) validate(args []string) error {
	switch {
	case v.timeout < 0:
		return fmt.Errorf("--timeout %s: want 0 or more", v.timeout)
	case v.wait && v.changes.DryRun != cli.DryRunNone:
		return errors.New("--wait: there is nothing to wait for in a dry run; leave one of the two away")
	}
	return errors.Join(v.choice.read(args), v.changes.Validate())
}

func (v *Verb) run(ctx context.Context) (err error) {
	if v.host, err = v.Host(); err != nil {
		return err
	}
	if v.choice.namespace, err = v.Flags.Namespace(); err != nil {
		return err
	}
	if v.choice.allNamespaces {
		v.choice.namespace = ""
	}
	objects, err := v.choice.find(ctx, v.host)
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		v.Tell("there is no such federated object")
	}
	asked, failed := v.ask(ctx, objects)
	if err := v.changes.End(); err != nil {
		return err
	}
	return v.end(ctx, asked, failed)
}

// ask asks for the wish on every object, and returns those on which it could. What
// fails on one does not keep it from the others.
func (v *Verb) ask(ctx context.Context, objects []object) (asked []object, failed error) {
	for _, o := range objects {
		after, done, err := v.askOf(ctx, o)
		if ctx.Err() != nil {
			return asked, ctx.Err()
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", o.title(), err))
			continue
		}
		after = after.DeepCopy()
		after.SetManagedFields(nil) // it is for people, and for files
		v.changes.Tell(setup.Change{Object: after, Done: v.where(after, done), Resource: o.of.Spec.FederatedType.Type().GroupVersionResource()})
		asked = append(asked, object{o.of, after})
	}
	return asked, failed
}

func (v *Verb) askOf(ctx context.Context, o object) (*unstructured.Unstructured, string, error) {
	if v.wish.holds(o.Unstructured) {
		return o.Unstructured, string(setup.Unchanged), nil
	}
	if v.changes.DryRun == cli.DryRunClient {
		return v.wish.with(o.Unstructured), v.wish.asked, nil
	}
	body, err := v.wish.patch()
	if err != nil {
		return nil, "", err
	}
	var options metav1.PatchOptions
	if v.changes.DryRun == cli.DryRunServer {
		options.DryRun = []string{metav1.DryRunAll}
	}
	after, err := v.host.Federated(o.of, o.GetNamespace()).Patch(ctx, o.GetName(), types.MergePatchType, body, options)
	return after, v.wish.asked, err
}

// where adds the namespace where there may be several.
func (v *Verb) where(o *unstructured.Unstructured, done string) setup.Done {
	if v.choice.allNamespaces && o.GetNamespace() != "" {
		done += " in namespace " + o.GetNamespace()
	}
	return setup.Done(done)
}

// end waits, where that is asked for. What is suspended is not waited for.
func (v *Verb) end(ctx context.Context, asked []object, failed error) error {
	if v.wish.answered == "" || failed != nil && ctx.Err() != nil {
		return failed
	}
	var waits []object
	for _, o := range asked {
		if isSuspended(o.Unstructured) {
			v.Warn("%s is suspended, and left alone until \"%s resume\"", o.title(), v.Name)
			continue
		}
		waits = append(waits, o)
	}
	if !v.wait {
		return failed
	}
	late := v.await(ctx, waits)
	if late == nil && len(waits) < len(asked) {
		late = cli.Silently(cli.NotYet)
	}
	if failed == nil {
		return late
	}
	return errors.Join(failed, late)
}

// title is what an object is called in sentences.
func (o object) title() string {
	if o.GetNamespace() == "" {
		return o.GetKind() + " " + o.GetName()
	}
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}
