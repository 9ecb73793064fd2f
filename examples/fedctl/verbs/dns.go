package verbs

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/dnscheck"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

func newDNS(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "dns",
		Short: "Look at the names of services, ingresses and gateways",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	command.AddCommand(newDNSCheck(s))
	return command
}

// dnsChecking is one "dns check".
type dnsChecking struct {
	*cli.Session
	output         cli.Output
	allNamespaces  bool
	server         string
	txtPrefixes    []string
	endpointsGroup string
}

const (
	txtPrefix        = "txt-prefix"
	usualTXTPrefix   = "ed-%{record_type}."
	dnsEndpointGroup = "dns-endpoint-group"
)

const dnsCheckLong = `Compare what a DNS server answers with what the ServiceDNSRecords, IngressDNSRecords and
GatewayDNSRecords on the host have published, and tell the likely reason of differences.
Without arguments all of them are checked, in all namespaces unless -n names one.

The exit code is 0 when all is right; 1 when something differs, a record has no names or
the controller has not seen it as it is; and 2 when it could not be checked.`

func newDNSCheck(s *cli.Session) *cobra.Command {
	d := &dnsChecking{Session: s, txtPrefixes: []string{"", usualTXTPrefix}}
	var prefix string
	command := &cobra.Command{
		Use:               "check [KIND] [NAMESPACE/NAME]",
		Short:             "Compare what a DNS server answers with what records say, and tell the likely reason of differences",
		Long:              dnsCheckLong,
		Example:           "  fedctl dns check\n  fedctl dns check servicednsrecord shop/web\n  fedctl dns check ingressdnsrecords -n shop --name-server 192.0.2.53",
		Args:              func(c *cobra.Command, args []string) error { return unchecked(cobra.MaximumNArgs(2)(c, args)) },
		ValidArgsFunction: completeDNSKinds,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed(txtPrefix) {
				d.txtPrefixes = []string{prefix}
			}
			return d.run(c.Context(), args)
		},
	}
	d.output.AddTo(command)
	set := command.Flags()
	set.BoolVarP(&d.allNamespaces, "all-namespaces", "A", false, "the records of all namespaces, whatever -n says")
	set.StringVar(&d.server, "name-server", "", "DNS server to ask, with or without a port; default the nameServer of the record's Domain, else the first in "+dnscheck.ResolvConf)
	set.StringVar(&prefix, txtPrefix, "", "as external-dns was told, so that its records are known from others'; by default it is tried without one, and with "+usualTXTPrefix)
	set.StringVar(&d.endpointsGroup, dnsEndpointGroup, externaldnsv1alpha1.Group, "API group of the DNSEndpoints that are read, as the controller was told")
	cli.Complete(command, dnsEndpointGroup, func(string) []string {
		return []string{externaldnsv1alpha1.Group, multiclusterdnsv1alpha1.Group}
	})
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return unchecked(err) })
	return command
}

// unchecked is an error for which nothing could be checked.
func unchecked(err error) error { return cli.WithCode(cli.NotYet, err) }

func completeDNSKinds(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, k := range dnscheck.Kinds() {
		if len(args) == 0 && len(prefix) <= len(k.Resource.Resource) && k.Resource.Resource[:len(prefix)] == prefix {
			words = append(words, k.Resource.Resource)
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// run reads the records, asks, and shows what came of it.
func (d *dnsChecking) run(ctx context.Context, args []string) error {
	result, err := d.check(ctx, args)
	switch {
	case ctx.Err() != nil:
		return cli.WithCode(cli.Interrupted, errors.New("interrupted before all was asked"))
	case err != nil:
		return unchecked(err)
	}
	if err := d.show(result); err != nil {
		return unchecked(err)
	}
	switch {
	case result.Wrong() > 0:
		return fmt.Errorf("%d of %d DNS records are not as they should be", result.Wrong(), len(result.Records))
	case result.Unknown() > 0:
		return unchecked(fmt.Errorf("of %d record sets nothing is known", result.Unknown()))
	}
	return nil
}

func (d *dnsChecking) check(ctx context.Context, args []string) (dnscheck.Result, error) {
	var none dnscheck.Result
	if err := d.output.Validate(); err != nil {
		return none, err
	}
	endpoints, err := dnscheck.EndpointsOf(d.endpointsGroup)
	if err != nil {
		return none, fmt.Errorf("--%s: %w", dnsEndpointGroup, err)
	}
	namespace := *d.Flags.Generic.Namespace // not that of the context
	if d.allNamespaces {
		namespace = ""
	}
	chosen, err := dnscheck.Choose(args, namespace)
	if err != nil {
		return none, err
	}
	h, err := d.Host()
	if err != nil {
		return none, err
	}
	reader := dnscheck.Reader{Host: h.Dynamic, System: h.Namespace, Endpoints: endpoints, Server: d.server}
	said := dnscheck.Begin(d.progress)
	defer said.End()
	records, err := reader.Read(ctx, chosen)
	if err != nil {
		return none, err
	}
	err = dnscheck.Ask(ctx, records, check.Options{TXTPrefixes: d.txtPrefixes}, said)
	return dnscheck.ResultOf(records), err
}

func (d *dnsChecking) progress(text string) {
	if d.Flags.Progress != cli.None {
		d.Tell("%s", text)
	}
}

// show shows a result: for people a table for each record, with the reasons.
func (d *dnsChecking) show(r dnscheck.Result) error {
	if !d.output.IsForPeople() {
		return d.Print(&d.output, cli.Result{Object: r})
	}
	for i := range r.Records {
		if err := d.showRecord(&r.Records[i]); err != nil {
			return err
		}
	}
	return d.Say("%s", r.Summary())
}

func (d *dnsChecking) showRecord(r *dnscheck.Record) error {
	if err := d.Say("%s", r.Title()); err != nil {
		return err
	}
	if table := r.Table(); table != nil {
		if err := d.Print(&d.output, cli.Result{Table: table}); err != nil {
			return err
		}
	}
	for _, reason := range r.Reasons() {
		if err := d.Say("  %s", reason); err != nil {
			return err
		}
	}
	return d.Say("")
}
