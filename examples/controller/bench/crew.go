package main

import (
	"context"
	"sync"
)

// job is what one worker does until it is done or ctx ends.
type job func(ctx context.Context) error

// together does all jobs at a time, and returns when all have ended, with the
// first error. That ends the other jobs.
func together(ctx context.Context, jobs ...job) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for _, do := range jobs {
		all.Go(func() {
			if err := do(ctx); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// times is n workers with the same job.
func times(n int, do job) []job {
	jobs := make([]job, n)
	for i := range jobs {
		jobs[i] = do
	}
	return jobs
}

// stage is what so many elements come to one after the other. Nobody waits to put
// an element there.
type stage[T any] struct {
	elements chan T
	mu       sync.Mutex
	expected int
}

func newStage[T any](expected int) *stage[T] {
	return &stage[T]{elements: make(chan T, expected), expected: expected}
}

// put adds an element. After the last that was expected, workers go home.
func (s *stage[T]) put(element T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.elements <- element
	if s.expected--; s.expected == 0 {
		close(s.elements)
	}
}

// each is the job to do something with one element after the other.
func (s *stage[T]) each(do func(context.Context, T) error) job {
	return func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case element, open := <-s.elements:
				if !open {
					return nil
				}
				if err := do(ctx, element); err != nil {
					return err
				}
			}
		}
	}
}
