package migrate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// carry waits until a controller of ours holds the lease, carries all types, and has
// taken over what KubeFed wrote in the members. The controller does that by itself, with
// each copy that it looks at. A member that does not answer is not waited for: what is
// there is taken over when it returns.
func (m Migration) carry(ctx context.Context, _ State) (string, error) {
	var s standing
	err := await(ctx, m.Wait, func(ctx context.Context) (string, error) {
		var err error
		s, err = m.standing(ctx)
		return s.lacks, err
	})
	if err != nil {
		return "", err
	}
	result := fmt.Sprintf("%s leads, carries %s, and owns %s", s.leader, count(s.types, "type"), copies(s.copies))
	if len(s.silent) > 0 {
		result += "; these clusters did not answer: " + strings.Join(s.silent, ", ")
	}
	return result, m.mark(ctx, Carry)
}

func copies(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}

// standing is how far a controller of ours is.
type standing struct {
	leader        string
	types, copies int
	silent        []string // members
	lacks         string   // empty is nothing
}

func (m Migration) standing(ctx context.Context) (standing, error) {
	p, err := Working(ctx, m.Host)
	if err != nil {
		return standing{}, err
	}
	if !p.Lease.HeldAt(time.Now()) {
		return standing{lacks: fmt.Sprintf("no controller holds the Lease %s/%s", m.Host.Namespace, ControllerDeployment)}, nil
	}
	s := standing{leader: p.Lease.Holder}
	r := reading{Options: Options{Patience: m.Patience, Now: time.Now()}, host: m.Host}
	if err := r.types(ctx); err != nil {
		return s, err
	}
	if err := r.members(ctx); err != nil {
		return s, err
	}
	s.look(r.inventory)
	return s, nil
}

// look says what is there, and what lacks.
func (s *standing) look(in Inventory) {
	for _, t := range in.Types {
		if t.Spec.Propagation != corev1beta1.Enabled {
			continue
		}
		s.types++
		if t.Status.PropagationController != corev1beta1.Running || t.Status.ObservedGeneration != t.Generation {
			s.lacks = "type " + t.Name + " is not carried"
		}
	}
	for _, m := range in.Members {
		if m.Wrong != nil || m.Silent != nil {
			s.silent = append(s.silent, m.Name)
		}
		for _, c := range m.Answer.Copies {
			if c.Ours {
				s.copies++
			}
		}
	}
	pending := in.Pending()
	for _, name := range slices.Sorted(maps.Keys(pending)) {
		first := pending[name][0]
		s.lacks = fmt.Sprintf("%s in cluster %s are still KubeFed's, such as %s %s", copies(len(pending[name])), name, first.Type, first.Key)
	}
}
