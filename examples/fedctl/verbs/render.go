package verbs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// rendering is what "render" prints for machines.
type rendering struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // Rendering
	// Copies are in the order of the files, and of the clusters' names.
	Copies []renderedCopy `json:"copies"`
}

// renderedCopy is an object as one cluster is to hold it.
type renderedCopy struct {
	Cluster string         `json:"cluster"`
	Object  map[string]any `json:"object"`
}

// renderer is one run of the verb.
type renderer struct {
	*cli.Session
	files    files
	clusters []string
	output   cli.Output
}

func newRender(s *cli.Session) *cobra.Command {
	r := &renderer{Session: s}
	command := &cobra.Command{
		Use:   "render -f FILE",
		Short: "Print federated objects as each cluster is to hold them, from files alone",
		Long: "Print federated objects as each cluster is to hold them: the template with the overrides of the cluster, and the label that copies have.\n" +
			"No server is asked. With -C, for these clusters, whether or not they are chosen; without it, for those of --clusters-file that are.\n" +
			"A ReplicaSchedulingPreference in the files is applied first, where the clusters are known.",
		Example: "  fedctl render -f web.yaml -C berlin\n" +
			"  fedctl get clusters -o yaml > clusters.yaml && fedctl render -f web.yaml --clusters-file clusters.yaml\n" +
			"  kustomize build . | fedctl render -f - -C berlin,madrid -o json",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return validateUnnamed(&r.output) },
		RunE:    func(c *cobra.Command, _ []string) error { return r.run(c.Context()) },
	}
	r.files.addTo(command)
	r.files.addOfflineTo(command)
	addNamed(s, command, &r.clusters, "render for these clusters, with commas between them")
	r.output.AddTo(command)
	return command
}

func (r *renderer) run(ctx context.Context) error {
	if len(r.clusters) == 0 && r.files.clusters == "" {
		return errors.New("for which clusters? name them with -C, or give --clusters-file, and those are taken that are chosen")
	}
	all, err := r.files.subjects(r.Session)
	if err != nil {
		return err
	}
	result := rendering{APIVersion: cli.Version, Kind: "Rendering", Copies: []renderedCopy{}}
	var failed []error
	for _, one := range all {
		copies, err := r.render(ctx, one)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", one, err))
		}
		result.Copies = append(result.Copies, copies...)
	}
	return errors.Join(append([]error{r.show(result)}, failed...)...)
}

// render are the copies of one object. The error names what cannot be made.
func (r *renderer) render(ctx context.Context, one subject.Subject) ([]renderedCopy, error) {
	now := time.Now()
	switch {
	case one.Preference == nil:
	case one.Members.Len() == 0:
		r.Warn("%s: what its ReplicaSchedulingPreference divides is as the object says it: --clusters-file has it worked out", one)
	default:
		divided, _, err := one.Divide(ctx, now)
		if err != nil {
			return nil, err
		}
		one = divided
	}
	p, err := one.Preview(ctx, now)
	if err != nil {
		return nil, err
	}
	if len(r.clusters) == 0 {
		if len(p.Decision.Selected) == 0 {
			r.Tell("%s: %s", one, p.Problem.Message)
		}
		return rendered(p)
	}
	names, err := r.named(one, p)
	if err != nil {
		return nil, err
	}
	if p, err = one.In(ctx, names...); err != nil {
		return nil, err
	}
	return rendered(p)
}

// named are the clusters that were named. Those that are not chosen are told.
func (r *renderer) named(one subject.Subject, p propagation.Preview) ([]federation.ClusterName, error) {
	var names []federation.ClusterName
	for _, text := range r.clusters {
		name := federation.ClusterName(text)
		_, known := one.Members.Get(name)
		reason, rejected := p.Decision.Rejected[name]
		switch {
		case r.files.clusters != "" && !known:
			return nil, fmt.Errorf("-C: cluster %q is not in --clusters-file; there are: %s", name, clusterNames(one.Members.Names()))
		case rejected && known:
			r.Warn("%s: %s is not chosen: %s", one, name, reason.Message)
		}
		names = append(names, name)
	}
	return names, nil
}

// rendered are the copies of a preview, by cluster. The error says which cannot be
// made.
func rendered(p propagation.Preview) ([]renderedCopy, error) {
	var copies []renderedCopy
	var failed []error
	for _, name := range p.Decision.Selected {
		if why := p.Failed[name]; why != nil {
			failed = append(failed, fmt.Errorf("cluster %s: %w", name, why))
			continue
		}
		copies = append(copies, renderedCopy{Cluster: string(name), Object: shown(p.Copies[name])})
	}
	return copies, errors.Join(failed...)
}

// shown is an object without what is empty because it has no name for it.
func shown(o *unstructured.Unstructured) map[string]any {
	content := maps.Clone(o.Object)
	meta, _ := content["metadata"].(map[string]any)
	meta = maps.Clone(meta)
	if meta["namespace"] == "" {
		delete(meta, "namespace")
	}
	content["metadata"] = meta
	return content
}

// show prints documents of YAML, each with its cluster in a comment, or the whole as
// another format.
func (r *renderer) show(all rendering) error {
	if !r.output.IsForPeople() && r.output.Format() != "yaml" {
		return r.Print(&r.output, cli.Result{Object: all})
	}
	for _, c := range all.Copies {
		text, err := yaml.Marshal(c.Object)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(r.Out, "---\n# cluster: %s\n%s", c.Cluster, text); err != nil {
			return err
		}
	}
	return nil
}

// clusterNames lists clusters for people.
func clusterNames(names []federation.ClusterName) string {
	if len(names) == 0 {
		return "none"
	}
	var text string
	for i, name := range slices.Sorted(slices.Values(names)) {
		if i > 0 {
			text += ", "
		}
		text += string(name)
	}
	return text
}
