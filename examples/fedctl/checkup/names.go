package checkup

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// unread is how long external-dns may take to read a DNSEndpoint before that is worth a
// word.
const unread = 5 * time.Minute

// names looks whether external-dns reads what is to be published, where there are
// domains to publish in.
func (e *examination) names(ctx context.Context) {
	domains, err := e.host.Dynamic.Resource(multiclusterdnsv1alpha1.Domains()).Namespace(e.host.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil || len(domains.Items) == 0 {
		return // there is nothing to be published
	}
	list, err := e.host.Dynamic.Resource(externaldnsv1alpha1.DNSEndpoints()).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		e.add(Finding{Subject: "external-dns", Verdict: Bad, Message: "the host does not know its kind DNSEndpoint", Mend: "fedctl install"})
		return
	case err != nil:
		e.unknown("external-dns", err)
		return
	}
	behind := ""
	for i := range list.Items {
		endpoint, err := host.As[externaldnsv1alpha1.DNSEndpoint](&list.Items[i])
		if err == nil && endpoint.Status.ObservedGeneration < endpoint.Generation && e.Now.Sub(endpoint.CreationTimestamp.Time) > unread {
			behind = fmt.Sprintf("it has not read DNSEndpoint %s/%s as it is", endpoint.Namespace, endpoint.Name)
		}
	}
	if behind != "" {
		e.add(Finding{Subject: "external-dns", Verdict: Warning, Message: behind, Mend: "run it with --source=crd; fedctl dns check tells what DNS answers"})
		return
	}
	e.good("external-dns", "%d DNSEndpoints are read, or new", len(list.Items))
}
