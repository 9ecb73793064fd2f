package verbs_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClustersAreListedInEveryFormat(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	for _, format := range []string{"table", "wide", "name", "yaml", "jsonpath={.items[*].metadata.name}"} {
		r := w.ok("get", "clusters", "-o", format)
		golden(t, "get-clusters-"+format[:4], r.out)
	}
	r := w.fedctl("get", "clusters", "-o", "xml")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "error: -o xml: want one of table, wide, json, yaml")
}

func TestAHostThatIsNoneIsSaidToBeNone(t *testing.T) {
	r := newWorld(t).fedctl("get", "clusters")
	require.Equal(t, result{code: 1, err: "error: the host does not know the kind KubeFedCluster: is this the host of a federation? \"fedctl install\" makes it one\n"}, r)
}
