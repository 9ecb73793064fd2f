package verbs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/explanation"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
)

const explainLong = `Say of each cluster why it was chosen for a federated object or was not, and why it
got that many replicas.

CHOSEN is what is decided now, from the object, its namespace and the clusters as the
host has them: "kept" is that the loss guard holds a copy back that would go. RECORDED is
what a controller has written down. Where the two differ, a line below says why. What is
told of replicas is the recorded decision of the ReplicaSchedulingPreference.

With -f and --clusters-file it is worked out from files, and no server is asked. What of
namespaces, preferences and types is in the files is counted in.`

// explaining is one run of the verb.
type explaining struct {
	*cli.Session
	files    files
	clusters []string
	output   cli.Output
}

func newExplain(s *cli.Session) *cobra.Command {
	e := &explaining{Session: s}
	command := &cobra.Command{
		Use:   "explain TYPE/NAME | -f FILE --clusters-file FILE",
		Short: "Say why each cluster was or was not chosen, and why it got that many replicas",
		Long:  explainLong,
		Example: "  fedctl explain deployment/web -n shop\n" +
			"  fedctl explain deployment/web -C berlin -o yaml\n" +
			"  fedctl explain -f web.yaml --clusters-file clusters.yaml",
		ValidArgsFunction: s.CompleteReferences,
		PreRunE:           func(_ *cobra.Command, args []string) error { return e.validate(args) },
		RunE:              func(c *cobra.Command, args []string) error { return e.run(c.Context(), args) },
	}
	e.files.addTo(command)
	e.files.addOfflineTo(command)
	addNamed(s, command, &e.clusters, "tell of these clusters only, with commas between them")
	e.output.AddTo(command)
	return command
}

func (e *explaining) validate(args []string) error {
	switch {
	case len(args) > 0 && len(e.files.names) > 0:
		return errors.New("want TYPE/NAME or -f, not both")
	case len(args) == 0 && len(e.files.names) == 0:
		return errors.New("what is to be explained? name it as TYPE/NAME, or give files with -f and --clusters-file")
	case len(e.files.names) > 0 && e.files.clusters == "":
		return errors.New("-f needs --clusters-file: \"" + e.Name + " get clusters -o yaml\" prints one; what is on the host already is explained as TYPE/NAME")
	case len(args) > 0 && e.files.clusters != "":
		return errors.New("--clusters-file goes with -f")
	}
	return validateUnnamed(&e.output)
}

func (e *explaining) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return e.fromFiles(ctx)
	}
	one, err := e.find(ctx, args)
	if err != nil {
		return err
	}
	explained, err := e.explain(ctx, one, explanation.Host)
	if err != nil {
		return err
	}
	return e.show(explained, explained)
}

// find reads the object that is named, and what decides on it, from the host.
func (e *explaining) find(ctx context.Context, args []string) (subject.Subject, error) {
	h, err := e.Host()
	if err != nil {
		return subject.Subject{}, err
	}
	f, err := readFederation(ctx, e.Session, h)
	if err != nil {
		return subject.Subject{}, err
	}
	return findSubject(ctx, e.Session, h, f, args)
}

// findSubject reads the object that arguments name, and what decides on it.
func findSubject(ctx context.Context, s *cli.Session, h *host.Host, f host.Federation, args []string) (subject.Subject, error) {
	ref, err := host.ReferenceOf(args)
	if err != nil {
		return subject.Subject{}, err
	}
	namespace, err := s.Flags.Namespace()
	if err != nil {
		return subject.Subject{}, err
	}
	t, object, err := h.Find(ctx, ref, namespace)
	if err != nil {
		return subject.Subject{}, err
	}
	return h.Subject(ctx, f, t, object)
}

func (e *explaining) fromFiles(ctx context.Context) error {
	all, err := e.files.subjects(e.Session)
	if err != nil || len(all) == 0 {
		return err
	}
	list := explanation.List{APIVersion: cli.Version, Kind: "ExplanationList"}
	var failed []error
	for _, one := range all {
		explained, err := e.explain(ctx, one, explanation.Files)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		list.Items = append(list.Items, explained)
	}
	return errors.Join(append([]error{e.show(list, list.Items...)}, failed...)...)
}

// explain explains one object. The error names it.
func (e *explaining) explain(ctx context.Context, one subject.Subject, from explanation.Source) (explanation.Explanation, error) {
	explained, err := explanation.Of(ctx, one, from, time.Now())
	if err != nil {
		return explained, fmt.Errorf("%s cannot be understood, and nothing is changed because of it: %w", one, err)
	}
	for _, name := range e.clusters {
		if !slices.ContainsFunc(explained.Clusters, func(c explanation.Cluster) bool { return c.Name == name }) {
			return explained, fmt.Errorf("-C: no member has the name %q; members: %s", name, clusterNames(one.Members.Names()))
		}
	}
	explained.Only(e.clusters)
	return explained, nil
}

// show prints explanations: for people one after the other, or all as one object.
func (e *explaining) show(object any, all ...explanation.Explanation) error {
	if !e.output.IsForPeople() {
		return e.Print(&e.output, cli.Result{Object: object})
	}
	for i, one := range all {
		if i > 0 {
			if err := e.Say(""); err != nil {
				return err
			}
		}
		if err := e.showOne(one); err != nil {
			return err
		}
	}
	return nil
}

func (e *explaining) showOne(one explanation.Explanation) error {
	if err := e.Say("%s", one.Title()); err != nil {
		return err
	}
	if err := e.Print(&e.output, cli.Result{Table: one.Table()}); err != nil {
		return err
	}
	for _, line := range one.Lines(time.Now()) {
		if err := e.Say("%s", line); err != nil {
			return err
		}
	}
	return nil
}
