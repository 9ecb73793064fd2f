package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// sandbox is all that runs.
type sandbox struct {
	store store
	out   io.Writer

	etcd     *controlplane.Etcd
	clusters []*controlplane.Cluster // in the order of up; an entry is nil when it did not start
}

// start returns when every cluster is ready, and its kubeconfig and record are
// written. After an error, stop tidies up.
func (s *sandbox) start(ctx context.Context, clusters []cluster) error {
	began := time.Now()
	bins, err := controlplane.Find()
	if err != nil {
		return err
	}
	if s.etcd, err = controlplane.StartEtcd(ctx, bins, s.store.data()); err != nil {
		return err
	}
	s.clusters = make([]*controlplane.Cluster, len(clusters))
	failures := make([]error, len(clusters))
	var all sync.WaitGroup
	for i, c := range clusters {
		all.Go(func() {
			s.clusters[i], failures[i] = s.startCluster(ctx, c)
			if failures[i] == nil {
				fmt.Fprintf(s.out, "%5.1fs  %s is ready\n", time.Since(began).Seconds(), c.name)
			}
		})
	}
	fmt.Fprintf(s.out, "%5.1fs  etcd is ready, starting %d clusters\n", time.Since(began).Seconds(), len(clusters))
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	return s.publish(clusters)
}

func (s *sandbox) startCluster(ctx context.Context, c cluster) (*controlplane.Cluster, error) {
	opts := controlplane.ServerOptions{Name: c.name, Etcd: s.etcd, Dir: filepath.Join(s.store.data(), c.name)}
	if !c.bare {
		return controlplane.StartCluster(ctx, controlplane.ClusterOptions{Server: opts, Nodes: c.nodes})
	}
	server, err := controlplane.StartServer(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &controlplane.Cluster{Server: server}, nil
}

// publish writes what other commands, and kubectl, find the sandbox by.
func (s *sandbox) publish(clusters []cluster) error {
	servers := make([]*controlplane.Server, len(clusters))
	r := record{Etcd: s.etcd.PID(), Clusters: make([]clusterRecord, len(clusters))}
	for i, c := range clusters {
		servers[i] = s.clusters[i].Server
		r.Clusters[i] = clusterRecord{Name: c.name, Region: c.nodes.Region, Zones: c.nodes.Zones}
		for _, p := range s.clusters[i].Processes() {
			r.Clusters[i].Processes = append(r.Clusters[i].Processes, processRecord{Name: p.Name(), PID: p.PID()})
		}
	}
	kubeconfig, err := controlplane.Kubeconfig(servers...)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.store.kubeconfig(), kubeconfig, 0o600); err != nil {
		return err
	}
	if err := s.store.write(r); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "sandbox %q is up\n", s.store.name())
	sayHow(s.store, r, s.out)
	return nil
}

// stop ends every process that was started, the store last.
func (s *sandbox) stop() {
	var all sync.WaitGroup
	for _, c := range s.clusters {
		if c != nil {
			all.Go(c.Stop)
		}
	}
	all.Wait()
	if s.etcd != nil {
		s.etcd.Stop()
	}
}
