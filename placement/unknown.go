package placement

import (
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// shownNames is how many members a message lists.
const shownNames = 8

// rejectUnknown adds a reason for every name that the object's own placement
// lists and that is no member.
func rejectUnknown(rejected map[federation.ClusterName]Reason, req Request) {
	for _, name := range req.Want.Clusters {
		if _, known := req.Members.Get(name); !known {
			rejected[name] = Reason{UnknownCluster, unknownMessage(name, req.Members)}
		}
	}
}

func unknownMessage(name federation.ClusterName, members federation.ClusterSet) string {
	if members.Len() == 0 {
		return "no cluster has joined the federation yet: join it, or remove the name from placement.clusters"
	}
	if near, found := nearest(name, members); found {
		return fmt.Sprintf("no member has this name; did you mean %q? %s", near, membersMessage(members))
	}
	return "no member has this name: join the cluster, or remove the name from placement.clusters. " + membersMessage(members)
}

// membersMessage lists the first few members.
func membersMessage(members federation.ClusterSet) string {
	var shown []string
	for c := range members.All() {
		if len(shown) == shownNames {
			return fmt.Sprintf("Members: %s and %d more", strings.Join(shown, ", "), members.Len()-shownNames)
		}
		shown = append(shown, string(c.Name))
	}
	return "Members: " + strings.Join(shown, ", ")
}

// nearest finds the member whose name is the least number of typing errors away,
// at most a third of the name; the first one in name order if several are.
func nearest(name federation.ClusterName, members federation.ClusterSet) (federation.ClusterName, bool) {
	wanted := strings.ToLower(string(name))
	best, least := federation.ClusterName(""), len(wanted)/3+1
	for c := range members.All() {
		if d := distance(wanted, strings.ToLower(string(c.Name)), least); d < least {
			best, least = c.Name, d
		}
	}
	return best, best != ""
}

// distance counts the letters to insert, delete or exchange to make b of a. It
// gives limit, without counting on, where the lengths alone differ by as much.
func distance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchanged := diagonal
			if a[i] != b[j] {
				exchanged++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchanged, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
