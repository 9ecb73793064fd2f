package kubeconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/go-logr/logr"

	"github.com/fedrail/fedrail/federation"
)

// Start keeps the registry up to date until ctx ends, and returns when all that
// it started has ended. The last snapshot stays. It returns an error at once
// when the file cannot be read the first time; later on it keeps the members it
// knows until the file can be read again. It can be called once.
func (r *Registry) Start(ctx context.Context) error {
	if r.started.Swap(true) {
		return errors.New("kubeconfig registry: it was started before")
	}
	ctx = logr.NewContext(ctx, r.options.Logger)
	content, err := r.read(ctx)
	if err != nil {
		return r.firstRead(ctx, err)
	}
	first, err := parse(r.options.Path, content)
	if err != nil {
		return r.firstRead(ctx, err)
	}
	var running sync.WaitGroup
	r.take(ctx, &running, first)
	if r.options.Path != "" {
		r.follow(ctx, &running, content)
	}
	<-ctx.Done()
	running.Wait()
	return nil
}

func (r *Registry) firstRead(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("kubeconfig registry: %w", err)
}

func (r *Registry) read(ctx context.Context) ([]byte, error) {
	if r.options.Path == "" {
		return r.options.Bytes, nil
	}
	return settled(ctx, r.options.Path)
}

// follow takes in the file whenever it has changed, until ctx ends.
func (r *Registry) follow(ctx context.Context, running *sync.WaitGroup, known []byte) {
	said := ""
	for pause(ctx, r.options.Poll) == nil {
		content, err := os.ReadFile(r.options.Path)
		if err == nil && bytes.Equal(content, known) {
			said = ""
			continue
		}
		if err = r.takeChanged(ctx, running, &known); err != nil && err.Error() != said && ctx.Err() == nil {
			said = err.Error() // once for each thing that is wrong
			logr.FromContextOrDiscard(ctx).Error(err, "file cannot be read, members stay as they are")
		}
	}
}

func (r *Registry) takeChanged(ctx context.Context, running *sync.WaitGroup, known *[]byte) error {
	content, err := settled(ctx, r.options.Path)
	if err != nil {
		return err
	}
	now, err := parse(r.options.Path, content)
	if err != nil {
		return err
	}
	r.take(ctx, running, now)
	*known = content
	return nil
}

// take brings the members in line with the file.
func (r *Registry) take(ctx context.Context, running *sync.WaitGroup, f *file) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there := map[federation.ClusterName]bool{}
	for _, context := range f.names(r.options.Contexts) {
		name := federation.ClusterName(context)
		there[name] = true
		if r.members[name] == nil {
			r.members[name] = r.newMember(context)
		}
		r.updateLocked(ctx, running, r.members[name], f)
	}
	for name, m := range r.members {
		if !there[name] {
			m.disconnect()
			delete(r.members, name)
			r.known.Remove(name)
		}
	}
	r.known.Complete()
}
