// Command coredns is CoreDNS with the few plugins that answer for services: the
// kubernetes plugin, with its multicluster zones, and what every server block of the
// sandbox needs. The full program has fifty plugins and takes far longer to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	// A query passes through the plugins in this order.
	dnsserver.Directives = []string{"bind", "ready", "errors", "log", "kubernetes"}
	coremain.Run()
}
