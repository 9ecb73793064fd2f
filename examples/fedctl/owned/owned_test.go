package owned_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/fedctl/owned"
)

func object(kind, name string, owner map[string]any) unstructured.Unstructured {
	u := unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": kind, "metadata": map[string]any{"name": name, "uid": name}}}
	if owner != nil {
		u.Object["metadata"].(map[string]any)["ownerReferences"] = []any{owner}
	}
	return u
}

func owner(kind, uid string) map[string]any {
	return map[string]any{"apiVersion": "apps/v1", "kind": kind, "name": uid, "uid": uid, "controller": true}
}

func names(objects []unstructured.Unstructured) []string {
	var all []string
	for _, o := range objects {
		all = append(all, o.GetName())
	}
	return all
}

func family(others ...unstructured.Unstructured) owned.Family {
	root := object("Deployment", "web", nil)
	root.Object["spec"] = map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}}}
	return owned.Family{Root: &root, Others: others}
}

func TestOwnersLeadToTheRoot(t *testing.T) {
	f := family(object("Pod", "b", owner("ReplicaSet", "web-1")), object("ReplicaSet", "web-1", owner("Deployment", "web")),
		object("Pod", "a", owner("ReplicaSet", "web-1")), object("Pod", "theirs", owner("ReplicaSet", "else")), object("Pod", "alone", nil))
	require.Equal(t, []string{"web-1"}, names(f.Children("web")))
	require.Equal(t, []string{"a", "b"}, names(f.Children("web-1")))
	require.Equal(t, []string{"web", "web-1", "a", "b"}, names(f.All()))
}

func TestPodsAreFoundWhereReplicaSetsAreNot(t *testing.T) {
	f := family(object("Pod", "a", owner("ReplicaSet", "web-1")), object("Pod", "job's", owner("Job", "backup")))
	require.Equal(t, []string{"web", "a"}, names(f.All()))
}

func TestOwnersThatOwnEachOtherEnd(t *testing.T) {
	f := family(object("ReplicaSet", "x", owner("ReplicaSet", "y")), object("ReplicaSet", "y", owner("ReplicaSet", "x")))
	require.Equal(t, []string{"web"}, names(f.All()))
	require.Nil(t, owned.Family{}.All())
	require.Nil(t, owned.Family{}.Children(types.UID("web")))
}

func TestASelectorIsThatOfThePods(t *testing.T) {
	for name, c := range map[string]struct {
		selector map[string]any
		want     string
	}{
		"labels":      {map[string]any{"matchLabels": map[string]any{"app": "web"}}, "app=web"},
		"expressions": {map[string]any{"matchExpressions": []any{map[string]any{"key": "tier", "operator": "In", "values": []any{"a", "b"}}}}, "tier in (a,b)"},
		"plain":       {map[string]any{"app": "web"}, "app=web"},
		"none":        {nil, ""},
	} {
		u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{}}}
		if c.selector != nil {
			u.Object["spec"] = map[string]any{"selector": c.selector}
		}
		require.Equal(t, c.want, owned.SelectorOf(u), name)
	}
}
