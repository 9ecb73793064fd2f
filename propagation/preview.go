package propagation

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/status"
)

// PreviewRequest is what a [Preview] is made from. Intent and Members are required.
type PreviewRequest struct {
	Intent  Intent
	Members federation.ClusterSet
	// Holding are the clusters that the object is in, in any order; nil is none. A
	// taint may let it stay where it would not let it come.
	Holding   []federation.ClusterName
	Placer    placement.Placer    // default: that of [Options]
	Overrider overrides.Overrider // default: that of [Options]
	// Now is the time; at the zero time no taint that is tolerated for a while is due.
	Now time.Time
}

// Preview is what a [Controller] would make of an intent, if nothing but the intent
// and the members had a say: no loss guard, no rollout, and no member that is not
// ready. Of one that is suspended it is what it would be if it were not.
type Preview struct {
	// Decision is where the object goes, and why it does not go elsewhere. A member
	// that is leaving is none that it could go to.
	Decision placement.Decision
	// Problem says what of the decision is not as the intent asks; zero is nothing.
	Problem status.Problem
	// Copies are the object as it should be in each selected cluster. They may share
	// memory with each other: change none.
	Copies map[federation.ClusterName]*unstructured.Unstructured
	// Failed says of a selected cluster without a copy why none can be made.
	Failed map[federation.ClusterName]error
}

// PreviewOf works out, without any request, what a Controller would make of an
// intent. The error says that the intent as a whole is wrong: a Controller would
// change nothing because of it. An intent that is being deleted has an empty Preview.
func PreviewOf(ctx context.Context, r PreviewRequest) (Preview, error) {
	in := r.Intent
	switch {
	case in.Invalid != nil:
		return Preview{}, in.Invalid
	case in.Deleting:
		return Preview{}, nil
	case in.Template == nil:
		return Preview{}, errors.New("the intent has no template")
	}
	r = r.withDefaults()
	asked := request(in, r.Members.Staying())
	asked.Holding, asked.Now = r.Holding, r.Now
	decision, err := r.Placer.Place(ctx, asked)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Decision: decision, Problem: problemOf(decision), Copies: map[federation.ClusterName]*unstructured.Unstructured{}, Failed: map[federation.ClusterName]error{}}
	object := tailored{base: identified(in), rules: in.Overrides, by: r.Overrider}
	for _, name := range decision.Selected {
		member, _ := r.Members.Get(name) // a Placer selects members
		p.make(ctx, object, member)
	}
	return p, nil
}

func (r PreviewRequest) withDefaults() PreviewRequest {
	if r.Placer == nil {
		r.Placer = placement.Selector{}
	}
	if r.Overrider == nil {
		r.Overrider = overrides.JSONPatch{}
	}
	return r
}

// make adds the copy of one cluster, or why there is none.
func (p *Preview) make(ctx context.Context, object tailored, member federation.Cluster) {
	want, err := object.in(ctx, member)
	if err != nil {
		p.Failed[member.Name] = err
		return
	}
	p.Copies[member.Name] = want
}
