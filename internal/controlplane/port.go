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

// FreePort is a port of the loopback interface that nobody listens on now, for a
// program that needs a second one.
func FreePort() (int, error) {
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		return port, listener.Close()
	}
	return 0, errors.New("no free port on 127.0.0.1")
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
		if !strings.Contains(process.LogTail(), "address already in use") {
			return failed
		}
	}
	return failed
}
