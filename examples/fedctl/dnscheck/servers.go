package dnscheck

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// ResolvConf says which DNS servers this machine asks.
const ResolvConf = "/etc/resolv.conf"

// nameServers are the DNS servers that may be asked.
type nameServers struct {
	always  string            // that is asked in any case; empty is none
	domains map[string]string // of each Domain, by its name; empty is none
}

func (r Reader) nameServers(ctx context.Context) (nameServers, error) {
	servers := nameServers{r.Server, map[string]string{}}
	if r.Server != "" {
		return servers, nil
	}
	domains, err := list[multiclusterdnsv1alpha1.Domain](ctx, r.Host.Resource(multiclusterdnsv1alpha1.Domains()).Namespace(r.System), metav1.ListOptions{})
	if err != nil {
		return servers, fmt.Errorf("list domains: %w", err)
	}
	for _, d := range domains {
		servers.domains[d.Name] = d.NameServer
	}
	return servers, nil
}

// of is the server for a record of a Domain, and where that is from.
func (n nameServers) of(domain string) (server, from string, err error) {
	if n.always != "" {
		return n.always, "--name-server", nil
	}
	if server := n.domains[domain]; server != "" {
		return server, "nameServer of Domain " + domain, nil
	}
	server, err = OwnNameServer(ResolvConf)
	return server, ResolvConf, err
}

// OwnNameServer is the first one of a file like [ResolvConf].
func OwnNameServer(file string) (string, error) {
	content, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("no DNS server to ask: set --name-server, or nameServer of the Domain: %w", err)
	}
	defer content.Close()
	lines := bufio.NewScanner(content)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "nameserver" {
			return words[1], nil
		}
	}
	return "", fmt.Errorf("no DNS server to ask: set --name-server, or nameServer of the Domain: %s names none", file)
}
