package push_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubeconfig"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// TestAClientCertificateThatExpires: the member is left alone and the reason
// names what to renew; it catches up when the file has another certificate.
func TestAClientCertificateThatExpires(t *testing.T) {
	m := newOutage(t, "member1", "member2")
	m.theirs = m.PlantForeign()
	file := filepath.Join(t.TempDir(), "clusters.yaml")
	m.certify(file, time.Hour)
	registry := m.members(file)
	m.Run()
	m.fill(20)
	m.untilAllReady()

	m.certify(file, 3*time.Second) // good for a moment, and no outage until then
	m.Until("the certificate has expired", func() bool {
		return strings.HasSuffix(reasonOf(registry, "member2"), ` does not accept the user of context "member2" (401 Unauthorized): renew it`)
	})
	for i := 20; i < 40; i++ {
		m.declare(fmt.Sprintf("c-%03d", i), "late", nil)
	}
	m.untilHeld(0)
	m.Until("it is told", func() bool {
		for _, c := range m.Status(configMaps, "c-039").Clusters {
			if c.Name == "member2" {
				return c.Status == "ClusterNotReady" && strings.Contains(c.Message, `the user of context "member2"`)
			}
		}
		return false
	})

	m.certify(file, time.Hour)
	back := time.Now()
	m.untilHeld(1)
	t.Logf("held %v after the certificate was renewed", time.Since(back).Round(time.Millisecond))
	m.untilRight()
}

// certify writes a kubeconfig of the members, with a certificate of this lifetime
// for the second.
func (m *many) certify(file string, lifetime time.Duration) {
	m.Helper()
	content := clientcmdapi.NewConfig()
	for i, s := range m.Servers {
		user := controlplane.User{Name: "fedrail", Groups: []string{"system:masters"}}
		if i == 1 {
			user.Lifetime = lifetime
		}
		config, err := s.ConfigFor(user)
		require.NoError(m, err)
		name := s.Cluster()
		content.Clusters[name] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
		content.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
		content.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	}
	text, err := clientcmd.Write(*content)
	require.NoError(m, err)
	require.NoError(m, os.WriteFile(file, text, 0o600))
}

// members has the federation be of the contexts in the file, until the test ends.
func (m *many) members(file string) *kubeconfig.Registry {
	m.Helper()
	registry, err := kubeconfig.New(kubeconfig.Options{Path: file, Poll: 100 * time.Millisecond,
		Health: federation.Health{Period: 200 * time.Millisecond, Timeout: probing}})
	require.NoError(m, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- registry.Start(ctx) }()
	m.Cleanup(func() { stop(); require.NoError(m, <-ended) })
	m.Clusters = registry
	return registry
}

// probing is the timeout of a probe, on a busy machine.
const probing = 30 * time.Second

// reasonOf is why a member is not ready.
func reasonOf(registry federation.Registry, name federation.ClusterName) string {
	c, _ := registry.Snapshot().Get(name)
	return c.Message
}
