package plane

import (
	"context"
	"errors"
	"fmt"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// ErrLostLease says that this instance could not renew its lease in time, and
// has stopped working.
var ErrLostLease = errors.New("lost lease")

// lead stands by until this instance has the lease, and then works until ctx
// ends or the lease is lost. The lease is given back when the work has ended,
// not before: no two instances work at a time.
func (p *Plane) lead(ctx context.Context) error {
	electing, resign := context.WithCancel(context.WithoutCancel(ctx))
	leads := make(chan context.Context, 1)
	elector, err := p.elector(leads)
	if err != nil {
		resign()
		return err
	}
	var election sync.WaitGroup
	election.Go(func() { elector.Run(electing) })
	defer election.Wait()
	defer resign()

	p.state.set(standingBy)
	select {
	case <-ctx.Done():
		return nil
	case lease := <-leads:
		p.Logger.Info("promoted as leader", "identity", p.identity)
		p.state.set(leading)
		return p.workDuring(ctx, lease)
	}
}

// workDuring works until ctx or the lease ends.
func (p *Plane) workDuring(ctx, lease context.Context) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(lease, stop)()
	err := p.work(working)
	if lease.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: another instance may be the leader now", ErrLostLease)
	}
	return err
}

// elector sends the context of the lease when this instance has it.
func (p *Plane) elector(leads chan<- context.Context) (*leaderelection.LeaderElector, error) {
	times := p.Config.Spec.LeaderElect
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Name: corev1beta1.LeaderElectionName,
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: p.Namespace, Name: corev1beta1.LeaderElectionName},
			Client:     p.host.typed.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: p.identity},
		},
		LeaseDuration:   times.LeaseDuration.Duration,
		RenewDeadline:   times.RenewDeadline.Duration,
		RetryPeriod:     times.RetryPeriod.Duration,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(lease context.Context) { leads <- lease },
			OnStoppedLeading: func() {}, // the end of the lease's context says so
		},
	})
	if err != nil {
		return nil, fmt.Errorf("spec.leaderElect: %w", err)
	}
	return elector, nil
}
