// Package nameserver runs BIND on this machine: a real DNS server with one zone,
// which whoever has its key may change (RFC 2136) and transfer.
package nameserver

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// ErrNotInstalled says that this machine has no BIND.
var ErrNotInstalled = errors.New(`"named" is not installed: apt-get install bind9`)

// Options are what a [Server] is made of. Dir and Zone are required.
type Options struct {
	Dir  string // for its files and its log; created when it is not there. The zone of an earlier server in it is forgotten
	Zone string // "example.com"
	// Records are lines of the zone's file that are there from the beginning: "www 60
	// IN A 192.0.2.1". The zone has an SOA, an NS and the address of ns1 besides.
	Records []string
}

// Key is who may change the zone. Its algorithm is HMAC-SHA256.
type Key struct {
	Name   string
	Secret string // in base64
}

// Server is a DNS server that runs.
type Server struct {
	zone    string
	key     Key
	address string
	process *controlplane.Process
}

// Start starts a server on a free port of 127.0.0.1, and returns when it answers.
// The caller stops it. Where BIND is not there, the error is an [ErrNotInstalled].
func Start(ctx context.Context, o Options) (*Server, error) {
	path, err := find()
	if err != nil {
		return nil, fmt.Errorf("nameserver: %w", err)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(filepath.Join(dir, "zone.jnl")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if path, err = apart(path, dir); err != nil {
		return nil, fmt.Errorf("nameserver: %w", err)
	}
	s := &Server{zone: o.Zone, key: Key{Name: "fedrail", Secret: base64.StdEncoding.EncodeToString([]byte(rand.Text()))}}
	s.process, err = controlplane.StartProgram(ctx, controlplane.Program{
		Name: "named", Path: path, Dir: dir,
		Launch: func(port int) (controlplane.Launch, error) {
			s.address = fmt.Sprintf("127.0.0.1:%d", port)
			config := filepath.Join(dir, "named.conf")
			err := errors.Join(write(config, s.config(dir, port)), write(filepath.Join(dir, "zone"), s.file(o.Records)))
			return controlplane.Launch{Args: []string{"-g", "-n", "1", "-c", config}, Ready: s.ready}, err
		},
	})
	if err != nil {
		return nil, fmt.Errorf("nameserver: %w", err)
	}
	return s, nil
}

// find is where BIND is. Debian has it where only root looks.
func find() (string, error) {
	if path, err := exec.LookPath("named"); err == nil {
		return path, nil
	}
	if path, err := exec.LookPath("/usr/sbin/named"); err == nil {
		return path, nil
	}
	return "", ErrNotInstalled
}

// apart is a copy of the program in the folder of the server: what a machine allows
// its own DNS server, by the path of that, is not enough for this one.
func apart(program, dir string) (string, error) {
	content, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "named")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return path, os.WriteFile(path, content, 0o700)
}

// Addr is where it answers, as host:port.
func (s *Server) Addr() string { return s.address }

// Zone is what it answers for.
func (s *Server) Zone() string { return s.zone }

// Key is who may change the zone.
func (s *Server) Key() Key { return s.key }

// Stop ends it. The nil Server has not been started.
func (s *Server) Stop() {
	if s != nil {
		s.process.Stop()
	}
}

// ready asks for the address that every zone has here, in both ways: BIND serves on
// when somebody has its port for TCP, which updates and transfers need.
func (s *Server) ready(ctx context.Context) error {
	return errors.Join(s.answers(ctx, "udp"), s.answers(ctx, "tcp"))
}

func (s *Server) answers(ctx context.Context, network string) error {
	asking := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.address)
	}}
	_, err := asking.LookupHost(ctx, "ns1."+s.zone+".")
	return err
}

func (s *Server) config(dir string, port int) string {
	return fmt.Sprintf(`key %[1]q { algorithm hmac-sha256; secret %[2]q; };
options {
	directory %[3]q; managed-keys-directory %[3]q; pid-file none; session-keyfile none;
	listen-on port %[4]d { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; empty-zones-enable no; notify no;
	allow-query { 127.0.0.1; }; allow-transfer { none; };
};
controls { };
zone %[5]q {
	type primary; file "zone";
	update-policy { grant %[1]s zonesub ANY; };
	allow-transfer { key %[1]q; };
};
`, s.key.Name, s.key.Secret, dir, port, s.zone)
}

// file is the zone as it begins. What does not exist is remembered for a second.
func (s *Server) file(records []string) string {
	return fmt.Sprintf(`$ORIGIN %s.
$TTL 180
@   IN SOA ns1 hostmaster ( 1 300 60 3600 1 )
    IN NS  ns1
ns1 IN A   127.0.0.1
%s
`, s.zone, strings.Join(records, "\n"))
}

func write(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
