package pull

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// isNowhere says of a write that there is no room for the bundle on the host: the
// member's namespace is gone, or goes, as when the member leaves.
func isNowhere(err error) bool {
	return apierrors.IsNotFound(err) || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
}

// nowherePause is when to ask again for an object that there is no room for.
const nowherePause = 5 * time.Second

// nowhere is the Problem of such an object.
func (o *object) nowhere() error {
	p := propagation.Problemf(status.ClientRetrievalFailed, propagation.RetryLater,
		"write bundle %s/%s on the host: %w", NamespaceOf(o.chunk.id.cluster), o.chunk.name, o.chunk.failure)
	p.After = nowherePause
	return p
}

// abandonLocked forgets a bundle that there is no room for, and all that it asks:
// nobody may ask for that any more, and nobody would say so. A Controller asks
// again for as long as the member is one.
func (p *Propagator) abandonLocked(m *member, c *chunk) {
	for key := range c.objects {
		delete(m.objects, key)
	}
	delete(m.chunks, c.name)
	c.written = c.changes // nobody waits for it
	m.nowhere = c.failure
}
