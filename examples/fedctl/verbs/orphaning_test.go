package verbs_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestOrphaningDeletionIsAnAnnotationOfTheFederatedObject(t *testing.T) {
	w := newFederation(t, nil)
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{})
	n := "-n" + w.namespace
	says := func(text string) {
		t.Helper()
		for _, word := range []string{"configmap", "federatedconfigmaps", "FederatedConfigMap"} {
			require.Equal(t, result{out: text + "\n"}, w.fedctl("orphaning-deletion", "status", word, "settings", n))
		}
	}
	says("Disabled")
	require.Equal(t, result{}, w.ok("orphaning-deletion", "enable", "federatedconfigmaps", "settings", n, "--dry-run"))
	require.Equal(t, result{}, w.ok("orphaning-deletion", "enable", "federatedconfigmaps", "settings", n, "--dry-run=server"))
	says("Disabled")
	for range 2 {
		require.Equal(t, result{}, w.ok("orphaning-deletion", "enable", "cm", "settings", n))
		says("Enabled")
	}
	o, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"kubefed.io/orphan": "true"}, o.GetAnnotations())
	for range 2 {
		require.Equal(t, result{}, w.ok("orphaning-deletion", "disable", "cm/settings", n))
		says("Disabled")
	}
	r := w.fedctl("orphaning-deletion", "enable", "cm", "nothing", n)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, `error: there is no FederatedConfigMap "nothing" in namespace "`+w.namespace+`"`)
	r = w.fedctl("orphaning-deletion", "status", "gadgets", "nothing", n)
	require.Contains(t, r.err, `error: type "gadgets" is not federated`)
	require.Contains(t, w.ok("orphaning-deletion").out, "fedctl orphaning-deletion status deployments web -n shop")
}
