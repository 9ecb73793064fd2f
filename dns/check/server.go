package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

const (
	tries    = 3
	patience = 1500 * time.Millisecond // for one try
	dnsPort  = "53"
)

// Server asks the DNS server at an address: a name or IP address, with a port, or
// without one for port 53. It asks by UDP, and by TCP where an answer does not fit.
// A server that looks names up is asked to. One that says nothing is asked three
// times, a second and a half each. Nothing is connected until something is asked.
func Server(address string) Asker { return server{withPort(address)} }

type server struct{ address string }

// Ask sends the question and waits for its answer.
func (s server) Ask(ctx context.Context, q Question) (Answer, error) {
	asked, err := wireQuestion(q)
	if err != nil {
		return Answer{}, err
	}
	for range tries {
		var a Answer
		if a, err = s.try(ctx, asked); err == nil || ctx.Err() != nil {
			return a, err
		}
	}
	return Answer{}, s.silent(err)
}

// silent says that all tries were in vain, and what to do.
func (s server) silent(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer from %s, asked %d times, %s each: is the address right, and do UDP and TCP get there? %w", s.address, tries, patience, err)
	}
	return fmt.Errorf("no answer from %s, asked %d times: %w", s.address, tries, err)
}

// try asks once by UDP, and by TCP if the answer is cut short.
func (s server) try(ctx context.Context, asked question) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a, err := s.exchange(ctx, "udp", asked)
	if errors.Is(err, errTruncated) {
		return s.exchange(ctx, "tcp", asked)
	}
	return a, err
}

func (s server) exchange(ctx context.Context, network string, asked question) (Answer, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, s.address)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	sent, err := asked.query()
	if err != nil {
		return Answer{}, err
	}
	if network == "tcp" {
		return sent.overTCP(conn)
	}
	return sent.overUDP(conn)
}

// withPort is an address with the port that was given, or the usual one.
func withPort(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err == nil && port != "" {
		return address
	}
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	return net.JoinHostPort(host, dnsPort)
}
