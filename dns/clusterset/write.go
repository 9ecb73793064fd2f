package clusterset

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// write writes what is not written yet about a service in one member.
func (s *scribe) write(ctx context.Context, name federation.ClusterName, service propagation.Key) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	said := s.of(service)
	p, there := s.world.page(name, service)
	if !there {
		return nil // it is said again when it is back
	}
	return errors.Join(s.writeExport(ctx, p, said.exports[name]), s.writeImport(ctx, p, said.imports, name))
}

func (s *scribe) writeExport(ctx context.Context, p page, said []status.Condition) error {
	if p.export == nil || len(said) == 0 {
		return nil
	}
	written, news := statusOf(p.export, said, time.Now())
	if !news {
		return nil
	}
	var answer v1beta1.ServiceExport
	answered, err := p.reach.writeStatus(ctx, exportType(), p.export, written, &answer)
	if answered && err == nil {
		s.world.takeExport(p.member, &answer)
	}
	return err
}

func (s *scribe) writeImport(ctx context.Context, p page, said map[federation.ClusterName]importWord, name federation.ClusterName) error {
	word, spoken := said[name]
	if p.held == nil || !spoken {
		return nil
	}
	written, news := importStatusOf(p.held, word, time.Now())
	if !news {
		return nil
	}
	var answer v1beta1.ServiceImport
	answered, err := p.reach.writeStatus(ctx, Imports(), p.held, written, &answer)
	if answered && err == nil {
		s.world.takeImport(p.member, &answer)
	}
	return err
}

// page is what there is to be written on of a service in a member.
type page struct {
	member *member
	reach  *reach
	export *v1beta1.ServiceExport
	held   *v1beta1.ServiceImport
}

// page is false when nothing can be written in the member now.
func (w *world) page(name federation.ClusterName, service propagation.Key) (page, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.members[name]
	if m == nil || m.reach == nil || !m.Ready {
		return page{}, false
	}
	return page{m, m.reach, one(m.exports, service), one(m.imports, service)}, true
}

func (w *world) takeExport(m *member, e *v1beta1.ServiceExport) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m.exports.take(e)
}

func (w *world) takeImport(m *member, i *v1beta1.ServiceImport) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m.imports.take(i)
}
