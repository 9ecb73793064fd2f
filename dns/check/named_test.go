package check_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// named runs BIND with one zone, example.com, until the test ends, and is its
// address. It serves nothing else and looks nothing up.
func named(t *testing.T, records string) string {
	t.Helper()
	path, err := exec.LookPath("named")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("%s: install bind9", err)
	}
	if err != nil {
		t.Skipf("%s: install bind9", err)
	}
	dir, address := t.TempDir(), ""
	write(t, filepath.Join(dir, "example.com"), head+records)
	process, err := controlplane.StartProgram(t.Context(), controlplane.Program{
		Name: "named", Path: path, Dir: dir,
		Launch: func(port int) (controlplane.Launch, error) {
			address = fmt.Sprintf("127.0.0.1:%d", port)
			config := filepath.Join(dir, "named.conf")
			write(t, config, fmt.Sprintf(conf, dir, port))
			return controlplane.Launch{Args: []string{"-g", "-n", "1", "-c", config}, Ready: answersAt(address)}, nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(process.Stop)
	return address
}

func answersAt(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		a, err := check.Server(address).Ask(ctx, check.Question{Name: "ns.example.com", Type: dns.A})
		if err == nil && a.Code != check.NoError {
			err = fmt.Errorf("it answers %s", a.Code)
		}
		return err
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

const conf = `options {
	directory %q; pid-file none; session-keyfile none;
	listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; empty-zones-enable no; notify no; allow-transfer { none; };
};
controls { };
zone "example.com" { type primary; file "example.com"; };
`

const head = `$ORIGIN example.com.
$TTL 180
@  IN SOA ns hostmaster ( 1 300 60 3600 30 )
   IN NS  ns
ns IN A   127.0.0.1
`

// deaf is the address of a UDP port where somebody listens and nobody answers.
func deaf(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}
