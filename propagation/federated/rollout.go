package federated

import (
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// rolloutOf is how a federated object wants to be changed: what its spec says,
// or the annotation, where the definition has no such field. An error names
// where it is written.
func rolloutOf(object *unstructured.Unstructured, spec federatedkind.Spec) (*rollout.Policy, error) {
	note, noted := object.GetAnnotations()[federatedkind.RolloutAnnotation]
	switch {
	case !noted && spec.Rollout == nil:
		return nil, nil
	case noted && spec.Rollout != nil:
		return nil, wrongNote(federatedkind.RolloutAnnotation, "spec.rollout is set too; remove one of them")
	case noted:
		said, err := federatedkind.ParseRollout(note)
		if err != nil {
			return nil, wrongNote(federatedkind.RolloutAnnotation, err.Error())
		}
		policy, err := policyOf(*said)
		if err != nil {
			return nil, wrongNote(federatedkind.RolloutAnnotation, err.Error())
		}
		return policy, nil
	default:
		policy, err := policyOf(*spec.Rollout)
		if err != nil {
			return nil, fmt.Errorf("spec.rollout: %w", err)
		}
		return policy, nil
	}
}

// policyOf reads and checks a rollout.
func policyOf(r federatedkind.Rollout) (*rollout.Policy, error) {
	policy := &rollout.Policy{
		MinReady: time.Duration(r.MinReadySeconds) * time.Second, OnFailure: rollout.OnFailure(r.OnFailure), Paused: r.Paused,
	}
	var errs []error
	if r.MaxConcurrent != nil {
		policy.MaxConcurrent = *r.MaxConcurrent
		if r.MaxConcurrent.String() == "0" {
			errs = append(errs, errors.New("maxConcurrent: want a number from 1, not 0; to change nothing set paused"))
		}
	}
	if r.DeadlineSeconds != nil {
		policy.Deadline = time.Duration(*r.DeadlineSeconds) * time.Second
		if *r.DeadlineSeconds == 0 {
			errs = append(errs, errors.New("deadlineSeconds: want 1 or more, or leave it out for the default"))
		}
	}
	for _, g := range r.Order {
		group := rollout.Group{Selector: g.ClusterSelector}
		for _, c := range g.Clusters {
			group.Clusters = append(group.Clusters, federation.ClusterName(c.Name))
		}
		policy.Order = append(policy.Order, group)
	}
	return policy, errors.Join(append(errs, policy.Validate())...)
}

func writtenRollout(r status.Rollout) *federatedkind.ClusterRollout {
	if r.Phase == "" {
		return nil
	}
	return &federatedkind.ClusterRollout{Phase: r.Phase, Version: r.Version, Since: metav1.NewTime(r.Since)}
}

func readRollout(r *federatedkind.ClusterRollout) status.Rollout {
	if r == nil {
		return status.Rollout{}
	}
	return status.Rollout{Phase: r.Phase, Version: r.Version, Since: r.Since.Time}
}
