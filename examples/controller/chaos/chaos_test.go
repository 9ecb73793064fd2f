package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fedrail/fedrail/examples/controller/program"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func TestHelpIsNoError(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"--help"}, &out))
	require.Contains(t, out.String(), "--seed")
}

func TestFlagsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ arg, want string }{
		"no objects":           {"--objects=0", "--objects: got 0, want at least 1"},
		"no members":           {"--members=0", "--members: got 0, want at least 1"},
		"fewer kills than 0":   {"--kills=-1", "--kills: got -1, want at least 0"},
		"fewer rounds than 0":  {"--rounds=-1", "--rounds: got -1, want at least 0"},
		"less than no time":    {"--duration=-1s", "--duration: got -1s, want 0 or more"},
		"no patience":          {"--patience=0", "--patience: got 0s, want more than 0"},
		"a fault that is none": {"--faults=flood", `--faults: there is no "flood"; choose from expired-certificate, half-open, kill-controller, kill-member, lost-answers, pause-member, restart-host, revoked-credential, rotated-credential, server-errors, slow, spoiled-credential, too-many-requests, wipe-member`},
		"nothing to draw from": {"--faults=", "--faults: there is nothing to draw from; name one, or set --rounds=0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse([]string{c.arg}, &bytes.Buffer{})
			require.EqualError(t, err, c.want)
		})
	}
}

// TestDrawsFollowFromTheSeed, all of them.
func TestDrawsFollowFromTheSeed(t *testing.T) {
	draw := func(seed uint64) [][]operation {
		d := &driver{random: rand.New(rand.NewPCG(seed, 0)), members: []string{"m1", "m2"}, wishes: map[string]spec{}}
		return [][]operation{d.fill(20), d.script(50), d.script(50), d.empty()}
	}
	require.Equal(t, draw(1), draw(1))
	require.NotEqual(t, draw(1), draw(2))
}

// TestEachFaultOnce is the short form: the controller is killed a few times, and
// each fault happens once.
func TestEachFaultOnce(t *testing.T) {
	p := ready(t, 4)
	for range 4 {
		require.NoError(t, p.round(t.Context(), t.Name(), faults()["kill-controller"]))
	}
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, p.round(t.Context(), t.Name(), faults()[name]), "%s", program.LogTail(p.controller.log))
		})
	}
	require.NoError(t, p.finish(t.Context()))
	t.Logf("\n%s", p.results.table())
}

// ready is a play in which everything is right.
func ready(t *testing.T, members int) *play {
	t.Helper()
	controlplanetest.Binaries(t)
	t.Setenv("TMPDIR", t.TempDir())
	o, err := parse([]string{"--seed=20261122"}, os.Stdout)
	require.NoError(t, err)
	o.objects, o.members = 40, members
	p := &play{options: o, progress: newProgress(t.Output()), random: rand.New(rand.NewPCG(o.seed, 0))}
	t.Cleanup(func() { require.NoError(t, p.clear()); p.end() })
	require.NoError(t, p.prepare(context.Background()))
	require.NoError(t, p.begin(t.Context()))
	return p
}

var errStop = errors.New("somebody pressed Ctrl-C")

// TestInterruptedItLeavesNothing: no process, no folder, no goroutine.
func TestInterruptedItLeavesNothing(t *testing.T) {
	controlplanetest.Binaries(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	before := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancelCause(t.Context())
	var out bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"--objects=10", "--members=1", "--kills=1000"}, &out) }()
	time.AfterFunc(20*time.Second, func() { stop(errStop) })
	require.ErrorIs(t, <-ended, errStop)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	// Connections are client-go's, which shares them between all clients and closes
	// them when nobody has used them for a while.
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"))
}
