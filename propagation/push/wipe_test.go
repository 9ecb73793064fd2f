package push_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
)

// TestAMemberThatLostItsData gets everything again, although it counts versions
// from the beginning now.
func TestAMemberThatLostItsData(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	dir := t.TempDir()
	etcd, err := controlplane.StartEtcd(t.Context(), controlplanetest.Binaries(t), dir)
	require.NoError(t, err)
	t.Cleanup(etcd.Stop)
	member := servers.FreshWith(t, controlplane.ServerOptions{Name: "member1", Etcd: etcd})
	m := newMany(testbed.New(t, host, member, configMaps))
	m.Run()
	m.fill(50)
	m.untilAllReady()
	m.untilHeld(0)

	member[0].Kill()
	etcd.Kill()
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "data")))
	require.NoError(t, etcd.Restart(t.Context()))
	require.NoError(t, member[0].Restart(t.Context()))
	back := time.Now()
	m.untilHeld(0)
	t.Logf("held again %v after the member was ready", time.Since(back).Round(time.Millisecond))
	m.untilRight()
	m.deleteAll()
	m.untilRight()
}
