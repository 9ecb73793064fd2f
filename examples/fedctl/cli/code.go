package cli

import (
	"context"
	"errors"
)

// Code is what the program ends with. Scripts may rely on these.
type Code int

// The codes.
const (
	Done        Code = 0   // all that was asked for is so
	Failed      Code = 1   // it is not, and an error says why; for diff: there are differences
	NotYet      Code = 2   // it was begun, and is not there in the time that was given; for diff: it failed
	Partial     Code = 3   // some clusters gave no answer; what the others said is complete
	Interrupted Code = 130 // somebody pressed Ctrl-C
)

// WithCode is an error that ends the program with a code of its own. A nil error
// stays nil.
func WithCode(code Code, err error) error {
	if err == nil {
		return nil
	}
	return coded{err, code}
}

// Silently ends the program with a code, and prints nothing more.
func Silently(code Code) error { return coded{nil, code} }

type coded struct {
	error
	code Code
}

func (c coded) Unwrap() error { return c.error }

// CodeOf is what the program ends with because of an error, and what it says last;
// empty is nothing.
func CodeOf(err error) (Code, string) {
	if err == nil {
		return Done, ""
	}
	code, message := Failed, ""
	c, isCoded := errors.AsType[coded](err)
	if isCoded {
		code = c.code
	}
	if !isCoded || c.error != nil {
		message = err.Error()
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted, "interrupted"
	}
	return code, message
}
