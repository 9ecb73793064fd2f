package migrate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fedrail/fedrail/federation/setup"
)

// define makes the definitions those of this program, and ours alone where installers of
// KubeFed's wrote them. The controller's account is made, too. A type that the host cannot
// tell keeps the definition that it has.
func (m Migration) define(ctx context.Context, _ State) (string, error) {
	done := map[setup.Done]int{}
	on := m.Host.Setup()
	on.Told = func(c setup.Change) {
		if c.Object.GetKind() == definitions().Kind {
			done[c.Done]++
		}
	}
	types, err := m.Host.Types(ctx)
	if err != nil {
		return "", err
	}
	all, wrong := enablings(ctx, on, types)
	if err := errors.Join(on.Install(ctx), on.Redefine(ctx, all...), on.TakeOver(ctx, all...), ctx.Err()); err != nil {
		return "", err
	}
	result := fmt.Sprintf("%d definitions are new, %d changed, %d are as they were", done[setup.Created], done[setup.Changed], done[setup.Unchanged])
	if len(wrong) > 0 {
		result += "; those of these types are left: " + strings.Join(slices.Sorted(maps.Keys(wrong)), ", ")
	}
	return result, m.mark(ctx, Define)
}
