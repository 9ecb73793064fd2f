package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// wireFaults are those between the controller and a member.
func wireFaults() []fault {
	clear := done(func(s scene) { s.member.gate.set(func(g *gate) { g.weather = nil }) })
	bad := func(name string, of func(chance) weather) fault {
		return fault{name: name, ofMember: true, honest: true, least: 3 * time.Second, most: 10 * time.Second, mend: clear,
			begin: done(func(s scene) {
				w := of(newChance(s.random.Uint64()))
				s.member.gate.set(func(g *gate) { g.weather = w })
			})}
	}
	return []fault{
		bad("too-many-requests", func(c chance) weather {
			return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if !c.hits(0.7) {
					pass(w, r)
					return
				}
				w.Header().Set("Retry-After", "1")
				http.Error(w, "too many requests", http.StatusTooManyRequests)
			}
		}),
		bad("server-errors", func(c chance) weather {
			return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if !c.hits(0.5) {
					pass(w, r)
					return
				}
				http.Error(w, "internal server error", http.StatusInternalServerError)
			}
		}),
		bad("lost-answers", lostAnswers),
		bad("slow", func(chance) weather {
			return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				select {
				case <-time.After(time.Second):
					pass(w, r)
				case <-r.Context().Done():
				}
			}
		}),
		{
			name: "half-open", ofMember: true, honest: true, least: 3 * time.Second, most: 10 * time.Second,
			begin: done(func(s scene) { s.member.gate.freeze() }),
			mend:  done(func(s scene) { s.member.gate.thaw() }),
		},
	}
}

// lostAnswers has half of all writes be carried out, and nobody be told.
func lostAnswers(c chance) weather {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Method == http.MethodGet || !c.hits(0.5) {
			pass(w, r)
			return
		}
		pass(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler) // how net/http is told to drop the connection
	}
}

// chance is drawn by many at a time.
type chance struct {
	mu     *sync.Mutex
	random *rand.Rand
}

func newChance(seed uint64) chance {
	return chance{mu: &sync.Mutex{}, random: rand.New(rand.NewPCG(seed, 1))}
}

func (c chance) hits(probability float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.Float64() < probability
}
