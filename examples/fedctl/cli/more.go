package cli

import "io"

// More shows a result below others that were shown: a table has no header.
func (o *Output) More(w io.Writer, r Result) error {
	more := *o
	more.noHeaders = true
	return more.Print(w, r)
}
