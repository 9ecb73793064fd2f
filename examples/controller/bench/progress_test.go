package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressIsRepeatedInSilence(t *testing.T) {
	var out bytes.Buffer
	long := time.Now().Add(-time.Minute)
	p := &progress{out: &out, began: time.Now()}
	p.say("beginning %d", 1)
	p.remind() // it was said just now
	p.said = long
	p.remind()
	p.during("counting", func() string { return "3 done" })
	p.remind() // something was said just now
	p.said = long
	p.remind()
	require.Equal(t, "[   0.0s] beginning 1\n[   0.0s] … beginning 1\n[   0.0s] … counting: 3 done\n", out.String())
}
