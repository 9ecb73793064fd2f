package expression

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
)

// program is one expression that was compiled; the zero program is none.
type program struct {
	field string
	cel   cel.Program
}

// is tells whether the expression is true; none is false.
func (p program) is(object map[string]any) (bool, error) {
	value, err := p.evaluate(object)
	if err != nil || value == nil {
		return false, err
	}
	is, ok := value.Value().(bool)
	if !ok {
		return false, p.gives(value, "a bool")
	}
	return is, nil
}

// text is what the expression says; none says nothing.
func (p program) text(object map[string]any) (string, error) {
	value, err := p.evaluate(object)
	if err != nil || value == nil {
		return "", err
	}
	text, ok := value.Value().(string)
	if !ok {
		return "", p.gives(value, "a string")
	}
	return text, nil
}

func (p program) evaluate(object map[string]any) (ref.Val, error) {
	if p.cel == nil {
		return nil, nil
	}
	value, _, err := p.cel.Eval(map[string]any{variable: object})
	if err != nil {
		return nil, &Error{Field: p.field, Message: err.Error()}
	}
	return value, nil
}

func (p program) gives(value ref.Val, want string) error {
	return &Error{Field: p.field, Message: fmt.Sprintf("want %s, and it gives %s", want, value.Type().TypeName())}
}
