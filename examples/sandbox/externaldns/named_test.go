package externaldns_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

const (
	zone = "fed.example.test"
	key  = "sandbox"
)

// named is a BIND that is primary for the zone, which somebody else has a record in.
type named struct{ addr, secret string }

func startNamed(t *testing.T) named {
	t.Helper()
	path, err := exec.LookPath("named")
	if err != nil {
		t.Skip("needs named: install bind9")
	}
	n, dir := named{secret: base64.StdEncoding.EncodeToString([]byte(rand.Text()))}, t.TempDir()
	process, err := controlplane.StartProgram(t.Context(), controlplane.Program{
		Name: "named", Path: path, Dir: dir,
		Launch: func(port int) (controlplane.Launch, error) {
			n.addr = fmt.Sprintf("127.0.0.1:%d", port)
			n.write(t, dir, port)
			return controlplane.Launch{Args: []string{"-g", "-n", "1", "-c", filepath.Join(dir, "named.conf")}, Ready: n.ready}, nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(process.Stop)
	return n
}

func (n named) write(t *testing.T, dir string, port int) {
	t.Helper()
	for name, text := range map[string]string{
		"named.conf": fmt.Sprintf(`key %[1]s { algorithm hmac-sha256; secret "%[2]s"; };
options {
	directory "%[3]s"; pid-file none; session-keyfile none; managed-keys-directory "%[3]s";
	listen-on port %[4]d { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; empty-zones-enable no; notify no; allow-transfer { none; };
};
controls { };
zone "%[5]s" {
	type primary; file "%[5]s.zone";
	update-policy { grant %[1]s zonesub ANY; };
	allow-transfer { key %[1]s; };
};
`, key, n.secret, dir, port, zone),
		zone + ".zone": `$TTL 60
@     IN SOA ns1 hostmaster 1 300 60 3600 30
      IN NS  ns1
ns1   IN A   127.0.0.1
other IN A   192.0.2.99
`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
}

func (n named) ready(ctx context.Context) error {
	_, err := n.resolver().LookupHost(ctx, "ns1."+zone+".")
	return err
}

// resolver asks this server and no other.
func (n named) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, n.addr)
	}}
}
