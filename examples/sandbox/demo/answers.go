package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/sandbox/externaldns"
	"github.com/fedrail/fedrail/examples/sandbox/updates"
	"github.com/fedrail/fedrail/internal/nameserver"
)

// answers are the addresses that names lead to, however many names are on the way;
// none is that there is no such name.
type answers map[string][]string

// startDNS starts a DNS server whose zone has a record of somebody else, and the
// program that carries DNSEndpoints there.
func (d *demo) startDNS(ctx context.Context) error {
	var err error
	d.names, err = nameserver.Start(ctx, nameserver.Options{
		Dir: d.place.file("bind9"), Zone: zone, Records: []string{"old 60 IN A 198.51.100.1"},
	})
	if err != nil {
		return err
	}
	d.say("bind9 answers on %s", d.names.Addr())
	path, err := externaldns.Build(ctx, &indented{to: d.out})
	if err != nil {
		return err
	}
	key := d.names.Key()
	d.publisher, err = externaldns.Start(ctx, externaldns.Options{
		Path: path, Kubeconfig: d.place.kubeconfig(), Server: d.names.Addr(), Zone: zone,
		Key: key.Name, Secret: key.Secret, Owner: "demo", Dir: d.place.file("external-dns"),
	})
	if err != nil {
		return err
	}
	d.say("external-dns %s runs, its log is in %s", externaldns.Version, d.place.file("external-dns"))
	return nil
}

// answer is the claim that DNS answers so, asked name by name.
func (d *demo) answer(want answers) func(context.Context) error {
	return func(ctx context.Context) error {
		began := time.Now()
		err := d.await(ctx, "answers", func(ctx context.Context) (problems []string) {
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if seen := d.lookUp(ctx, name); !slices.Equal(seen.addresses, want[name]) {
					problems = append(problems, fmt.Sprintf("%s: expected %v, DNS answers %v %s", name, want[name], seen.addresses, seen.trouble))
				}
			}
			return problems
		})
		if err != nil {
			return err
		}
		d.dig(ctx, want)
		d.proved("DNS answers so, after %.1fs", time.Since(began).Seconds())
		return nil
	}
}

// seen is what DNS answers for one name.
type seen struct {
	addresses []string // in order
	path      []string // what leads there
	trouble   string
}

// lookUp asks the server for a name, and follows where it leads.
func (d *demo) lookUp(ctx context.Context, name string) seen {
	var s seen
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	answer, err := check.Server(d.names.Addr()).Ask(ctx, check.Question{Name: name, Type: dns.A})
	if err != nil {
		return seen{trouble: err.Error()}
	}
	for _, r := range answer.Records {
		if r.Type == dns.CNAME {
			s.path = append(s.path, r.Value)
		} else {
			s.addresses = append(s.addresses, r.Value)
		}
	}
	slices.Sort(s.addresses)
	if s.addresses == nil {
		s.trouble = answer.Code
	}
	return s
}

// dig prints what DNS answers.
func (d *demo) dig(ctx context.Context, of answers) {
	w := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "\n  NAME\tLEADS TO\tADDRESSES\n")
	for _, name := range slices.Sorted(maps.Keys(of)) {
		s := d.lookUp(ctx, name)
		fmt.Fprintf(w, "  %s\t%s\t%s\n", name, strings.Join(s.path, " "), strings.Join(append(s.addresses, s.trouble), " "))
	}
	_ = w.Flush() // to where all else goes
	fmt.Fprintln(d.out)
}

// claimNamesGone looks at the whole zone: nothing of ours is left in it, and
// nothing else is gone.
func (d *demo) claimNamesGone(ctx context.Context) error {
	if err := d.answer(withoutAny())(ctx); err != nil {
		return err
	}
	err := d.await(ctx, "the zone to be as it was", func(ctx context.Context) (problems []string) {
		key := d.names.Key()
		records, err := updates.Zone{Server: d.names.Addr(), Name: zone, KeyName: key.Name, Secret: key.Secret}.Read(ctx)
		if err != nil {
			return []string{err.Error()}
		}
		for _, r := range records {
			if !slices.Contains([]string{zone, "ns1." + zone, "old." + zone}, r.Name) {
				problems = append(problems, fmt.Sprintf("left: %s %s", r.Name, r.Type))
			}
		}
		return problems
	})
	if err == nil {
		d.proved("the zone has the records that it had before, and no other")
	}
	return err
}

// stopDNS ends what startDNS started.
func (d *demo) stopDNS() {
	if d.publisher != nil {
		d.publisher.Stop()
	}
	d.names.Stop()
}
