package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHelpIsNoError(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"--help"}, streams{&out, &out}))
	require.Contains(t, out.String(), "--skip-blackhole")
}

func TestFlagsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no objects":                       {[]string{"--objects=0"}, "--objects: got 0, want at least 1"},
		"a black hole needs other members": {[]string{"--members=1"}, "--members: a black hole needs a second member; set at least 2, or --skip-blackhole"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.args, &bytes.Buffer{})
			require.EqualError(t, err, c.want)
		})
	}
	_, err := parse([]string{"--members=1", "--skip-blackhole"}, &bytes.Buffer{})
	require.NoError(t, err)
}
