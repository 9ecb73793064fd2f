package pull

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
)

// UnjoinOptions are what an [Unjoin] is made of. The first three are required.
type UnjoinOptions struct {
	// Registry tells which members are leaving. It runs elsewhere.
	Registry *Registry
	// Client deletes the namespaces of members that leave, and needs that right in
	// each of them.
	Client dynamic.Interface
	// Left names what may be left in a member that is leaving; Left of
	// federated.Types does. An error says why that is not known.
	Left func(ctx context.Context, name federation.ClusterName) ([]string, error)

	// LetGoAfter is how long to wait for a member that cannot be reached; default
	// 10m, and negative is for ever.
	LetGoAfter time.Duration
	// Events receives the events; nil drops them.
	Events record.EventRecorder
	Logger logr.Logger // the zero Logger discards
}

// Unjoin has members leave that are marked with [LeavingAnnotation]: the namespace
// of one is deleted, and with it its agent's account, when nothing is left there,
// or when the member could not be reached for as long as it is waited for. Then its
// copies stay. The loops remove them, for the registry says that the member leaves.
// Make it with [NewUnjoin].
type Unjoin struct {
	UnjoinOptions
	leaving map[federation.ClusterName]*departure
}

// departure is how far a member is that leaves.
type departure struct {
	silent time.Time // since when what is left there is not known; zero when it is
	said   string    // what was logged last
}

// NewUnjoin makes an Unjoin and starts nothing.
func NewUnjoin(o UnjoinOptions) (*Unjoin, error) {
	if o.Registry == nil || o.Client == nil || o.Left == nil {
		return nil, errors.New("pull: UnjoinOptions need Registry, Client and Left")
	}
	o.LetGoAfter = cmp.Or(o.LetGoAfter, 10*time.Minute)
	return &Unjoin{UnjoinOptions: o, leaving: map[federation.ClusterName]*departure{}}, nil
}

// maxNamed is how many of the objects that are left are named in the log.
const maxNamed = 3

// unjoinPause is the time between two looks at members that are leaving. They cost
// no request.
const unjoinPause = 500 * time.Millisecond

// Start works until ctx ends. It may be called once.
func (u *Unjoin) Start(ctx context.Context) error {
	for members := range u.Registry.Watch(ctx) {
		for u.follow(members) && ctx.Err() == nil {
			for name, d := range u.leaving {
				member, _ := members.Get(name)
				u.log(ctx, member, d, u.look(ctx, member, d))
			}
			pause(ctx, unjoinPause)
			members = u.Registry.Snapshot()
		}
	}
	return nil
}

// follow takes over which members are leaving, and says whether any is.
func (u *Unjoin) follow(members federation.ClusterSet) bool {
	maps.DeleteFunc(u.leaving, func(name federation.ClusterName, _ *departure) bool {
		member, _ := members.Get(name)
		return member.Leaving == ""
	})
	for member := range members.All() {
		if member.Leaving != "" && u.leaving[member.Name] == nil {
			u.leaving[member.Name] = &departure{}
		}
	}
	return len(u.leaving) > 0
}

// look lets a member go when it may, and says what it waits for.
func (u *Unjoin) look(ctx context.Context, member federation.Cluster, d *departure) error {
	left, unknown := u.left(ctx, member)
	switch {
	case unknown == nil && len(left) == 0:
		return u.release(ctx, member)
	case unknown == nil:
		d.silent = time.Time{}
		return fmt.Errorf("%d to go: %s", len(left), strings.Join(left[:min(len(left), maxNamed)], ", "))
	case d.silent.IsZero():
		d.silent = time.Now()
	case u.LetGoAfter > 0 && time.Since(d.silent) >= u.LetGoAfter:
		u.tell(member, fmt.Sprintf("it goes although it could not be reached for %s (%v); copies that are left there stay", u.LetGoAfter, unknown))
		return u.release(ctx, member)
	}
	return unknown
}

// log says once what a member waits for.
func (u *Unjoin) log(ctx context.Context, member federation.Cluster, d *departure, reason error) {
	said := "nothing"
	if reason != nil {
		said = reason.Error()
	}
	if said == d.said || ctx.Err() != nil {
		return
	}
	d.said = said
	u.Logger.Info("a member leaves", "cluster", member.Name, "copies", member.Leaving, "reason", said)
}

func (u *Unjoin) left(ctx context.Context, member federation.Cluster) ([]string, error) {
	if !member.Ready {
		return nil, fmt.Errorf("it is not ready: %s", member.Message)
	}
	return u.Left(ctx, member.Name)
}

// release deletes the member's namespace, unless another one has its name by now.
func (u *Unjoin) release(ctx context.Context, member federation.Cluster) error {
	uid := uidOf(member)
	err := u.Client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")).
		Delete(ctx, NamespaceOf(member.Name), metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete namespace %s: %w", NamespaceOf(member.Name), err)
	}
	return nil
}

func (u *Unjoin) tell(member federation.Cluster, message string) {
	if u.Events != nil {
		u.Events.Event(&corev1.ObjectReference{APIVersion: "v1", Kind: "Namespace", Name: NamespaceOf(member.Name), UID: uidOf(member)},
			corev1.EventTypeWarning, "LeftBehind", message)
	}
}
