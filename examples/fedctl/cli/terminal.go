package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal is what a stream leads to. The zero Terminal is a file, or a pipe.
type Terminal struct {
	Width int // in columns; 0 is no limit, and no terminal
	Color bool
}

// TerminalOf looks at a stream, and at what the environment says of colours:
// NO_COLOR that is not empty, and TERM=dumb, mean none.
func TerminalOf(w io.Writer, env func(string) string) Terminal {
	file, isFile := w.(*os.File)
	if !isFile {
		return Terminal{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return Terminal{}
	}
	return Terminal{Width: width, Color: env("NO_COLOR") == "" && env("TERM") != "dumb"}
}
