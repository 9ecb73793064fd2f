package controlplane_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// parentEnv makes TestParent the parent that another test kills. It names the
// folder of the parent's etcd.
const parentEnv = "FEDRAIL_TEST_PARENT_DIR"

func TestParent(t *testing.T) {
	dir := os.Getenv(parentEnv)
	if dir == "" {
		t.Skip("runs only inside of TestChildrenDieWithTheirParent")
	}
	etcd, err := controlplane.StartEtcd(t.Context(), controlplanetest.Binaries(t), dir)
	require.NoError(t, err)
	fmt.Printf("etcd %s\n", etcd.URL())
	select {} // until it is killed
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	controlplanetest.Binaries(t)
	parent := exec.Command(os.Args[0], "-test.run=^TestParent$")
	parent.Env = append(os.Environ(), parentEnv+"="+t.TempDir())
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())

	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimPrefix(strings.TrimSpace(line), "etcd ")
	healthy := func() error {
		resp, err := http.Get(url + "/health")
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	require.NoError(t, healthy())
	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait(), "it was killed")
	require.Eventually(t, func() bool { return errors.Is(healthy(), syscall.ECONNREFUSED) }, 10*time.Second, 20*time.Millisecond)
}
