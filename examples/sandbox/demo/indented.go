package main

import (
	"bytes"
	"fmt"
	"io"
)

// indented writes whole lines, each a little to the right.
type indented struct {
	to   io.Writer
	rest []byte // the beginning of a line
}

func (w *indented) Write(data []byte) (int, error) {
	w.rest = append(w.rest, data...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			return len(data), nil
		}
		w.rest = rest
		if len(line) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w.to, "         | %s\n", line); err != nil {
			return len(data), err
		}
	}
}
