package controlplane

import (
	"fmt"
	"strings"
)

// flags leave features and APIs as a server has them by default. What is changed
// makes it start faster, lets many clients in, and spares it what only a real
// network has.
func (s *Server) flags(port int) []string {
	flags := []string{
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--etcd-servers=" + s.opts.Etcd.url,
		"--etcd-prefix=" + s.prefix,
		"--tls-cert-file=" + s.file("serving.crt"),
		"--tls-private-key-file=" + s.file("serving.key"),
		"--client-ca-file=" + s.file("ca.crt"),
		"--service-account-key-file=" + s.file("tokens.key"),
		"--service-account-signing-key-file=" + s.file("tokens.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--authorization-mode=RBAC",
		"--anonymous-auth=false",
		"--allow-privileged",
		"--endpoint-reconciler-type=none",
		"--max-requests-inflight=4000",
		"--max-mutating-requests-inflight=2000",
		"--profiling=false",
	}
	disabled := s.opts.DisabledAdmission
	if disabled == nil {
		disabled = []string{"ServiceAccount"}
	}
	if len(disabled) > 0 {
		flags = append(flags, "--disable-admission-plugins="+strings.Join(disabled, ","))
	}
	return append(flags, s.opts.Args...)
}
