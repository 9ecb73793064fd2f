package controlplane

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

// Etcd is a store that many servers share, each below a prefix of its own. It
// listens on the loopback interface, without authentication.
type Etcd struct {
	*Process
	bins    Binaries
	dir     string
	url     string
	servers atomic.Int64 // how many prefixes were given out
}

// StartEtcd starts a store that keeps its data and log in dir, which is created
// when it is not there. It syncs nothing to disk: the data survives the process,
// not the machine.
func StartEtcd(ctx context.Context, bins Binaries, dir string) (*Etcd, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	etcd := &Etcd{bins: bins, dir: dir}
	err = startOnFreePort(ctx, func(port int) (*Process, error) {
		etcd.url = fmt.Sprintf("http://127.0.0.1:%d", port)
		etcd.Process = newProcess(program{name: "etcd", path: bins.Etcd, dir: dir})
		etcd.args = etcd.flags()
		etcd.ready = etcd.healthy
		return etcd.Process, nil
	})
	if err != nil {
		return nil, err
	}
	return etcd, nil
}

// URL is where clients of the store connect.
func (e *Etcd) URL() string { return e.url }

func (e *Etcd) flags() []string {
	return []string{
		"--name=default",
		"--data-dir=" + filepath.Join(e.dir, "data"),
		"--listen-client-urls=" + e.url,
		"--advertise-client-urls=" + e.url,
		"--listen-peer-urls=http://127.0.0.1:0",
		"--unsafe-no-fsync",
		"--log-level=warn",
		"--quota-backend-bytes=4294967296",
	}
}

func (e *Etcd) healthy(ctx context.Context) error {
	return probe(ctx, oneShot(nil), e.url+"/health")
}

// prefix is one that no other server of the store has.
func (e *Etcd) prefix(server string) string {
	return fmt.Sprintf("/%s-%d", server, e.servers.Add(1))
}
