package controlplane

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
)

// Ports are taken from below the range that systems hand out to outgoing
// connections, so that none of those is in the way when a server returns.
const (
	firstPort = 15000
	lastPort  = 31999
	portTries = 100
	bindTries = 5
)

// FreePort is a port of the loopback interface that nobody listens on now, neither
// by TCP nor by UDP, for a program that needs a second one.
func FreePort() (int, error) {
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if free(port) {
			return port, nil
		}
	}
	return 0, errors.New("no free port on 127.0.0.1")
}

func free(port int) bool {
	address := fmt.Sprintf("127.0.0.1:%d", port)
	streams, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		_ = streams.Close() // it is not free anyway
		return false
	}
	return errors.Join(streams.Close(), packets.Close()) == nil
}

// isTaken says whether the log of a program tells that somebody has its port, in
// the words of Kubernetes, etcd and BIND.
func isTaken(log string) bool {
	for _, words := range []string{"address already in use", "address in use", "unable to listen on any configured interfaces"} {
		if strings.Contains(log, words) {
			return true
		}
	}
	return false
}

// startOnFreePort starts what describe returns for a port, and tries again with
// another port when somebody took it in the meantime.
func startOnFreePort(ctx context.Context, describe func(port int) (*Process, error)) error {
	var failed error
	for range bindTries {
		port, err := FreePort()
		if err != nil {
			return err
		}
		process, err := describe(port)
		if err != nil {
			return err
		}
		if failed = process.Restart(ctx); failed == nil {
			return nil
		}
		if !isTaken(process.LogTail()) {
			return failed
		}
	}
	return failed
}
