// Command servers is the programs of a Kubernetes control plane in one file, at the
// versions that go.mod pins. It acts as the program whose name it is called by:
// kube-apiserver, kube-controller-manager, kube-scheduler or etcd. One file is a
// third of the size of four, and links once.
//
// kwok is a program of its own, in the folder beside this one: its global flags
// clash with those of the others.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	os.Exit(run(filepath.Base(os.Args[0])))
}

// run acts as the named program, with the arguments of this process, and returns
// its exit code. Only the one that is asked for is made: they share a set of flags.
func run(name string) int {
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
		return 0
	case "kube-apiserver":
		return cli.Run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		return cli.Run(controllers.NewControllerManagerCommand())
	case "kube-scheduler":
		return cli.Run(scheduler.NewSchedulerCommand())
	}
	fmt.Fprintf(os.Stderr, "%s: call this file etcd, kube-apiserver, kube-controller-manager or kube-scheduler\n", name)
	return 2
}
