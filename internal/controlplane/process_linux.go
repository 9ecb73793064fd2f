package controlplane

import "syscall"

// childAttributes give a child a process group of its own, so that Ctrl-C in the
// terminal reaches only us, and let the kernel kill it when we die.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
