package plane

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
)

// pageSize is how many objects a list has at the most.
const pageSize = 500

// seen is how an object is in every cluster. It has nothing of what the object
// holds, and nothing of the copies' own status.
type seen struct {
	Type      string               `json:"type"`
	Namespace string               `json:"namespace,omitempty"`
	Name      string               `json:"name"`
	UID       types.UID            `json:"uid"`
	Deleting  bool                 `json:"deleting,omitempty"`
	Status    federatedkind.Status `json:"status"`
}

func seenOf(config string, p propagation.Picture) seen {
	s := seen{Type: config, Namespace: p.Key.Namespace, Name: p.Key.Name, UID: p.Parent, Deleting: p.Deleting, Status: federated.StatusOf(p.Summary)}
	for i := range s.Status.Clusters {
		s.Status.Clusters[i].RemoteStatus = nil
	}
	return s
}

// page is some of the objects of a type, in the order of namespace and name.
type page struct {
	Items []seen `json:"items"`
	// Continue is what to ask for the next page with; empty at the end.
	Continue string `json:"continue,omitempty"`
}

// looking answers how objects are in every cluster, from memory.
type looking struct{ metrics *surveyMetrics }

// addTo serves below /federation.
func (l looking) addTo(mux *http.ServeMux) {
	mux.HandleFunc("GET /federation", l.types)
	mux.HandleFunc("GET /federation/{type}", l.list)
	mux.HandleFunc("GET /federation/{type}/{name}", l.one)
	mux.HandleFunc("GET /federation/{type}/{namespace}/{name}", l.one)
}

// types answers which there are.
func (l looking) types(w http.ResponseWriter, _ *http.Request) {
	if types, works := l.carried(w); works {
		answer(w, http.StatusOK, map[string]any{"types": slices.Sorted(maps.Keys(types.Controllers()))})
	}
}

func (l looking) one(w http.ResponseWriter, r *http.Request) {
	controller, found := l.controller(w, r)
	if !found {
		return
	}
	key := propagation.Key{Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}
	p, declared := controller.Look(key)
	if !declared {
		refuse(w, http.StatusNotFound, "no federated object declares %s %s", r.PathValue("type"), key)
		return
	}
	answer(w, http.StatusOK, seenOf(r.PathValue("type"), p))
}

func (l looking) list(w http.ResponseWriter, r *http.Request) {
	controller, found := l.controller(w, r)
	if !found {
		return
	}
	limit, err := strconv.Atoi(cmp.Or(r.FormValue("limit"), strconv.Itoa(pageSize)))
	if err != nil || limit < 1 {
		refuse(w, http.StatusBadRequest, "limit: want a number from 1 to %d, not %q", pageSize, r.FormValue("limit"))
		return
	}
	out := page{Items: []seen{}}
	for p := range controller.Pictures(keyIn(r.FormValue("continue"))) {
		if ns := r.FormValue("namespace"); ns != "" && ns != p.Key.Namespace {
			continue
		}
		if len(out.Items) == min(limit, pageSize) {
			out.Continue = out.Items[len(out.Items)-1].key()
			break
		}
		out.Items = append(out.Items, seenOf(r.PathValue("type"), p))
	}
	answer(w, http.StatusOK, out)
}

// key names the object within its type.
func (s seen) key() string { return s.Namespace + "/" + s.Name }

// keyIn reads what key wrote.
func keyIn(text string) propagation.Key {
	namespace, name, _ := strings.Cut(text, "/")
	return propagation.Key{Namespace: namespace, Name: name}
}

// controller is that of the type that is asked for. Where there is none, it has
// said so.
func (l looking) controller(w http.ResponseWriter, r *http.Request) (*propagation.Controller, bool) {
	types, works := l.carried(w)
	if !works {
		return nil, false
	}
	all := types.Controllers()
	controller, found := all[r.PathValue("type")]
	if !found {
		refuse(w, http.StatusNotFound, "no type %q is carried; these are: %s", r.PathValue("type"), strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	return controller, found
}

// carried are the types. Where this instance carries none, it has said so.
func (l looking) carried(w http.ResponseWriter) (*federated.Types, bool) {
	types := l.metrics.types.Load()
	if types == nil {
		refuse(w, http.StatusServiceUnavailable, "this instance does not work: ask the one whose /readyz says that it is the leader")
	}
	return types, types != nil
}

func refuse(w http.ResponseWriter, code int, format string, args ...any) {
	answer(w, code, map[string]string{"error": fmt.Sprintf(format, args...)})
}

func answer(w http.ResponseWriter, code int, content any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(content) // whoever asked has gone
}
