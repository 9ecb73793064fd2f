package verbs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/plans"
)

const planLong = `Say what applying files would do, before it is done: which copies would be created,
changed and removed, in which clusters and why. Nothing is written, and no cluster is
asked: what is there is what a controller has recorded. "fedctl diff" asks the clusters.

The host works out in a dry run what the objects would be. Counted in are the namespace
and the preference of each object, the loss guard, which holds back that an object loses
more than half of its clusters unasked, and the rollout: clusters are changed round by
round, and a round begins when the clusters of the one before are healthy. Where a
FederatedNamespace changes, the objects in it that are on the host are planned as well.`

// planning is one run of the verb.
type planning struct {
	*cli.Session
	files    files
	clusters []string
	output   cli.Output
}

func newPlan(s *cli.Session) *cobra.Command {
	p := &planning{Session: s}
	command := &cobra.Command{
		Use:   "plan -f FILE",
		Short: "Say what applying files would create, change and remove, and where",
		Long:  planLong,
		Example: "  fedctl plan -f web.yaml\n" +
			"  kustomize build . | fedctl plan -f - -C berlin -o json",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return p.validate() },
		RunE:    func(c *cobra.Command, _ []string) error { return p.run(c.Context()) },
	}
	p.files.addTo(command)
	addNamed(s, command, &p.clusters, "tell of these clusters only, with commas between them")
	p.output.AddTo(command)
	return command
}

func (p *planning) validate() error {
	if len(p.files.names) == 0 {
		return errors.New("-f is missing: name a file with federated objects, or - for the standard input")
	}
	return validateUnnamed(&p.output)
}

func (p *planning) run(ctx context.Context) error {
	h, err := p.Host()
	if err != nil {
		return err
	}
	prospect, err := p.files.prospect(ctx, p.Session, h)
	if err != nil {
		return err
	}
	if _, err := host.Only(prospect.Federation.Members, p.clusters); err != nil {
		return fmt.Errorf("-C: %w", err)
	}
	all, err := subjectsOf(ctx, p.Session, prospect)
	if err != nil || len(all) == 0 {
		return err
	}
	var objects []plans.Object
	var failed []error
	for _, one := range all {
		object, err := plans.Foresee(ctx, one, time.Now())
		if err != nil {
			failed = append(failed, fmt.Errorf("%s cannot be understood, and nothing would be changed because of it: %w", one, err))
			continue
		}
		objects = append(objects, p.only(object))
	}
	if len(objects) > 0 {
		failed = append(failed, p.show(plans.Of(objects)))
	}
	return errors.Join(failed...)
}

// only leaves the clusters in that were named.
func (p *planning) only(o plans.Object) plans.Object {
	if len(p.clusters) > 0 {
		o.Steps = slices.DeleteFunc(o.Steps, func(s plans.Step) bool { return !slices.Contains(p.clusters, s.Cluster) })
	}
	return o
}

func (p *planning) show(plan plans.Plan) error {
	if err := p.Print(&p.output, cli.Result{Object: plan, Table: plan.Table()}); err != nil || !p.output.IsForPeople() {
		return err
	}
	for _, line := range plan.Lines() {
		if err := p.Say("%s", line); err != nil {
			return err
		}
	}
	return p.Say("%s", plan.Summary)
}
