package verbs_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestWhatKubeFedHasNotFinishedIsToldBeforeItStops(t *testing.T) {
	k := newKubeFed(t)
	configs := k.world.objects(k.host.Config(), federatedTypes("federatedconfigmaps"))
	require.NoError(t, configs.Delete(t.Context(), "broken", metav1.DeleteOptions{})) // the finalizer holds it
	_, err := configs.Patch(t.Context(), "settings", "application/merge-patch+json", []byte(`{"spec":{"placement":{"clusters":[{"name":"berlin"}]}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	k.create(k.clusters[0], theirs, k.documents(`{apiVersion: v1, kind: ConfigMap, metadata: {name: stray, namespace: shop, labels: {kubefed.io/managed: "true"}}}`)[0])

	told := k.ok("migrate", "kubefed").out
	require.Contains(t, told, "are being deleted: shop/broken; their copies that KubeFed has not deleted by then stay in the members")
	require.Contains(t, told, "is still in madrid, which its placement does not select: nobody will delete that copy")
	require.Contains(t, told, "has 1 object with KubeFed's label that no federated object declares, which stay: configmaps shop/stray")

	k.lead(time.Now(), time.Second)
	k.ok("migrate", "kubefed", "--yes", "--backup", filepath.Join(t.TempDir(), "backup.yaml"))
	k.control()
	k.ok("migrate", "kubefed", "--yes", "--wait=1m")
	require.Eventually(t, func() bool {
		_, err := configs.Get(t.Context(), "broken", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, soon, tick)
	held := k.held(t.Context())
	for _, name := range []string{"berlin ConfigMap broken", "madrid ConfigMap settings", "berlin ConfigMap stray"} {
		require.NotNil(t, held[name], "%s stays, as was told", name)
	}
	require.Contains(t, k.ok("migrate", "kubefed").out, "has 2 objects with KubeFed's label that no federated object declares")
}
