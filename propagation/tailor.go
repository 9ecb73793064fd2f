package propagation

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

// tailor is the object of a job as it should be in one cluster.
func (c *Controller) tailor(ctx context.Context, member federation.Cluster, j job) (*unstructured.Unstructured, error) {
	return tailored{base: j.base, rules: j.intent.Overrides, by: c.Overrider}.in(ctx, member)
}

// tailored is an object and what differs in it from cluster to cluster.
type tailored struct {
	base  *unstructured.Unstructured // with its name and label, see identified
	rules []overrides.Rule
	by    overrides.Overrider
}

// in is the object as it should be in one cluster; base itself where nothing
// differs.
func (t tailored) in(ctx context.Context, member federation.Cluster) (*unstructured.Unstructured, error) {
	want, err := t.by.Override(ctx, t.base, member, t.rules)
	if err != nil || want == t.base {
		return want, err
	}
	if KeyOf(want) != KeyOf(t.base) || want.GetKind() != t.base.GetKind() {
		return nil, fmt.Errorf("overrides for cluster %q make the object %s %s; kind, name and namespace cannot be overridden",
			member.Name, want.GetKind(), KeyOf(want))
	}
	setManaged(want)
	return want, nil
}

// identified is the template with the name and the label that no override may
// take from it.
func identified(in Intent) *unstructured.Unstructured {
	if in.Template == nil {
		return nil
	}
	base := in.Template.DeepCopy()
	base.SetName(in.Key.Name)
	base.SetNamespace(in.Key.Namespace)
	setManaged(base)
	return base
}

func setManaged(obj *unstructured.Unstructured) {
	labels := obj.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[ManagedLabel] = "true"
	obj.SetLabels(labels)
}
