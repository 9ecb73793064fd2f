package checkup

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// controller looks for one that holds the lease.
func (e *examination) controller(ctx context.Context) {
	const subject = "controller"
	lease, err := e.host.Typed.CoordinationV1().Leases(e.host.Namespace).Get(ctx, corev1beta1.LeaderElectionName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		e.add(Finding{Subject: subject, Verdict: Bad, Message: "none has ever held the lease " + e.host.Namespace + "/" + corev1beta1.LeaderElectionName,
			Mend: "run one: fedctl install --image, or --controller-kubeconfig to run it elsewhere (with --leader-elect=false it takes no lease)"})
		return
	case err != nil:
		e.unknown(subject, err)
		return
	}
	spec := lease.Spec
	if spec.HolderIdentity == nil || *spec.HolderIdentity == "" || spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		e.add(Finding{Subject: subject, Verdict: Bad, Message: "nobody holds the lease now", Mend: "see whether the controller runs, and what its log says"})
		return
	}
	since := e.Now.Sub(spec.RenewTime.Time)
	if since > time.Duration(*spec.LeaseDurationSeconds)*time.Second {
		e.add(Finding{Subject: subject, Verdict: Bad, Message: fmt.Sprintf("%s held the lease last, and renewed it %s ago", *spec.HolderIdentity, duration.HumanDuration(since)),
			Mend: "see whether the controller runs, and what its log says"})
		return
	}
	e.good(subject, "%s leads", *spec.HolderIdentity)
}

// types looks at those that are enabled: whether the host serves both kinds, and whether
// the controller carries them. It returns all types, those that are disabled too; none
// where they cannot be read.
func (e *examination) types(ctx context.Context) []host.Type {
	types, err := e.host.Types(ctx)
	if err != nil {
		e.unknown("types", err)
		return nil
	}
	carried := 0
	for _, t := range types {
		if t.Spec.Propagation != corev1beta1.Enabled {
			continue
		}
		subject, federated := "type "+t.Name, t.Spec.FederatedType.Type()
		switch {
		case !e.serves(federated.GroupVersionResource()):
			e.add(Finding{Subject: subject, Verdict: Bad, Message: fmt.Sprintf("the host does not serve %s in version %s", federated, federated.Version), Mend: "fedctl enable " + t.Name})
		case t.Status.PropagationController != corev1beta1.Running || t.Status.ObservedGeneration != t.Generation:
			e.add(Finding{Subject: subject, Verdict: Bad, Message: "no controller carries it", Mend: "see the events of FederatedTypeConfig " + t.Name + ", and whether a controller runs"})
		default:
			carried++
		}
	}
	if len(types) == 0 {
		e.add(Finding{Subject: "types", Verdict: Warning, Message: "none is enabled", Mend: "fedctl enable namespaces deployments.apps"})
	} else {
		e.good("types", "%d of %d are carried", carried, len(types))
	}
	return types
}

// rights looks at what whoever asks may do on the host.
func (e *examination) rights(ctx context.Context) {
	var lacks []string
	for _, r := range needed(e.host.Namespace) {
		allowed, err := e.may(ctx, r)
		if err != nil {
			e.unknown("your rights", err)
			return
		}
		if !allowed {
			lacks = append(lacks, r.what)
		}
	}
	if len(lacks) > 0 {
		e.add(Finding{Subject: "your rights", Verdict: Warning, Message: "you may not " + strings.Join(lacks, ", "), Mend: "some commands need that: ask an administrator of the host"})
		return
	}
	e.good("your rights", "you may do all that the commands do on the host")
}
