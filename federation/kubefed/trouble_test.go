package kubefed_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr/funcr"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// nobody is an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func TestTroubleIsNamedWithItsMend(t *testing.T) {
	h := newHost(t)
	all := servers.Shared(t, "m1", "host")
	member, another := all[0], all[1]
	h.join(member, nil)
	h.secret("empty", map[string]string{"password": "x"})
	h.secret("wrong", map[string]string{"token": "not-a-token"})
	h.secret("strange", map[string]string{"token": "two words"})
	away, address := nobody(t), strings.TrimPrefix(member.URL(), "https://")

	tests := map[string]struct {
		change func(*corev1beta1.KubeFedClusterSpec)
		want   string
		broken bool // no client can be made; else one can, and does not get through
	}{
		"no-secret": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.SecretRef.Name = "missing" },
			want:   `spec.secretRef.name: there is no Secret "missing": create it in the same namespace, with the key "token"`, broken: true,
		},
		"no-token": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.SecretRef.Name = "empty" },
			want:   `spec.secretRef.name: Secret "empty" has no key "token": put a bearer token there`, broken: true,
		},
		"strange-token": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.SecretRef.Name = "strange" },
			want:   `spec.secretRef.name: Secret "strange": the key "token" holds something else than a bearer token`, broken: true,
		},
		"no-pem": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.CABundle = []byte("no certificate") },
			want: "spec.caBundle: there is no PEM certificate in it: " +
				"put the PEM certificates there that the API server's certificate is signed with", broken: true,
		},
		"two-at-once": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.CABundle, s.SecretRef.Name = []byte("none"), "empty" },
			want: "spec.caBundle: there is no PEM certificate in it: " +
				"put the PEM certificates there that the API server's certificate is signed with; " +
				`spec.secretRef.name: Secret "empty" has no key "token": put a bearer token there`, broken: true,
		},
		"password-in-endpoint": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.APIEndpoint = "https://me:hidden@" + address },
			want:   "spec.apiEndpoint: a user or password in the URL is not used: put a token into the Secret", broken: true,
		},
		"wrong-ca": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.CABundle = another.CABundle() },
			want:   "spec.caBundle does not match the certificate of " + address + ": put the authority that signed it there",
		},
		"nobody-there": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.APIEndpoint = away },
			want:   "spec.apiEndpoint: connection refused by " + away + ": nothing listens there",
		},
		"refused-token": {
			change: func(s *corev1beta1.KubeFedClusterSpec) { s.SecretRef.Name = "wrong" },
			want:   address + ` does not accept the token in Secret "wrong" (401 Unauthorized): renew it`,
		},
	}
	for name, test := range tests {
		spec := specOf(member)
		test.change(&spec)
		h.put(name, spec, map[string]string{"name": name})
	}
	options := h.options()
	options.Health = calm()
	var log journal
	options.Logger = funcr.New(log.write, funcr.Options{Verbosity: 10})
	registry, _ := h.start(options)

	done := func(set federation.ClusterSet) bool {
		for c := range set.All() {
			if !c.Ready && (c.Message == "" || c.Message == "it was not probed yet") {
				return false
			}
		}
		return set.Len() == len(tests)+1 && ready("m1")(set)
	}
	set := await(t, registry, done)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := set.Get(federation.ClusterName(name))
			require.Equal(t, test.want, got.Message)
			require.False(t, got.Ready)
			require.Equal(t, name, got.Labels["name"])
			_, err := registry.Config(got.Name)
			require.Equal(t, test.broken, err != nil, "%v", err)
		})
	}
	requireMalformed(t, h, "no-token", tests["no-token"].want)
	eventually(t, func() bool { return len(h.events.recorded()) == len(tests) }, "one event for each that is in trouble")
	require.True(t, slices.Contains(h.events.recorded(), "no-token Warning MalformedClusterConfig: "+tests["no-token"].want))

	said := fmt.Sprint(log.all(), h.events.recorded(), set)
	for _, secret := range []string{"not-a-token", "two words", "hidden", account(t, member, "fedrail")[:30]} {
		require.NotContains(t, said, secret)
	}

	t.Run("mended", func(t *testing.T) {
		h.secret("empty", map[string]string{"token": account(t, member, "fedrail")})
		await(t, registry, ready("no-token"))
	})
}

// journal remembers what was logged.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) write(prefix, args string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, prefix+args)
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

func requireMalformed(t *testing.T, h *host, name, message string) {
	t.Helper()
	eventually(t, func() bool { return len(h.get(name).Status.Conditions) > 0 }, "the status is written")
	require.Equal(t, corev1beta1.KubeFedClusterStatus{Conditions: []corev1beta1.ClusterCondition{{
		Type: "ConfigMalformed", Status: metav1.ConditionTrue, Reason: "ClusterConfigMalformed", Message: message,
	}}}, h.status(name))
}
