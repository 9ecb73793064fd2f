// Package controlplane runs real Kubernetes control planes on this machine, for
// tests and for the demo: API servers, the etcd they share, and, where a test
// wants pods that become Ready, controller manager, scheduler and kwok.
//
//	bins, err := controlplane.Find()
//	etcd, err := controlplane.StartEtcd(ctx, bins, dir)
//	server, err := controlplane.StartServer(ctx, controlplane.ServerOptions{Name: "m1", Etcd: etcd})
//	defer server.Stop()
//	client, err := kubernetes.NewForConfig(server.Config())
//
// Each part is a [Process] that can be paused, continued, killed and restarted,
// so that a test can have the outage it is about. Every server has a certificate
// authority of its own and asks RBAC, so that a wrong CA and a weak credential
// fail as they do in production.
//
// Nothing outlives the program that started it. On Linux the kernel kills the
// children when their parent dies, however it dies; elsewhere Stop must be called.
//
// Tests use package controlplanetest, which shares servers between them.
package controlplane
