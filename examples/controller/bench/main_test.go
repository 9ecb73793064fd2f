package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHelpIsNoError(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"--help"}, streams{&out, &out}))
	require.Contains(t, out.String(), "--only")
}

func TestFlagsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no objects":      {[]string{"--objects=0"}, "--objects: got 0, want at least 1"},
		"no such part":    {[]string{"--only=speed"}, `--only: there is no part "speed"; there are plan, growth, dns, copy, create, change, blackhole, restart`},
		"no members":      {[]string{"--members=4,0"}, "--members: got 0, want at least 1"},
		"too short":       {[]string{"--change-time=1ms"}, "--change-time: got 1ms, want at least 1s"},
		"too many":        {[]string{"--service-clusters=251"}, "--service-clusters: got 251, want 2 to 250"},
		"an argument":     {[]string{"create"}, `unexpected argument "create": bench takes flags alone`},
		"no such flag":    {[]string{"--speed"}, "unknown flag: --speed"},
		"several at once": {[]string{"--rounds=0", "--managed=0"}, "--rounds: got 0, want at least 1\n--managed: got 0, want at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.args, &bytes.Buffer{})
			require.EqualError(t, err, c.want)
		})
	}
}

func TestOnlyChoosesParts(t *testing.T) {
	o, err := parse([]string{"--only=copy,growth"}, &bytes.Buffer{})
	require.NoError(t, err)
	wanted := map[string]bool{}
	for _, p := range parts() {
		wanted[p.name] = o.wants(p)
	}
	require.Equal(t, map[string]bool{"plan": false, "growth": true, "dns": false, "copy": true, "create": false, "change": false, "blackhole": false, "restart": false}, wanted)
}

func TestManyMembersRaceWithFewerObjects(t *testing.T) {
	o := options{objects: 2000, copies: 4000}
	require.Equal(t, []int{2000, 1000, 250, 1}, []int{o.raceObjects(1), o.raceObjects(4), o.raceObjects(16), o.raceObjects(5000)})
}
