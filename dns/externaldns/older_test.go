package externaldns_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// redefine changes the schema of a kind on the host.
func (w *world) redefine(kind, op, path, value string) {
	w.Helper()
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	_, err := w.Client.Resource(definitions).Patch(context.Background(), kind, types.JSONPatchType,
		[]byte(`[{"op":"`+op+`","path":"/spec/versions/0/schema/openAPIV3Schema/properties/`+path+`","value":`+value+`}]`), metav1.PatchOptions{})
	require.NoError(w, err)
}

func TestAHostWithOtherDefinitionsIsServedAsFarAsItKeepsWhatIsWritten(t *testing.T) {
	w := federateOn(t, slices.Concat(servers.Fresh(t, "host"), servers.Shared(t, "member1", "member2", "member3")), services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())

	const kind, endpoint = "dnsendpoints.externaldns.k8s.io", "spec/properties/endpoints/items/properties/"
	t.Run("a field that it does not know is said", func(t *testing.T) {
		w.redefine(kind, "remove", endpoint+"setIdentifier", "null")
		_, err := w.Client.Resource(v1alpha1.Domains()).Namespace(w.System).Patch(context.Background(), "prod", types.MergePatchType,
			[]byte(`{"provider":{"weight":"aws/weight"}}`), metav1.PatchOptions{})
		require.NoError(t, err)
		w.change("web", `{"spec":{"routing":{"policy":"Weighted"}}}`)
		s := w.untilTold("web", v1alpha1.Ready, v1alpha1.NotWritten)
		require.Contains(t, message(s, v1alpha1.Ready), "install the new definition")
		w.change("web", `{"spec":{"routing":{"policy":"Together"}}}`)
		w.untilTold("web", v1alpha1.Ready, v1alpha1.Published)
		w.untilPublished("service-web", w.all())
	})
	t.Run("what it makes something else of is said, and not tried all the time", func(t *testing.T) {
		w.redefine(kind, "add", endpoint+"labels/default", `{"by":"somebody"}`)
		w.change("web", `{"spec":{"recordTTL":60}}`)
		s := w.untilTold("web", v1alpha1.Ready, v1alpha1.NotWritten)
		require.Contains(t, message(s, v1alpha1.Ready), "does not keep DNSEndpoint")
		require.LessOrEqual(t, writes(w.During(7*time.Second)), 2)
		w.redefine(kind, "remove", endpoint+"labels/default", "null")
		w.Until("that ends", func() bool { return w.endpoint("service-web").Spec.Endpoints[0].Labels == nil })
		w.change("web", `{"spec":{"recordTTL":61}}`)
		w.untilTold("web", v1alpha1.Ready, v1alpha1.Published)
	})
	t.Run("names go on to be published when it does not keep a status", func(t *testing.T) {
		w.redefine("servicednsrecords."+v1alpha1.Group, "remove", "status/properties/conditions", "null")
		for _, address := range []string{"192.0.2.33", "192.0.2.34"} {
			w.Quiet()
			w.balance(2, "web", fields{"ip": address})
			w.Until("changed", func() bool {
				return w.published("service-web")["web."+w.Namespace+".prod.svc.us.example.com A"] == "["+address+"]"
			})
		}
	})
	t.Run("a cluster that is away is kept for a while, though no reasons are kept", func(t *testing.T) {
		w.redefine("servicednsrecords."+v1alpha1.Group, "remove", "status/properties/dns/items/properties/reason", "null")
		w.balance(2, "web", fields{"ip": "192.0.2.3"})
		w.untilPublished("service-web", w.all())
		w.away("member3")
		w.During(2 * time.Second)
		require.Equal(t, w.all(), w.published("service-web"))
	})
}
