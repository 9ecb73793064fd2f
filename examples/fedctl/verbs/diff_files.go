package verbs

import (
	"context"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/prospect"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
)

// prospect reads the files, and what the host says of the federation.
func (f *files) prospect(ctx context.Context, s *cli.Session, h *host.Host) (*prospect.Prospect, error) {
	scene, err := f.scene(s)
	if err != nil {
		return nil, err
	}
	p := &prospect.Prospect{Host: h, Scene: scene}
	if p.Namespace, err = s.Flags.Namespace(); err != nil {
		return nil, err
	}
	p.Federation, err = readFederation(ctx, s, h)
	return p, err
}

// readFederation reads what the host says of the federation. What cannot be read and is
// not needed is told.
func readFederation(ctx context.Context, s *cli.Session, h *host.Host) (host.Federation, error) {
	f, note, err := h.Federation(ctx)
	if note != nil {
		s.Warn("%s", note)
	}
	return f, err
}

// subjectsOf are the objects of a prospect. That there are none is told.
func subjectsOf(ctx context.Context, s *cli.Session, p *prospect.Prospect) ([]subject.Subject, error) {
	all, err := p.Subjects(ctx)
	if err == nil && len(all) == 0 {
		s.Tell("there is no federated object in the files")
	}
	return all, err
}
