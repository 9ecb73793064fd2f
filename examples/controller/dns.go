package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/dns/check"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

func newDNS(f *flags) *cobra.Command {
	command := &cobra.Command{Use: "dns", Short: "Look at the names of services, ingresses and gateways"}
	command.AddCommand(newDNSCheck(f))
	return command
}

// dnsFlags are those of dns check.
type dnsFlags struct{ server, namespace, output, txtPrefix string }

func newDNSCheck(f *flags) *cobra.Command {
	var d dnsFlags
	command := &cobra.Command{
		Use:   "check [KIND] [NAMESPACE/NAME]",
		Short: "Compare what a DNS server answers with what records say, and tell the likely reason of differences",
		Long: "Compare what a DNS server answers with what the ServiceDNSRecords, IngressDNSRecords and GatewayDNSRecords on the\n" +
			"host have published, and tell the likely reason of differences. Without arguments all of them are checked.\n" +
			"It ends with 0 when all is right, 1 when something differs, a record has no names or the controller has not seen it\n" +
			"as it is, and 2 when it could not be checked.",
		Example: "  controller dns check\n  controller dns check servicednsrecord shop/web\n  controller dns check ingressdnsrecords -n shop --server 192.0.2.53",
		Args: func(c *cobra.Command, args []string) error {
			if err := cobra.MaximumNArgs(2)(c, args); err != nil {
				return unchecked(err)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return d.check(c, f, args) },
	}
	set := command.Flags()
	set.StringVarP(&d.namespace, "namespace", "n", "", "namespace of the records; default all")
	set.StringVar(&d.server, "server", "", "DNS server to ask, with or without a port; default the nameServer of the record's Domain, else the first in "+resolvConf)
	set.StringVarP(&d.output, "output", "o", "", "json, or empty for people")
	set.StringVar(&d.txtPrefix, txtPrefix, "", "as external-dns was told, so that its records are known from others'; by default it is tried without one, and with "+usualTXTPrefix)
	set.StringVar(&f.dnsEndpointGroup, "dns-endpoint-group", externaldnsv1alpha1.Group, "API group of the DNSEndpoints that are read, as the controller was told")
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return unchecked(err) })
	return command
}

// check reads the records, asks, and prints what came of it.
func (d dnsFlags) check(c *cobra.Command, f *flags, args []string) error {
	if d.output != "" && d.output != "json" {
		return unchecked(fmt.Errorf("--output: got %q, want json, or nothing", d.output))
	}
	chosen, err := chooseDNS(args, d.namespace)
	if err != nil {
		return unchecked(err)
	}
	reader, err := f.dnsReader(d.server)
	if err != nil {
		return unchecked(err)
	}
	said := beginProgress(c.ErrOrStderr())
	records, err := reader.read(c.Context(), chosen)
	if err == nil {
		err = askAll(c.Context(), records, check.Options{TXTPrefixes: d.txtPrefixes(c)}, said)
	}
	said.end()
	switch {
	case c.Context().Err() != nil:
		return unchecked(errors.New("interrupted before all was asked"))
	case err != nil:
		return unchecked(err)
	}
	result := dnsResultOf(records)
	if err := result.print(c.OutOrStdout(), d.output); err != nil {
		return unchecked(err)
	}
	return result.err()
}

const (
	txtPrefix      = "txt-prefix"
	usualTXTPrefix = "ed-%{record_type}."
)

// txtPrefixes are what external-dns may have been told.
func (d dnsFlags) txtPrefixes(c *cobra.Command) []string {
	if c.Flags().Changed(txtPrefix) {
		return []string{d.txtPrefix}
	}
	return []string{"", usualTXTPrefix}
}

// dnsKind is a kind of records.
type dnsKind struct {
	name     string
	resource schema.GroupVersionResource
	prefix   string // of the names of its DNSEndpoints
}

func dnsKinds() []dnsKind {
	return []dnsKind{
		{"ServiceDNSRecord", multiclusterdnsv1alpha1.ServiceDNSRecords(), "service-"},
		{"IngressDNSRecord", multiclusterdnsv1alpha1.IngressDNSRecords(), "ingress-"},
		{"GatewayDNSRecord", multiclusterdnsv1alpha1.GatewayDNSRecords(), "gateway-"},
	}
}

// dnsChoice is which records are checked.
type dnsChoice struct {
	kinds           []dnsKind
	namespace, name string // empty is all
}

// chooseDNS reads the arguments: a kind, a name, both or none.
func chooseDNS(args []string, namespace string) (dnsChoice, error) {
	chosen := dnsChoice{kinds: dnsKinds(), namespace: namespace}
	if len(args) == 2 || len(args) == 1 && !strings.Contains(args[0], "/") {
		kind, err := dnsKindOf(args[0])
		if err != nil {
			return chosen, err
		}
		chosen.kinds, args = []dnsKind{kind}, args[1:]
	}
	if len(args) == 0 {
		return chosen, nil
	}
	return chosen, chosen.only(args[0])
}

// only chooses the records of a name.
func (d *dnsChoice) only(written string) error {
	namespace, name, both := strings.Cut(written, "/")
	if !both {
		namespace, name = d.namespace, written
	}
	switch {
	case namespace == "" || name == "" || strings.Contains(name, "/"):
		return fmt.Errorf("%q: write NAMESPACE/NAME, or NAME and -n NAMESPACE", written)
	case d.namespace != "" && d.namespace != namespace:
		return fmt.Errorf("%q and -n %s: these are two namespaces", written, d.namespace)
	}
	d.namespace, d.name = namespace, name
	return nil
}

func dnsKindOf(written string) (dnsKind, error) {
	var names []string
	for _, k := range dnsKinds() {
		if strings.EqualFold(written, k.name) || strings.EqualFold(written, k.resource.Resource) {
			return k, nil
		}
		names = append(names, strings.ToLower(k.name))
	}
	return dnsKind{}, fmt.Errorf("there is no kind %q of DNS records: take one of %s", written, strings.Join(names, ", "))
}
