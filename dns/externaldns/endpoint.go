package externaldns

import (
	"reflect"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/dns"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// recordOf is the name of the record that a DNSEndpoint of that name would be of,
// and false when it would be of none of that kind.
func (k kind) recordOf(endpoint string) (string, bool) { return strings.CutPrefix(endpoint, k.prefix) }

// endpointsOf are record sets as external-dns reads them.
func endpointsOf(records []dns.RecordSet) []externaldnsv1alpha1.Endpoint {
	all := make([]externaldnsv1alpha1.Endpoint, len(records))
	for i, r := range records {
		all[i] = externaldnsv1alpha1.Endpoint{
			DNSName: r.Name, RecordType: string(r.Type), RecordTTL: r.TTL, Targets: r.Targets, SetIdentifier: r.SetIdentifier, Labels: r.Labels,
		}
		for _, p := range r.ProviderSpecific {
			all[i].ProviderSpecific = append(all[i].ProviderSpecific, externaldnsv1alpha1.ProviderSpecificProperty(p))
		}
	}
	return all
}

// owner says whose the DNSEndpoint is, so that it goes when the record does.
func (e entry) owner() metav1.OwnerReference {
	return metav1.OwnerReference{
		APIVersion: v1alpha1.GroupVersion().String(), Kind: string(e.Kind), Name: e.object.GetName(), UID: e.object.GetUID(), Controller: new(true),
	}
}

// want is the DNSEndpoint of an outcome.
func (c *Controller) want(o outcome) *externaldnsv1alpha1.DNSEndpoint {
	return &externaldnsv1alpha1.DNSEndpoint{
		TypeMeta: metav1.TypeMeta{APIVersion: c.Options.Endpoints.GroupVersion().String(), Kind: c.endpointType().Kind},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: o.object.GetNamespace(), Name: o.endpointName(), OwnerReferences: []metav1.OwnerReference{o.owner()},
		},
		Spec: externaldnsv1alpha1.DNSEndpointSpec{Endpoints: endpointsOf(o.Records)},
	}
}

// isAs says whether a DNSEndpoint is as it should be.
func isAs(have *unstructured.Unstructured, want *externaldnsv1alpha1.DNSEndpoint) bool {
	var read externaldnsv1alpha1.DNSEndpoint
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(have.Object, &read); err != nil {
		return false
	}
	owner := metav1.GetControllerOfNoCopy(have)
	return owner != nil && owner.UID == want.OwnerReferences[0].UID && len(read.Spec.Endpoints) == len(want.Spec.Endpoints) &&
		(len(want.Spec.Endpoints) == 0 || reflect.DeepEqual(read.Spec.Endpoints, want.Spec.Endpoints))
}

// isOfRecord says whether a DNSEndpoint is that of a record of this name, be it one
// of that name that is gone.
func (k kind) isOfRecord(have *unstructured.Unstructured) bool {
	owner := metav1.GetControllerOfNoCopy(have)
	name, its := k.recordOf(have.GetName())
	return owner != nil && its && owner.Name == name && owner.Kind == string(k.Kind) && strings.HasPrefix(owner.APIVersion, v1alpha1.Group+"/")
}

// isForeign says whether a DNSEndpoint is somebody else's. KubeFed left no mark on
// those of its own kind.
func (c *Controller) isForeign(k kind, have *unstructured.Unstructured) bool {
	if c.Options.Endpoints.Group == v1alpha1.Group && metav1.GetControllerOfNoCopy(have) == nil {
		return false
	}
	return !k.isOfRecord(have)
}
