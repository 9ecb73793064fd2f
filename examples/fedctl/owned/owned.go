package owned

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
)

// most is how many objects of a kind are read at the most.
const most = 500

// Copy says which object is asked for.
type Copy struct {
	Type      federation.Type
	Namespace string
	Name      string
}

// Family is an object in a cluster, and what it may own.
type Family struct {
	// Root is the object; nil where there is none.
	Root *unstructured.Unstructured
	// Others are objects that it, or one of them, may own.
	Others []unstructured.Unstructured
	// Unread are the kinds that could not be read, or not to the end.
	Unread []Unread
}

// Unread is a kind that could not be read, or not to the end.
type Unread struct {
	Resource string
	Why      string
	// Refused says that whoever asked may not read it.
	Refused bool
}

// Read reads a copy and what it may own. Kinds that cannot be read are told in Unread;
// an error says that the copy itself cannot.
func Read(ctx context.Context, client dynamic.Interface, c Copy) (Family, error) {
	root, err := client.Resource(c.Type.GroupVersionResource()).Namespace(c.Namespace).Get(ctx, c.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return Family{}, nil
	}
	if err != nil {
		return Family{}, err
	}
	f := Family{Root: root}
	if c.Namespace == "" {
		return f, nil // what cluster-scoped objects own is in many namespaces
	}
	for _, k := range below(c.Type.GroupKind()) {
		f.add(ctx, client, k)
	}
	return f, nil
}

// add reads the objects of a kind.
func (f *Family) add(ctx context.Context, client dynamic.Interface, k kind) {
	o := metav1.ListOptions{Limit: most}
	if k.selected {
		o.LabelSelector = SelectorOf(f.Root)
	}
	list, err := client.Resource(k.GroupVersionResource).Namespace(f.Root.GetNamespace()).List(ctx, o)
	if why := reason(ctx, list, err); why != "" {
		f.Unread = append(f.Unread, Unread{Resource: k.Resource, Why: why, Refused: apierrors.IsForbidden(err)})
	}
	if err == nil {
		for i := range list.Items {
			list.Items[i].SetAPIVersion(k.GroupVersion().String())
			list.Items[i].SetKind(k.name)
		}
		f.Others = append(f.Others, list.Items...)
	}
}

// reason is why a list is not what there is; empty where it is.
func reason(ctx context.Context, list *unstructured.UnstructuredList, err error) string {
	switch {
	case err == nil && list.GetContinue() == "":
		return ""
	case err == nil:
		return fmt.Sprintf("there are more than %d, and no more were read", most)
	case apierrors.IsForbidden(err):
		return "the account may not list them"
	case ctx.Err() != nil:
		return context.Cause(ctx).Error()
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// SelectorOf is the selector of a workload's pods; empty where it has none.
func SelectorOf(workload *unstructured.Unstructured) string {
	content, found, err := unstructured.NestedMap(workload.Object, "spec", "selector")
	if err != nil || !found {
		return ""
	}
	if _, structured := content["matchLabels"]; !structured {
		if _, structured = content["matchExpressions"]; !structured {
			plain, _, _ := unstructured.NestedStringMap(workload.Object, "spec", "selector")
			return labels.SelectorFromSet(plain).String()
		}
	}
	selector := &metav1.LabelSelector{}
	selector.MatchLabels, _, _ = unstructured.NestedStringMap(content, "matchLabels")
	selector.MatchExpressions = expressionsOf(content)
	asked, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return ""
	}
	return asked.String()
}

func expressionsOf(selector map[string]any) []metav1.LabelSelectorRequirement {
	list, _, _ := unstructured.NestedSlice(selector, "matchExpressions")
	var all []metav1.LabelSelectorRequirement
	for _, item := range list {
		fields, _ := item.(map[string]any)
		key, _, _ := unstructured.NestedString(fields, "key")
		operator, _, _ := unstructured.NestedString(fields, "operator")
		values, _, _ := unstructured.NestedStringSlice(fields, "values")
		all = append(all, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOperator(operator), Values: values})
	}
	return all
}
