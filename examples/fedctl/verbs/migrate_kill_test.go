package verbs_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/migrate"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// mortal lets so many writes through and none after them, as of a program that was
// killed: of the last one it learns nothing.
type mortal struct {
	http.RoundTripper
	left *atomic.Int64
}

var errKilled = errors.New("killed")

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		return m.RoundTripper.RoundTrip(r)
	}
	left := m.left.Add(-1)
	if left < 0 {
		return nil, errKilled
	}
	response, err := m.RoundTripper.RoundTrip(r)
	if left == 0 && err == nil {
		_ = response.Body.Close()
		return nil, errKilled
	}
	return response, err
}

// living is a migration that is killed with its n-th write.
func (k *kubefed) living(n int64, backup string) migrate.Migration {
	k.Helper()
	config := rest.CopyConfig(k.host.Config())
	left := &atomic.Int64{}
	left.Store(n)
	config.Wrap(func(rt http.RoundTripper) http.RoundTripper { return mortal{rt, left} })
	h, err := host.New(config, corev1beta1.DefaultNamespace)
	require.NoError(k, err)
	return migrate.Migration{Host: h, Backup: backup, Patience: time.Minute, Wait: time.Minute}
}

// killed takes steps again and again, each time killed a bit later, until they are done.
// It returns how often it was killed.
func (k *kubefed) killed(take func(migrate.Migration) error) int {
	k.Helper()
	deaths := 0
	for n, next := int64(1), int64(2); ; n, next = next, n+next {
		err := take(k.living(n, filepath.Join(k.TempDir(), "backup.yaml")))
		if err == nil {
			return deaths
		}
		require.ErrorContains(k, err, errKilled.Error())
		deaths++
	}
}

func (k *kubefed) stepsOf(steps ...migrate.Step) func(migrate.Migration) error {
	return func(m migrate.Migration) error {
		for _, step := range steps {
			if _, err := m.Take(k.Context(), step); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestAMigrationThatIsKilledGoesOnWhereItWas(t *testing.T) {
	k := newKubeFed(t)
	before := k.held(t.Context())
	k.lead(time.Now(), time.Second)
	prepare := k.stepsOf(migrate.BackUp, migrate.Stop, migrate.Define)
	require.Greater(t, k.killed(prepare), 5)
	require.Equal(t, versions(before), versions(k.held(t.Context())))

	require.Greater(t, k.killed(func(m migrate.Migration) error {
		m.Wait = 0 // no webhook will serve
		_, err := m.Undo(t.Context())
		return err
	}), 2)
	for _, o := range append(k.documents(string(k.read("webhooks.yaml"))), k.documents(string(k.read("plane.yaml")))...) {
		k.get(o)
	}

	require.Greater(t, k.killed(prepare), 2)
	k.control()
	require.Greater(t, k.killed(k.stepsOf(migrate.Carry, migrate.Finish)), 3)
	k.clean()
	k.unchanged(before)
}
