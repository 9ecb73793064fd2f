package controlplane

import (
	"context"
	"errors"
	"sync"
)

// ClusterOptions say what a full cluster is like.
type ClusterOptions struct {
	Server ServerOptions // DisabledAdmission has another default: none
	Nodes  NodeOptions   // Count 0: no nodes, and every pod stays Pending
}

// Cluster is a server with all that makes it a cluster: Deployments get pods, pods
// are scheduled, and run on nodes that pretend. A pod that fits on no node stays
// Pending. It takes about 550 MB.
type Cluster struct {
	*Server
	Controllers *Process // kube-controller-manager
	Scheduler   *Process // kube-scheduler
	Kwok        *Process // all kubelets
}

// StartCluster returns when the nodes are Ready. Stop the cluster before its Etcd.
func StartCluster(ctx context.Context, opts ClusterOptions) (*Cluster, error) {
	if opts.Server.DisabledAdmission == nil {
		opts.Server.DisabledAdmission = []string{}
	}
	server, err := StartServer(ctx, opts.Server)
	if err != nil {
		return nil, err
	}
	c := &Cluster{Server: server}
	if err := c.startComponents(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	if err := c.AddNodes(ctx, opts.Nodes); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) startComponents(ctx context.Context) error {
	var all sync.WaitGroup
	var failures [3]error
	all.Go(func() { c.Controllers, failures[0] = c.StartControllers(ctx) })
	all.Go(func() { c.Scheduler, failures[1] = c.StartScheduler(ctx) })
	all.Go(func() { c.Kwok, failures[2] = c.StartKwok(ctx) })
	all.Wait()
	return errors.Join(failures[:]...)
}

// Processes are all that run for this cluster, the API server first. Its store is
// not among them.
func (c *Cluster) Processes() []*Process {
	all := []*Process{c.Process}
	for _, p := range []*Process{c.Controllers, c.Scheduler, c.Kwok} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// Stop stops all of the cluster, the API server last.
func (c *Cluster) Stop() {
	var all sync.WaitGroup
	for _, p := range c.Processes()[1:] {
		all.Go(p.Stop)
	}
	all.Wait()
	c.Process.Stop()
}
