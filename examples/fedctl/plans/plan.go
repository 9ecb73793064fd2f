// Package plans says what manifests would do before they are applied: which copies would
// be created, changed and removed, where, and in which order.
package plans

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// Plan is what would be done.
type Plan struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // Plan
	// Summary is how much of each there is, in a line.
	Summary string   `json:"summary"`
	Objects []Object `json:"objects"`
}

// Object is what would be done with the copies of one federated object.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Target    string `json:"target"` // deployments.apps
	// New says that the host does not have the object yet.
	New bool `json:"new,omitempty"`
	// Problem says what of its placement is not as it asks; Guard why it does not lose
	// clusters that it would.
	Problem string `json:"problem,omitempty"`
	Guard   string `json:"guard,omitempty"`
	// Steps are by cluster; clusters that the object has nothing to do with have none.
	Steps []Step   `json:"steps"`
	Notes []string `json:"notes,omitempty"`
}

// Action is what would be done in a cluster.
type Action string

// The actions.
const (
	Create    Action = "create"
	Change    Action = "change"
	Remove    Action = "remove"
	Unchanged Action = "unchanged"
	Fail      Action = "fail" // the copy cannot be made, and what is there stays
)

// Step is what would be done in one cluster, and why.
type Step struct {
	Cluster string `json:"cluster"`
	Action  Action `json:"action"`
	// Why is for people.
	Why string `json:"why,omitempty"`
	// Round is that of the rollout in which the cluster is changed, from 1; 0 is that
	// no rollout holds it back.
	Round int `json:"round,omitempty"`
	// Waits says what has to be first; empty is nothing.
	Waits string `json:"waits,omitempty"`
}

// Of makes a plan of what would be done with objects.
func Of(objects []Object) Plan {
	return Plan{APIVersion: cli.Version, Kind: "Plan", Objects: objects, Summary: summaryOf(objects)}
}

// summaryOf is a line such as "create 3, change 2, remove 1, unchanged 4".
func summaryOf(objects []Object) string {
	counts := map[Action]int{}
	for _, o := range objects {
		for _, s := range o.Steps {
			counts[s.Action]++
		}
	}
	var parts []string
	for _, a := range []Action{Create, Change, Remove, Unchanged} {
		parts = append(parts, fmt.Sprintf("%s %d", a, counts[a]))
	}
	if n := counts[Fail]; n > 0 {
		parts = append(parts, fmt.Sprintf("%s %d", Fail, n))
	}
	return strings.Join(parts, ", ")
}

// Table is the steps for people.
func (p Plan) Table() *cli.Table {
	t := &cli.Table{Columns: cli.Columns("OBJECT", "CLUSTER", "ACTION", "WHY"), Empty: "no cluster has to do with these objects"}
	for _, o := range p.Objects {
		for _, s := range o.Steps {
			t.Rows = append(t.Rows, []string{o.String(), s.Cluster, string(s.Action), cmp.Or(s.why(), "-")})
		}
	}
	return t
}

// String is the object for people.
func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return fmt.Sprintf("%s %s/%s", o.Kind, o.Namespace, o.Name)
}

func (s Step) why() string {
	parts := []string{}
	if s.Why != "" {
		parts = append(parts, s.Why)
	}
	if s.Round > 0 {
		parts = append(parts, fmt.Sprintf("round %d of the rollout", s.Round))
	}
	if s.Waits != "" {
		parts = append(parts, "waits: "+s.Waits)
	}
	return strings.Join(parts, "; ")
}

// Lines are what is told of the objects beside the steps.
func (p Plan) Lines() []string {
	var lines []string
	for _, o := range p.Objects {
		for _, text := range append([]string{o.Problem, o.Guard}, o.Notes...) {
			if text != "" {
				lines = append(lines, o.String()+": "+text)
			}
		}
	}
	return lines
}
