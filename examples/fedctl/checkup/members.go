package checkup

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// members looks at each of them, as the host sees it and by asking it.
func (e *examination) members(ctx context.Context, types []host.Type) {
	members, err := e.host.Members(ctx)
	if err != nil {
		e.unknown("clusters", err)
	}
	if len(members) == 0 {
		e.add(Finding{Subject: "clusters", Verdict: Warning, Message: "none has joined", Mend: "fedctl join NAME --cluster-context CONTEXT"})
		return
	}
	if types == nil {
		return // it is told elsewhere
	}
	var asked []host.Member
	for _, m := range members {
		if !m.Cluster.Ready {
			e.add(Finding{Subject: "cluster " + m.Name, Verdict: Bad, Message: "not ready: " + m.Cluster.Message, Mend: "fedctl describe cluster " + m.Name})
		}
		if !m.Fetches {
			asked = append(asked, m)
		} else if m.Cluster.Ready {
			e.good("cluster "+m.Name, "its agent is well")
		}
	}
	for _, a := range host.Ask(ctx, e.host, asked, e.Patience, lookAt(targets(types))) {
		e.answered(a)
	}
}

// answered tells what a member said.
func (e *examination) answered(a host.Answer[state]) {
	subject := "cluster " + a.Member.Name
	if a.Err != nil {
		e.add(Finding{Subject: subject, Verdict: Unknown, Message: "it does not answer: " + a.Err.Error()})
		return
	}
	f := skew(subject, a.Value.version)
	if len(a.Value.lacks) > 0 {
		f = Finding{Subject: subject, Verdict: Bad, Message: "the federation's account may not write " + strings.Join(a.Value.lacks, ", "),
			Mend: "fedctl join " + a.Member.Name + " again, which grants what the enabled types need"}
	}
	e.add(f)
}

// state is what a member says of itself.
type state struct {
	version string
	lacks   []string // types that may not be written
}

// targets are the types that a member has to let the federation write.
func targets(types []host.Type) []federation.Type {
	var all []federation.Type
	for _, t := range types {
		if t.Spec.Propagation == corev1beta1.Enabled {
			all = append(all, t.Spec.TargetType.Type())
		}
	}
	return all
}

// lookAt asks a member for its version, and whether the types may be written.
func lookAt(types []federation.Type) func(context.Context, *rest.Config) (state, error) {
	return func(ctx context.Context, config *rest.Config) (state, error) {
		told, err := VersionOf(ctx, config)
		if err != nil {
			return state{}, err
		}
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return state{}, err
		}
		s := state{version: told}
		for _, t := range types {
			review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
				ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "patch", Group: t.Group, Resource: t.Resource},
			}}
			answer, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
			if err != nil {
				return state{}, fmt.Errorf("ask whether %s may be written: %w", t, err)
			}
			if !answer.Status.Allowed {
				s.lacks = append(s.lacks, t.String())
			}
		}
		return s, nil
	}
}
