// Package nameservertest gives tests a real DNS server.
package nameservertest

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/nameserver"
)

// Start runs a server of a zone with these records until the test ends. Where BIND
// is not installed the test is skipped, but fails when CI is set in the environment.
func Start(t testing.TB, zone string, records ...string) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Start(context.Background(), nameserver.Options{Dir: t.TempDir(), Zone: zone, Records: records})
	if errors.Is(err, nameserver.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}
