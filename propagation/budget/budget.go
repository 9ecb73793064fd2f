// Package budget counts the requests that clients make, so that a test can hold
// a program to a number, and a metric can show it.
//
//	counter := budget.New()
//	config.Wrap(counter.Wrap("member1")) // a *rest.Config
//	before := counter.Requests()
//	… change one object …
//	made := counter.Requests().Since(before)
//	made.Writes("member1") // 1
//
// A request is counted when it is sent, at the transport: what a client
// answers from memory does not count, and what it tries again counts again.
package budget

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is a kind of request.
type Request struct {
	Cluster     string // as named in Wrap
	Verb        string // get, list, watch, create, update, patch, delete, deletecollection; or the HTTP method in lower case
	Group       string // of the resource; empty for the core group
	Resource    string // plural; empty for what is no resource, such as /healthz
	Subresource string // empty for the object itself
}

// String is for people: "member1 patch deployments.apps/status".
func (r Request) String() string {
	resource := r.Resource
	if r.Group != "" {
		resource += "." + r.Group
	}
	if r.Subresource != "" {
		resource += "/" + r.Subresource
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Cluster, r.Verb, resource))
}

// Write says whether the request may change something.
func (r Request) Write() bool {
	return r.Verb != "get" && r.Verb != "list" && r.Verb != "watch" && r.Verb != "head"
}

// Requests are how many requests of each kind were made.
type Requests map[Request]int

// Since returns what was made after an earlier count.
func (r Requests) Since(before Requests) Requests {
	made := Requests{}
	for request, n := range r {
		if n -= before[request]; n != 0 {
			made[request] = n
		}
	}
	return made
}

// Only returns the requests that keep says yes to.
func (r Requests) Only(keep func(Request) bool) Requests {
	kept := maps.Clone(r)
	maps.DeleteFunc(kept, func(request Request, _ int) bool { return !keep(request) })
	return kept
}

// Total is how many requests these are.
func (r Requests) Total() int {
	total := 0
	for _, n := range r {
		total += n
	}
	return total
}

// Writes is how many writes went to a cluster, events and leases aside: those
// are counted by Only.
func (r Requests) Writes(cluster string) int {
	return r.Only(func(q Request) bool {
		return q.Cluster == cluster && q.Write() && q.Resource != "events" && q.Resource != "leases"
	}).Total()
}

// String lists the requests, one a line, in order.
func (r Requests) String() string {
	lines := make([]string, 0, len(r))
	for request, n := range r {
		lines = append(lines, fmt.Sprintf("%s ×%d", request, n))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Answer is what came of one request.
type Answer struct {
	Request Request
	Code    int           // of HTTP; 0 when there was no answer
	Took    time.Duration // until the head of the answer, or the error
}

// Counter counts requests. It is safe for concurrent use. Make one with [New].
type Counter struct {
	// OnAnswer is told of each answer, concurrently, and of each request that got
	// none; nil is nobody. It must not block. Set it before the first request.
	OnAnswer func(Answer)

	mu       sync.Mutex
	requests Requests
}

// New makes a Counter that has counted nothing.
func New() *Counter { return &Counter{requests: Requests{}} }

// Requests returns what was counted so far; the map is the caller's own.
func (c *Counter) Requests() Requests {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// Wrap returns what counts the requests to a cluster, for rest.Config's Wrap.
func (c *Counter) Wrap(cluster string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			request := parse(r)
			request.Cluster = cluster
			c.mu.Lock()
			c.requests[request]++
			c.mu.Unlock()
			if c.OnAnswer == nil {
				return next.RoundTrip(r)
			}
			return c.tell(request, r, next)
		})
	}
}

// tell sends a request on and tells what came of it.
func (c *Counter) tell(request Request, r *http.Request, next http.RoundTripper) (*http.Response, error) {
	began := time.Now()
	answer, err := next.RoundTrip(r)
	a := Answer{Request: request, Took: time.Since(began)}
	if err == nil {
		a.Code = answer.StatusCode
	}
	c.OnAnswer(a)
	return answer, err
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// parse reads a request as an API server does: /api/VERSION or
// /apis/GROUP/VERSION, then perhaps namespaces/NAME, then the resource, the name
// and the subresource.
func parse(r *http.Request) Request {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	q := Request{Verb: strings.ToLower(r.Method)}
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		q.Group, parts = parts[1], parts[3:]
	default:
		return q
	}
	if parts[0] == "namespaces" && len(parts) > 2 && !ofNamespace(parts[2]) {
		parts = parts[2:]
	}
	q.Resource = parts[0]
	if len(parts) > 2 {
		q.Subresource = parts[2]
	}
	q.Verb = verb(r, len(parts) > 1)
	return q
}

// ofNamespace says of a word behind a namespace's name that it is a subresource
// of the namespace and not a resource in it.
func ofNamespace(word string) bool { return word == "status" || word == "finalize" }

func verb(r *http.Request, named bool) string {
	switch r.Method {
	case http.MethodGet:
		switch watch := r.URL.Query().Get("watch"); {
		case watch == "true" || watch == "1":
			return "watch"
		case named:
			return "get"
		}
		return "list"
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodDelete:
		if !named {
			return "deletecollection"
		}
	}
	return strings.ToLower(r.Method)
}
