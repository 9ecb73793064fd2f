package check_test

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
)

// replying is the address of a server that answers each datagram with what reply
// makes of it, which it gets with its number.
func replying(t *testing.T, reply func(n int, asked dnsmessage.Message) []dnsmessage.Message) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-ended })
	go func() {
		defer close(ended)
		datagram := make([]byte, 4096)
		for n := 0; ; n++ {
			length, from, err := conn.ReadFrom(datagram)
			if err != nil {
				return
			}
			var asked dnsmessage.Message
			if asked.Unpack(datagram[:length]) != nil {
				return
			}
			for _, m := range reply(n, asked) {
				packed, _ := m.Pack()
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// answering is a message that answers with an address.
func answering(asked dnsmessage.Message, last byte) dnsmessage.Message {
	question := asked.Questions[0]
	return dnsmessage.Message{
		Header:    dnsmessage.Header{ID: asked.ID, Response: true, Authoritative: true},
		Questions: asked.Questions,
		Answers: []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.AResource{A: [4]byte{192, 0, 2, last}},
		}},
	}
}

func TestMessagesThatAnswerSomethingElseAreNobodys(t *testing.T) {
	server := check.Server(replying(t, func(_ int, asked dnsmessage.Message) []dnsmessage.Message {
		otherID, otherName, otherType, asksBack, short := answering(asked, 66), answering(asked, 66), answering(asked, 66), answering(asked, 66), answering(asked, 66)
		otherID.ID++
		otherName.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName("else.example.com."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
		otherType.Questions = []dnsmessage.Question{{Name: asked.Questions[0].Name, Type: dnsmessage.TypeAAAA, Class: dnsmessage.ClassINET}}
		asksBack.Response = false
		short.Questions = nil
		return []dnsmessage.Message{otherID, otherName, otherType, asksBack, short, answering(asked, 1)}
	}))
	a, err := server.Ask(t.Context(), q(web, dns.A))
	require.NoError(t, err)
	require.Equal(t, check.Answer{Code: check.NoError, Authoritative: true, Records: []check.Record{{Name: web, Type: dns.A, TTL: 60, Value: "192.0.2.1"}}}, a)
}

func TestWhatIsLostIsAskedAgain(t *testing.T) {
	var asked atomic.Int32
	server := check.Server(replying(t, func(n int, m dnsmessage.Message) []dnsmessage.Message {
		asked.Add(1)
		if n < 1 {
			return nil
		}
		return []dnsmessage.Message{answering(m, 1)}
	}))
	a, err := server.Ask(t.Context(), q(web, dns.A))
	require.NoError(t, err)
	require.Len(t, a.Records, 1)
	require.Equal(t, int32(2), asked.Load())
}

func TestQuestionsAskForLookUpsAndLongAnswers(t *testing.T) {
	seen := make(chan dnsmessage.Message, 3)
	server := check.Server(replying(t, func(_ int, m dnsmessage.Message) []dnsmessage.Message {
		seen <- m
		return []dnsmessage.Message{answering(m, 1)}
	}))
	_, err := server.Ask(t.Context(), q(web, dns.A))
	require.NoError(t, err)
	m := <-seen
	require.True(t, m.RecursionDesired)
	require.Len(t, m.Additionals, 1)
	require.Equal(t, dnsmessage.TypeOPT, m.Additionals[0].Header.Type)
	require.Equal(t, dnsmessage.Class(1232), m.Additionals[0].Header.Class)
}

func TestAServerThatOnlyNamesOthersSaysNothing(t *testing.T) {
	refers := func(_ int, m dnsmessage.Message) []dnsmessage.Message {
		return []dnsmessage.Message{{Header: dnsmessage.Header{ID: m.ID, Response: true}, Questions: m.Questions}}
	}
	f := only(t, check.Server(replying(t, refers)), []dns.RecordSet{set(web, dns.A, "192.0.2.1")}, check.Options{})
	require.Equal(t, check.Unanswered, f.Verdict)
	require.Contains(t, f.Message, "names others")
}
