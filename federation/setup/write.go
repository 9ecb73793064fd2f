package setup

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Writing says whether what is asked for is done.
type Writing string

// The values of Writing.
const (
	Really  Writing = ""        // it is done
	OnTrial Writing = "OnTrial" // API servers say what they would do: a dry run, of which nothing stays
	Nowhere Writing = "Nowhere" // nothing is sent to any cluster that would be written to; Told gets the objects
)

// Done is what became of an object.
type Done string

// The values of Done.
const (
	Created   Done = "created"
	Changed   Done = "changed"
	Unchanged Done = "unchanged"
	Deleted   Done = "deleted"
	Absent    Done = "absent" // it was to be deleted, and was not there
	Unknown   Done = ""       // nobody was asked
)

// Change is an object that was written, or would be.
type Change struct {
	// Cluster is the member that it is in; empty is the host.
	Cluster  string
	Resource schema.GroupVersionResource
	// Object is what is asked for; of what is deleted, kind and name. It must not be
	// changed.
	Object *unstructured.Unstructured
	Done   Done
}

// writer writes to one cluster, as its Host says.
type writer struct {
	Host
	cluster string // a member; empty is the host
	client  dynamic.Interface
}

// writer writes to the host.
func (h Host) writer() (writer, error) {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return writer{}, fmt.Errorf("host: %w", err)
	}
	return writer{Host: h, client: client}, nil
}

// writerTo writes to a member.
func (h Host) writerTo(m Member) (writer, error) {
	client, err := dynamic.NewForConfig(m.Config)
	if err != nil {
		return writer{}, err
	}
	return writer{Host: h, cluster: m.Name, client: client}, nil
}

// apply makes objects be as they are given here; what is not said stays. Their status
// is not written.
func (w writer) apply(ctx context.Context, objects ...placed) error {
	for _, o := range objects {
		content, err := encode(o.object)
		if err != nil {
			return err
		}
		change := Change{Cluster: w.cluster, Resource: o.resource, Object: content}
		if change.Done, err = w.send(ctx, o.at(w.client), content); err != nil {
			return fmt.Errorf("apply %s %q: %w", content.GetKind(), o.object.GetName(), err)
		}
		w.tell(change)
	}
	return nil
}

// send applies one object. What became of it is found out when somebody is told.
func (w writer) send(ctx context.Context, resource dynamic.ResourceInterface, content *unstructured.Unstructured) (Done, error) {
	if w.Writing == Nowhere {
		return Unknown, nil
	}
	var before *unstructured.Unstructured
	if w.Told != nil {
		found, err := resource.Get(ctx, content.GetName(), metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return Unknown, err
		}
		before = found
	}
	after, err := resource.Apply(ctx, content.GetName(), content, metav1.ApplyOptions{FieldManager: fieldManager, Force: true, DryRun: w.dryRun()})
	switch {
	case err != nil:
		return Unknown, err
	case before == nil:
		return Created, nil
	case isSame(before, after):
		return Unchanged, nil
	}
	return Changed, nil
}

// isSame says whether an object is as it was, whoever owns its fields. A dry run does
// not count versions.
func isSame(before, after *unstructured.Unstructured) bool {
	a, b := before.DeepCopy(), after.DeepCopy()
	for _, o := range []*unstructured.Unstructured{a, b} {
		o.SetManagedFields(nil)
		o.SetResourceVersion("")
		o.SetGeneration(0)
	}
	return equality.Semantic.DeepEqual(a.Object, b.Object)
}

// remove deletes objects. What is not there is no error.
func (w writer) remove(ctx context.Context, objects ...placed) error {
	for _, o := range objects {
		content, err := encode(o.object)
		if err != nil {
			return err
		}
		change := Change{Cluster: w.cluster, Resource: o.resource, Object: content, Done: Deleted}
		if w.Writing != Nowhere {
			err = o.at(w.client).Delete(ctx, o.object.GetName(), metav1.DeleteOptions{DryRun: w.dryRun()})
		}
		switch {
		case apierrors.IsNotFound(err):
			change.Done = Absent
		case err != nil:
			return fmt.Errorf("delete %s %q: %w", content.GetKind(), o.object.GetName(), err)
		}
		w.tell(change)
	}
	return nil
}

func (w writer) dryRun() []string {
	if w.Writing == OnTrial {
		return []string{metav1.DryRunAll}
	}
	return nil
}

func (w writer) tell(c Change) {
	if w.Told != nil {
		w.Told(c)
	}
}

func encode(object metav1.Object) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode %q: %w", object.GetName(), err)
	}
	content := &unstructured.Unstructured{}
	if err := content.UnmarshalJSON(body); err != nil {
		return nil, fmt.Errorf("encode %q: %w", object.GetName(), err)
	}
	unstructured.RemoveNestedField(content.Object, "status")
	unstructured.RemoveNestedField(content.Object, "metadata", "creationTimestamp")
	return content, nil
}
