package check

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/fedrail/fedrail/dns"
)

// largest is how much is asked for in one datagram: what gets through everywhere
// without being split.
const largest = 1232

var errTruncated = errors.New("the answer is cut short")

// question is one as it is sent.
type question dnsmessage.Question

func wireQuestion(q Question) (question, error) {
	kind, err := wireType(q.Type)
	if err != nil {
		return question{}, err
	}
	name, err := dnsmessage.NewName(strings.TrimSuffix(q.Name, ".") + ".")
	if err != nil {
		return question{}, unaskable{fmt.Errorf("%q is no name that can be asked for: %w", q.Name, err)}
	}
	return question{Name: name, Type: kind, Class: dnsmessage.ClassINET}, nil
}

func wireType(kind dns.Type) (dnsmessage.Type, error) {
	switch kind {
	case dns.A:
		return dnsmessage.TypeA, nil
	case dns.AAAA:
		return dnsmessage.TypeAAAA, nil
	case dns.CNAME:
		return dnsmessage.TypeCNAME, nil
	case TXT:
		return dnsmessage.TypeTXT, nil
	}
	return 0, unaskable{fmt.Errorf("records of type %q cannot be asked for: A, AAAA, CNAME and TXT can", kind)}
}

// query is a question with an id, ready to be sent.
type query struct {
	id     uint16
	asked  question
	packed []byte
}

func (asked question) query() (query, error) {
	q := query{id: uint16(rand.Uint32()), asked: asked}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: q.id, RecursionDesired: true})
	var edns dnsmessage.ResourceHeader
	err := errors.Join(b.StartQuestions(), b.Question(dnsmessage.Question(asked)), b.StartAdditionals(),
		edns.SetEDNS0(largest, dnsmessage.RCodeSuccess, false), b.OPTResource(edns, dnsmessage.OPTResource{}))
	if err != nil {
		return query{}, unaskable{fmt.Errorf("%s cannot be asked for: %w", asked.Name, err)}
	}
	q.packed, err = b.Finish()
	return q, err
}

// overUDP waits for the datagram that answers; others are nobody's.
func (q query) overUDP(conn net.Conn) (Answer, error) {
	if _, err := conn.Write(q.packed); err != nil {
		return Answer{}, err
	}
	datagram := make([]byte, 64<<10)
	for {
		n, err := conn.Read(datagram)
		if err != nil {
			return Answer{}, err
		}
		if a, err := q.read(datagram[:n]); !errors.Is(err, errNotOurs) {
			return a, err
		}
	}
}

// overTCP has each message after its length.
func (q query) overTCP(conn net.Conn) (Answer, error) {
	length := binary.BigEndian.AppendUint16(nil, uint16(len(q.packed)))
	if _, err := conn.Write(append(length, q.packed...)); err != nil {
		return Answer{}, err
	}
	if _, err := io.ReadFull(conn, length); err != nil {
		return Answer{}, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length))
	if _, err := io.ReadFull(conn, message); err != nil {
		return Answer{}, err
	}
	return q.read(message)
}
