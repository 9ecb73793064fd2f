// Package namedtest runs BIND for tests that ask a real DNS server.
package namedtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// Start runs a server of one zone, example.com, until the test ends, and is its
// address. The records are lines of a zone file, with a TTL of 180 seconds where they
// have none; ns is taken. It refuses to answer for anything else. Where BIND is not
// installed the test is skipped, or fails when CI is set in the environment.
func Start(t testing.TB, records string) (address string) {
	t.Helper()
	path := program(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "example.com"), head+records)
	process, err := controlplane.StartProgram(context.Background(), controlplane.Program{
		Name: "named", Path: path, Dir: dir,
		Launch: func(port int) (controlplane.Launch, error) {
			address = fmt.Sprintf("127.0.0.1:%d", port)
			config := filepath.Join(dir, "named.conf")
			write(t, config, fmt.Sprintf(conf, dir, port))
			return controlplane.Launch{Args: []string{"-g", "-n", "1", "-c", config}, Ready: answers(address)}, nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(process.Stop)
	return address
}

func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("named")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatalf("%s: install bind9", err)
	}
	t.Skipf("%s: install bind9", err)
	return ""
}

func answers(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		a, err := check.Server(address).Ask(ctx, check.Question{Name: "ns.example.com", Type: dns.A})
		if err == nil && a.Code != check.NoError {
			err = fmt.Errorf("it answers %s", a.Code)
		}
		return err
	}
}

func write(t testing.TB, path, text string) {
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
