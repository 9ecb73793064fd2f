package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/checker"
	"github.com/fedrail/fedrail/propagation"
)

// settle waits until all is right. It is an error when that takes longer than
// our patience.
func (p *play) settle(ctx context.Context, since time.Time) error {
	late := time.Until(since.Add(p.patience))
	ctx, cancel := context.WithTimeout(ctx, late)
	defer cancel()
	var findings []checker.Finding
	for {
		now, err := p.findings(ctx)
		if err == nil {
			findings = now
			p.waiting(findings)
		}
		switch {
		case err == nil && len(now) == 0:
			return nil
		case p.controller.runs() != nil:
			return p.controller.runs()
		case pause(ctx, pollPeriod) == nil:
		case len(findings) == 0:
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		default:
			return fmt.Errorf("%w: %s", ctx.Err(), shown(findings))
		}
	}
}

// waiting says how much is not right yet.
func (p *play) waiting(findings []checker.Finding) {
	if len(findings) > 0 {
		p.detail("%d things are not right yet, such as %s", len(findings), findings[0])
	}
}

// shown are the first of the findings.
func shown(findings []checker.Finding) string {
	const most = 20
	text := []string{fmt.Sprintf("%d things are not right", len(findings))}
	for _, f := range findings[:min(most, len(findings))] {
		text = append(text, f.String())
	}
	return strings.Join(text, "\n  ")
}

// findings are all that is not right now: in the members against what we
// declared, and on the host.
func (p *play) findings(ctx context.Context) ([]checker.Finding, error) {
	declared := p.federation(p.driver.wanted())
	want, findings := declared.Want()
	for _, m := range p.ground.members {
		have, err := m.list(ctx)
		if err != nil {
			return nil, err
		}
		name := federation.ClusterName(m.name)
		findings = append(findings, checker.Compare(checker.Cluster{Name: name, Want: want[name], Have: have, Foreign: m.foreign})...)
	}
	if len(findings) > 0 {
		return findings, nil // the host is not asked yet
	}
	objects, err := p.driver.list(ctx)
	if err != nil {
		return nil, err
	}
	onTheHost := p.federation(objects)
	if len(objects) != len(declared.Objects) {
		findings = append(findings, checker.Finding{Cluster: checker.HostName, Problem: checker.Different,
			Want: fmt.Sprint(len(declared.Objects), " objects"), Have: fmt.Sprint(len(objects), " objects")})
	}
	return append(findings, onTheHost.Told()...), nil
}

func (p *play) federation(objects []unstructured.Unstructured) checker.Federation {
	f := checker.Federation{Type: configMaps(), Objects: objects}
	for _, m := range p.ground.members {
		f.Clusters = append(f.Clusters, m.cluster())
	}
	return f
}

func (m *member) list(ctx context.Context) ([]unstructured.Unstructured, error) {
	copies, err := m.copies()
	if err != nil {
		return nil, err
	}
	all, err := copies.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the copies in %s: %w", m.name, err)
	}
	return all.Items, nil
}

func (d *driver) list(ctx context.Context) ([]unstructured.Unstructured, error) {
	all, err := d.host.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the objects of the host: %w", err)
	}
	return all.Items, nil
}

// honest checks in the middle of a fault that nothing is told to be in a member
// that is not: a write without an answer is not one that was done.
func (p *play) honest(ctx context.Context) error {
	before, err := p.driver.list(ctx)
	if err != nil {
		return err
	}
	have := map[string][]unstructured.Unstructured{}
	for _, m := range p.ground.members {
		if have[m.name], err = m.list(ctx); err != nil {
			return err
		}
	}
	after, err := p.driver.list(ctx)
	if err != nil {
		return err
	}
	want, findings := p.federation(unchanged(before, after)).Want()
	for _, m := range p.ground.members {
		name := federation.ClusterName(m.name)
		claimed := only(want[name], claims(before, m.name))
		findings = append(findings, checker.Compare(checker.Cluster{Name: name, Want: claimed, Have: only(have[m.name], keys(claimed))})...)
	}
	if len(findings) > 0 {
		return fmt.Errorf("it is told of copies that they are as they should be: %s", shown(findings))
	}
	return nil
}

// unchanged are the objects that nobody has changed or deleted meanwhile.
func unchanged(before, after []unstructured.Unstructured) []unstructured.Unstructured {
	generations := map[string]int64{}
	for _, o := range after {
		if o.GetDeletionTimestamp() == nil {
			generations[string(o.GetUID())] = o.GetGeneration()
		}
	}
	var same []unstructured.Unstructured
	for _, o := range before {
		if generations[string(o.GetUID())] == o.GetGeneration() {
			same = append(same, o)
		}
	}
	return same
}

// claims are the objects that say of themselves that a cluster holds them as they
// are now.
func claims(objects []unstructured.Unstructured, cluster string) map[propagation.Key]bool {
	claimed := map[propagation.Key]bool{}
	for i := range objects {
		said, err := federatedkind.StatusOf(&objects[i])
		if err != nil || said.ObservedGeneration != objects[i].GetGeneration() {
			continue
		}
		for _, c := range said.Clusters {
			if c.Name == cluster && c.Status == "" {
				claimed[propagation.KeyOf(&objects[i])] = true
			}
		}
	}
	return claimed
}

func keys(objects []unstructured.Unstructured) map[propagation.Key]bool {
	all := map[propagation.Key]bool{}
	for i := range objects {
		all[propagation.KeyOf(&objects[i])] = true
	}
	return all
}

func only(objects []unstructured.Unstructured, which map[propagation.Key]bool) []unstructured.Unstructured {
	var some []unstructured.Unstructured
	for i := range objects {
		if which[propagation.KeyOf(&objects[i])] {
			some = append(some, objects[i])
		}
	}
	return some
}
