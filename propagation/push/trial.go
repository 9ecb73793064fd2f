package push

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Trial is an object that a member is asked to judge. All is required.
type Trial struct {
	Cluster federation.ClusterName
	Config  *rest.Config // how to reach it; it is not changed
	Want    *unstructured.Unstructured
	Holding propagation.Holding
}

// Verdict is what there is in a member, and what would be.
type Verdict struct {
	// Live is what is there; nil is nothing.
	Live *unstructured.Unstructured
	// Then is what would be there; nil is that it is not known, and the error says why.
	Then *unstructured.Unstructured
	// Recreated says that Live would be deleted, and Then created.
	Recreated bool
}

// Try has a member judge, in a dry run, what [Propagator.Apply] would write: with the
// same body, by the same field manager, and forced where that would be. Of the options,
// Clusters are not looked at. The error is a *[propagation.Problem] where Apply's would
// be; Live is filled in all the same once it is known.
func Try(ctx context.Context, o Options, t Trial) (Verdict, error) {
	w, err := o.trial(t)
	if err != nil {
		return Verdict{}, err
	}
	if err := w.read(ctx); err != nil {
		return Verdict{}, err
	}
	v := Verdict{Live: w.live}
	if w.live != nil && w.live.GetLabels()[propagation.ManagedLabel] == "true" {
		w.record, w.held = w.member.records.recordOf(w.live), true
	}
	w.live = nil // as for Apply, which reads what it has no record of
	return v, w.try(ctx, &v)
}

// trial is the write that is to be tried.
func (o Options) trial(t Trial) (*write, error) {
	o.Clusters = alone{federation.NewMembers(), t.Config}
	p, err := New(o)
	if err != nil {
		return nil, err
	}
	m, err := p.newMember(federation.Cluster{Name: t.Cluster, Ready: true}, func(propagation.Change) {})
	if err != nil {
		return nil, err
	}
	return p.newWrite(m, t.Want, t.Holding)
}

// alone are Clusters of which one is asked.
type alone struct {
	*federation.Members
	config *rest.Config
}

// Config implements [Clusters].
func (a alone) Config(federation.ClusterName) (*rest.Config, error) {
	return rest.CopyConfig(a.config), nil
}

// try is bringAbout in a dry run.
func (w *write) try(ctx context.Context, v *Verdict) error {
	switch {
	case w.held && w.record.leaving():
		return waitForRemoval()
	case w.isThere():
		if w.taken = w.drift(); len(w.taken) == 0 {
			v.Then = v.Live
			return nil
		}
	}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	for range mostTries {
		body, err := w.body()
		if err != nil {
			return err
		}
		v.Then, err = w.dryRun(ctx, body)
		switch {
		case err == nil:
			return nil
		case apierrors.IsInvalid(err) && w.held && w.how.Immutable == propagation.Recreate:
			return w.tryAnew(ctx, err, v)
		}
		if err := w.settle(ctx, err); err != nil {
			return err
		}
	}
	return errors.New("others write the same fields at the same time; try again")
}

// dryRun is apply, but that nothing is kept.
func (w *write) dryRun(ctx context.Context, body []byte) (*unstructured.Unstructured, error) {
	l := w.member.link(w.want.GroupVersionKind())
	return l.objects(w.key.Namespace).Patch(ctx, w.key.Name, types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: l.manager, Force: &w.force, DryRun: []string{metav1.DryRunAll}})
}

// tryAnew is recreate in a dry run.
func (w *write) tryAnew(ctx context.Context, refusal error, v *Verdict) error {
	body, err := w.mayRecreate(ctx, refusal)
	if err != nil {
		return err
	}
	v.Recreated, v.Then = true, &unstructured.Unstructured{}
	return v.Then.UnmarshalJSON(body)
}

// Notes are the annotations of a copy that are no business of its declaration.
func Notes() []string { return []string{originAnnotation, yieldedAnnotation} }
