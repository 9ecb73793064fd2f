package coredns

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// writeCorefile is the path of the configuration for a server that answers at one port
// and says at the other, ready, that it does.
func (o Options) writeCorefile(port, ready int) (string, error) {
	path, err := filepath.Abs(filepath.Join(o.Dir, "Corefile"))
	if err != nil {
		return "", err
	}
	kubeconfig, err := filepath.Abs(o.Kubeconfig)
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(o.corefile(port, ready, kubeconfig)), 0o600)
}

func (o Options) corefile(port, ready int, kubeconfig string) string {
	zone := cmp.Or(o.Zone, DefaultZone)
	return fmt.Sprintf(`.:%d {
	bind 127.0.0.1
	errors
	log
	ready 127.0.0.1:%d
	kubernetes %s %s {
		kubeconfig %s %s
		multicluster %s
	}
}
`, port, ready, clusterZone, zone, strconv.Quote(kubeconfig), o.Context, zone)
}
