package renewal

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// stage is how bad it is that a token was not renewed.
type stage int

const (
	fine   stage = iota
	late         // it will be good for a while
	ending       // it ends within a day, or has ended
	stuck        // nobody tries again until the Secret changes
)

const soon = 24 * time.Hour

// trouble is why a token was not renewed.
type trouble struct {
	err   error
	stage stage
	end   time.Time // of the token
}

func (c *Controller) stageOf(token claims) stage {
	if token.end().Sub(c.options.Clock()) <= soon {
		return ending
	}
	return late
}

// troubledBy tells of trouble that is another than was told already.
func (c *Controller) troubledBy(ctx context.Context, s subject, t trouble) {
	name := s.secret.GetName()
	log := logr.FromContextOrDiscard(ctx).WithValues("cluster", s.member(), "name", name)
	known := c.standing(name)
	if t.stage == known.told {
		log.V(1).Info("token was not renewed again", "reason", t.err.Error())
		return
	}
	known.told = t.stage
	c.remember(name, known)
	switch t.stage {
	case late:
		log.Info("token was not renewed, it is tried again", "reason", t.err.Error())
		c.tell(s, corev1.EventTypeWarning, "TokenNotRenewed", fmt.Sprintf("the token in Secret %q is good until %s and was not renewed yet: %v", name, day(t.end), t.err))
	case ending:
		log.Error(t.err, "token ends within a day and was not renewed")
		c.tell(s, corev1.EventTypeWarning, "TokenExpires", fmt.Sprintf("the token in Secret %q is good until %s and cannot be renewed: %v", name, day(t.end), t.err))
	default:
		log.Error(t.err, "token cannot be renewed")
		c.tell(s, corev1.EventTypeWarning, "TokenNotRenewable", fmt.Sprintf("the token in Secret %q cannot be renewed: %v", name, t.err))
	}
}

// relieved tells that trouble which was told is over.
func (c *Controller) relieved(ctx context.Context, s subject) {
	name := s.secret.GetName()
	logr.FromContextOrDiscard(ctx).Info("token is good again", "cluster", s.member(), "name", name)
	c.tell(s, corev1.EventTypeNormal, "TokenRenewed", fmt.Sprintf("the token in Secret %q was renewed", name))
}

func (c *Controller) tell(s subject, kind, reason, message string) {
	if c.options.Events == nil {
		return
	}
	c.options.Events.Event(&corev1.ObjectReference{
		APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster",
		Namespace: s.cluster.GetNamespace(), Name: s.cluster.GetName(), UID: s.cluster.GetUID(), ResourceVersion: s.cluster.GetResourceVersion(),
	}, kind, reason, message)
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }
