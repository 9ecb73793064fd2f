package testbed

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/checker"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation"
)

// Foreign are objects of others in a member, as they were listed.
type Foreign map[*controlplane.Server][]unstructured.Unstructured

// PlantForeign makes ConfigMaps of somebody else in every member: one without
// any mark, and one with our label, which is not proof enough that it is ours.
// Hand what it returns to UntilRight.
func (b *Bed) PlantForeign() Foreign {
	b.Helper()
	planted := Foreign{}
	for _, s := range b.Servers {
		for name, labels := range map[string]map[string]any{"theirs": {"app": "theirs"}, "theirs-labelled": {propagation.ManagedLabel: "true"}} {
			o, err := b.In(s, ConfigMaps()).Create(context.Background(), &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap",
				"metadata": map[string]any{"name": name, "labels": labels},
				"data":     map[string]any{"color": "theirs"},
			}}, metav1.CreateOptions{})
			require.NoError(b, err)
			planted[s] = append(planted[s], *o)
		}
	}
	return planted
}

// UntilRight waits until every member holds what the host says of a type, no
// more and no less, every status tells the truth, and what is foreign is as it
// was. Labels of members are those of Join.
func (b *Bed) UntilRight(t federation.Type, foreign Foreign) {
	b.Helper()
	var findings []checker.Finding
	if !b.Holds(func() bool { findings = b.Findings(t, foreign); return len(findings) == 0 }) {
		require.Empty(b, findings, "%d things are not right, such as %s", len(findings), findings[0])
	}
}

// Findings are all that is not right of a type now.
func (b *Bed) Findings(t federation.Type, foreign Foreign) []checker.Finding {
	b.Helper()
	on := checker.Federation{Type: t, Objects: b.list(b.Federated(t).List)}
	for _, s := range b.Servers {
		name := federation.ClusterName(s.Cluster())
		on.Clusters = append(on.Clusters, federation.Cluster{Name: name, Labels: map[string]string{"name": s.Cluster()}})
	}
	want, findings := on.Want()
	for _, s := range b.Servers {
		name := federation.ClusterName(s.Cluster())
		findings = append(findings, checker.Compare(checker.Cluster{
			Name: name, Want: want[name], Have: b.list(b.In(s, t).List), Foreign: foreign[s],
		})...)
	}
	return slices.Concat(findings, on.Told())
}

// list calls it, and fails the test when it fails.
func (b *Bed) list(list func(context.Context, metav1.ListOptions) (*unstructured.UnstructuredList, error)) []unstructured.Unstructured {
	b.Helper()
	all, err := list(context.Background(), metav1.ListOptions{})
	require.NoError(b, err)
	return all.Items
}
