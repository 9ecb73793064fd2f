package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/rest"
)

// AskEach is [Ask] where what is asked differs from member to member.
func AskEach[T any](ctx context.Context, h *Host, members []Member, patience time.Duration, ask func(context.Context, Member, *rest.Config) (T, error)) []Answer[T] {
	var answers []Answer[T]
	for some := range slices.Chunk(members, atATime) {
		part := make([]Answer[T], len(some))
		var asking sync.WaitGroup
		for i, m := range some {
			asking.Go(func() {
				part[i] = Ask(ctx, h, []Member{m}, patience, func(ctx context.Context, config *rest.Config) (T, error) { return ask(ctx, m, config) })[0]
			})
		}
		asking.Wait()
		answers = append(answers, part...)
	}
	return answers
}
