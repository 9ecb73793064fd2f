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
// times, a second and a half each, at each of its addresses in turn. Nothing is
// connected until something is asked.
func Server(address string) Asker { return server{withPort(address)} }

type server struct{ address string }

// Ask sends the question and waits for its answer.
func (s server) Ask(ctx context.Context, q Question) (Answer, error) {
	asked, err := wireQuestion(q)
	if err != nil {
		return Answer{}, err
	}
	addresses, err := s.addresses(ctx)
	if err != nil {
		return Answer{}, err
	}
	for i := range tries {
		var a Answer
		a, err = asked.try(ctx, addresses[i%len(addresses)])
		if err == nil || ctx.Err() != nil || errors.As(err, new(unaskable)) {
			return a, err
		}
	}
	return Answer{}, s.silent(err)
}

// addresses are those of a name, at least one, each with the port.
func (s server) addresses(ctx context.Context) ([]string, error) {
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return nil, fmt.Errorf("DNS server %q: %w", s.address, err)
	}
	all, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("DNS server %s: %w: is its name right? Its IP address will do", s.address, err)
	}
	for i := range all {
		all[i] = net.JoinHostPort(all[i], port)
	}
	return all, nil
}

// silent says that all tries were in vain, and what to do.
func (s server) silent(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer from %s, asked %d times, %s each: is the address right, and do UDP and TCP get there? %w", s.address, tries, patience, err)
	}
	return fmt.Errorf("no answer from %s, asked %d times: %w", s.address, tries, err)
}

// try asks once by UDP, and by TCP if the answer is cut short.
func (asked question) try(ctx context.Context, address string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a, err := asked.exchange(ctx, "udp", address)
	if errors.Is(err, errTruncated) {
		return asked.exchange(ctx, "tcp", address)
	}
	return a, err
}

func (asked question) exchange(ctx context.Context, network, address string) (Answer, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
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
