// Package expression judges objects by expressions that people write: CEL, the
// language of Kubernetes' own validation and admission rules. It is pure as
// [status] is: an expression sees the object and nothing else, and there is no
// function that tells the time, or reaches anything.
//
// It is a package of its own, so that those who do not use it do not compile CEL.
package expression

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/status"
)

// MaxCost is the most that the evaluation of one expression may cost, in CEL's
// units: about one for each step. To look through a hundred conditions costs 700;
// what costs more than MaxCost is stopped after some 20 ms.
const MaxCost = 100_000

// Health says in expressions how objects of one kind fare. In each of them
// `object` is the object as the API server tells it. A field that is not there is
// an error to read: ask with has(object.status), or read it as
// object.?status.?phase.orValue("").
//
// An object is Degraded, or else Suspended, or else Healthy by the first of these
// that is true, and otherwise Progressing. What cannot be evaluated for an object
// makes it Unknown.
type Health struct {
	// Healthy gives a bool. It is required.
	Healthy string `json:"healthy"`
	// Degraded gives a bool; empty is false.
	Degraded string `json:"degraded,omitempty"`
	// Suspended gives a bool; empty is false.
	Suspended string `json:"suspended,omitempty"`
	// Message gives a string, which says what an object lacks that is not Healthy;
	// empty is no message.
	Message string `json:"message,omitempty"`
}

// Compile makes a rule for a table such as [status.NewKinds] takes. It counts what
// the kind counts without it; set Counts to have others. Errors are all there are,
// each an [*Error].
func Compile(h Health) (status.Rule, error) {
	c, err := newCompiler()
	if err != nil {
		return status.Rule{}, err
	}
	rule := rule{
		degraded:  c.compile("degraded", h.Degraded, cel.BoolType),
		suspended: c.compile("suspended", h.Suspended, cel.BoolType),
		healthy:   c.compile("healthy", h.Healthy, cel.BoolType),
		message:   c.compile("message", h.Message, cel.StringType),
	}
	if h.Healthy == "" {
		c.fail(Error{Field: "healthy", Message: `required: an expression that is true when the object works, such as object.?status.?phase.orValue("") == "Active"`})
	}
	if err := errors.Join(c.errors...); err != nil {
		return status.Rule{}, err
	}
	return status.Rule{Health: rule.judge}, nil
}

// Error says what is wrong with an expression.
type Error struct {
	Field string // of [Health], as in JSON
	// Line and Column are where, from 1; 0 when it concerns the expression as a
	// whole.
	Line, Column int
	Message      string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Field, e.Message)
	}
	return fmt.Sprintf("%s: line %d, column %d: %s", e.Field, e.Line, e.Column, e.Message)
}

// rule is a Health that was compiled. Its programs are safe for concurrent use.
type rule struct{ degraded, suspended, healthy, message program }

func (r rule) judge(object *unstructured.Unstructured) (status.Health, string) {
	health, err := r.health(object.Object)
	if err != nil {
		return status.Unknown, err.Error()
	}
	if health == status.Healthy {
		return health, ""
	}
	message, err := r.message.text(object.Object)
	if err != nil {
		return status.Unknown, err.Error()
	}
	return health, message
}

// health is that of the first expression that is true.
func (r rule) health(object map[string]any) (status.Health, error) {
	for _, answer := range []struct {
		program program
		health  status.Health
	}{{r.degraded, status.Degraded}, {r.suspended, status.Suspended}, {r.healthy, status.Healthy}} {
		if is, err := answer.program.is(object); err != nil || is {
			return answer.health, err
		}
	}
	return status.Progressing, nil
}
