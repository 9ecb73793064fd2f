package main

import (
	"context"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// fault is something that goes wrong, and is mended later.
type fault struct {
	name        string
	ofMember    bool
	least, most time.Duration // that it lasts
	// honest says that we can read the members while it lasts, so that what is
	// told of them can be checked meanwhile.
	honest      bool
	begin, mend func(ctx context.Context, s scene) error
}

// scene is where a fault happens.
type scene struct {
	*play
	member *member
}

func names() []string { return slices.Sorted(maps.Keys(faults())) }

// faults are all there are, by name.
func faults() map[string]fault {
	all := map[string]fault{}
	for _, f := range slices.Concat(processFaults(), wireFaults(), credentialFaults()) {
		all[f.name] = f
	}
	return all
}

// done makes a step of one that cannot fail.
func done(step func(s scene)) func(context.Context, scene) error {
	return func(_ context.Context, s scene) error {
		step(s)
		return nil
	}
}

// processFaults are those of processes.
func processFaults() []fault {
	return []fault{{
		name: "kill-controller", least: 0, most: 500 * time.Millisecond,
		honest: true,
		begin:  done(func(s scene) { s.controller.kill() }),
		mend:   func(_ context.Context, s scene) error { return s.controller.start() },
	}, {
		name: "kill-member", ofMember: true, least: time.Second, most: 6 * time.Second,
		begin: done(func(s scene) { s.member.server.Kill() }),
		mend:  func(ctx context.Context, s scene) error { return s.member.server.Restart(ctx) },
	}, {
		name: "pause-member", ofMember: true, least: time.Second, most: 8 * time.Second,
		begin: func(_ context.Context, s scene) error { return s.member.server.Pause() },
		mend:  func(_ context.Context, s scene) error { return s.member.server.Continue() },
	}, {
		name: "wipe-member", ofMember: true, least: time.Second, most: 3 * time.Second,
		begin: func(ctx context.Context, s scene) error { return s.member.wipe(ctx) },
		mend: func(ctx context.Context, s scene) error {
			if err := s.ground.join(ctx, s.member); err != nil {
				return err
			}
			return s.member.plant(ctx)
		},
	}, {
		name: "restart-host", least: time.Second, most: 5 * time.Second,
		begin: done(func(s scene) { s.ground.host.Kill() }),
		mend:  func(ctx context.Context, s scene) error { return s.ground.host.Restart(ctx) },
	}}
}

// credentialFaults are those of certificates and tokens.
func credentialFaults() []fault {
	return []fault{{
		name: "expired-certificate", ofMember: true, honest: true, least: 3 * time.Second, most: 8 * time.Second,
		begin: done(func(s scene) {
			s.member.gate.set(func(g *gate) { g.expired = true })
			s.member.gate.cut()
		}),
		mend: done(func(s scene) { s.member.gate.set(func(g *gate) { g.expired = false }) }),
	}, {
		name: "rotated-credential", ofMember: true, honest: true, least: 0, most: 2 * time.Second,
		begin: func(ctx context.Context, s scene) error { return s.ground.join(ctx, s.member) },
		mend:  done(func(scene) {}),
	}, {
		name: "spoiled-credential", ofMember: true, honest: true, least: time.Second, most: 8 * time.Second,
		begin: func(ctx context.Context, s scene) error { return s.ground.spoil(ctx, s.member) },
		mend:  func(ctx context.Context, s scene) error { return s.ground.join(ctx, s.member) },
	}, {
		name: "revoked-credential", ofMember: true, honest: true, least: 5 * time.Second, most: 15 * time.Second,
		begin: func(ctx context.Context, s scene) error { return s.member.revoke(ctx) },
		mend:  func(ctx context.Context, s scene) error { return s.ground.join(ctx, s.member) },
	}}
}

// spoil puts something else in the place of a member's token.
func (g *ground) spoil(ctx context.Context, m *member) error {
	client, err := kubernetes.NewForConfig(g.host.Config())
	if err != nil {
		return err
	}
	secrets := client.CoreV1().Secrets(corev1beta1.DefaultNamespace)
	secret, err := secrets.Get(ctx, m.name+"-token", metav1.GetOptions{})
	if err != nil {
		return err
	}
	secret.Data = map[string][]byte{corev1beta1.TokenKey: []byte("not-a-token")}
	_, err = secrets.Update(ctx, secret, metav1.UpdateOptions{})
	return err
}

// revoke deletes the account of the federation in a member, and with it what its
// token is good for. An API server may go on to accept it for ten seconds.
func (m *member) revoke(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(m.server.Config())
	if err != nil {
		return err
	}
	accounts := client.CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace)
	all, err := accounts.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, a := range slices.DeleteFunc(all.Items, func(a corev1.ServiceAccount) bool { return a.Name == "default" }) {
		if err := accounts.Delete(ctx, a.Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}
