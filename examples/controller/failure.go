package main

import "errors"

// failure is an error that ends the program with a code of its own.
type failure struct {
	error
	code int
}

func (f failure) Unwrap() error { return f.error }

// unchecked is an error for which nothing could be checked.
func unchecked(err error) error { return failure{err, 2} }

// exitCode is what the program ends with because of an error.
func exitCode(err error) int {
	var f failure
	if errors.As(err, &f) {
		return f.code
	}
	return 1
}
