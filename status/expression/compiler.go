package expression

import (
	"fmt"

	"github.com/google/cel-go/cel"
)

// variable is the object in expressions.
const variable = "object"

// compiler compiles the expressions of a Health, and keeps what is wrong with
// them.
type compiler struct {
	env    *cel.Env
	errors []error
}

func newCompiler() (*compiler, error) {
	env, err := cel.NewEnv(cel.Variable(variable, cel.DynType), cel.OptionalTypes())
	if err != nil {
		return nil, fmt.Errorf("prepare CEL: %w", err)
	}
	return &compiler{env: env}, nil
}

func (c *compiler) fail(e Error) { c.errors = append(c.errors, &e) }

// compile makes a program of an expression that gives the type, or may: what is
// read from the object may be anything. None of nothing.
func (c *compiler) compile(field, expression string, want *cel.Type) program {
	if expression == "" {
		return program{}
	}
	ast, issues := c.env.Compile(expression)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			c.fail(Error{Field: field, Line: e.Location.Line(), Column: e.Location.Column() + 1, Message: e.Message})
		}
		return program{}
	}
	if gives := ast.OutputType(); !gives.IsExactType(want) && !gives.IsExactType(cel.DynType) {
		c.fail(Error{Field: field, Message: fmt.Sprintf("it gives %s: make it give %s", gives, want)})
		return program{}
	}
	made, err := c.env.Program(ast, cel.CostLimit(MaxCost))
	if err != nil {
		c.fail(Error{Field: field, Message: err.Error()})
	}
	return program{field: field, cel: made}
}
