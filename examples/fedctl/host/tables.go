package host

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// asTable asks an API server for a table, or for the objects where it makes none.
const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

// Tables are the objects of a type in a cluster, as its API server prints them.
type Tables struct {
	client   rest.Interface
	resource schema.GroupVersionResource
	// Namespace is that of the objects; all when it is empty.
	Namespace string
}

// NewTables makes Tables, and sends no request.
func NewTables(config *rest.Config, of schema.GroupVersionResource, namespace string) (Tables, error) {
	config = rest.CopyConfig(config)
	config.ContentConfig = resource.UnstructuredPlusDefaultContentConfig()
	version := of.GroupVersion()
	config.GroupVersion, config.APIPath = &version, "/apis"
	if of.Group == "" {
		config.APIPath = "/api"
	}
	client, err := rest.RESTClientFor(config)
	return Tables{client: client, resource: of, Namespace: namespace}, err
}

// List is the table of the objects that the options choose. Its rows have the metadata
// of their objects.
func (t Tables) List(ctx context.Context, o metav1.ListOptions) (*metav1.Table, error) {
	object, err := t.request(o).Do(ctx).Get()
	if err != nil {
		return nil, err
	}
	return tableOf(object)
}

// Watch tells of changes of such objects. The objects of its events are for [RowsOf].
func (t Tables) Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	o.Watch = true
	return t.request(o).Watch(ctx)
}

func (t Tables) request(o metav1.ListOptions) *rest.Request {
	return t.client.Get().NamespaceIfScoped(t.Namespace, t.Namespace != "").Resource(t.resource.Resource).
		SetHeader("Accept", asTable).VersionedParams(&o, scheme.ParameterCodec)
}

// RowsOf is the table that an event of a watch has. The columns are named in the first
// one only.
func RowsOf(event watch.Event) (*metav1.Table, error) { return tableOf(event.Object) }

// tableOf reads an answer. Where it is no table, one is made of the objects' names.
func tableOf(answer any) (*metav1.Table, error) {
	switch a := answer.(type) {
	case *unstructured.Unstructured:
		if a.GetKind() != "Table" {
			return named([]unstructured.Unstructured{*a}), nil
		}
		body, err := a.MarshalJSON()
		if err != nil {
			return nil, err
		}
		table := &metav1.Table{}
		return table, json.Unmarshal(body, table)
	case *unstructured.UnstructuredList:
		table := named(a.Items)
		table.ResourceVersion = a.GetResourceVersion()
		return table, nil
	}
	return nil, fmt.Errorf("it answered with a %T, not with a table", answer)
}

func named(objects []unstructured.Unstructured) *metav1.Table {
	table := &metav1.Table{ColumnDefinitions: []metav1.TableColumnDefinition{{Name: "Name"}, {Name: "Created At"}}}
	for i := range objects {
		row := metav1.TableRow{Cells: []any{objects[i].GetName(), objects[i].GetCreationTimestamp().String()}}
		row.Object.Object = &objects[i]
		table.Rows = append(table.Rows, row)
	}
	return table
}
