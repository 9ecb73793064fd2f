package verbs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

// print prints the federated objects.
func (f *federating) print() error {
	for _, w := range f.wants {
		if err := printDocument(f.Session, f.output, w.Object.Object); err != nil {
			return err
		}
	}
	return nil
}

// write creates the federated objects, after their types are enabled.
func (f *federating) write(ctx context.Context) error {
	if err := f.enable(ctx); err != nil {
		return err
	}
	before := 0
	for _, w := range f.wants {
		err := f.create(ctx, w)
		name := nameOf(w.Object)
		switch {
		case apierrors.IsAlreadyExists(err) && f.contents:
			before++
		case apierrors.IsAlreadyExists(err):
			return fmt.Errorf("%s %q is there already, and stays as it is", w.Object.GetKind(), name)
		case err != nil:
			return fmt.Errorf("create %s %q: %w", w.Object.GetKind(), name, err)
		default:
			f.Tell("Successfully created %s %q from %s%s", w.Object.GetKind(), name, w.object.GetKind(), f.dryRun.Note())
		}
	}
	if before > 0 {
		f.Tell("%d objects were federated before, and stay as they are", before)
	}
	if f.dryRun != cli.DryRunNone {
		return nil
	}
	f.next(ctx)
	return nil
}

// nameOf is the name of an object with its namespace, if it has one.
func nameOf(o *unstructured.Unstructured) string {
	return strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/")
}

// enable enables the types of objects that are to be federated, or says which are not.
func (f *federating) enable(ctx context.Context) error {
	names := f.lacking()
	if len(names) == 0 {
		return nil
	}
	if !f.enableType {
		return fmt.Errorf("these types are not enabled: %s. --enable-type does that, and -s leaves some out", strings.Join(names, ", "))
	}
	wishes := make([]setup.Wish, len(names))
	for i, name := range names {
		wishes[i].Name = name
	}
	kinds, err := f.Setup().Discover(ctx, wishes...)
	if err != nil {
		return err
	}
	return enableKinds(ctx, f.Session, enabling{f.Setup(), f.dryRun, f.Out}, kinds)
}

// creationTime is how long an API server may take to serve a kind that was defined just
// now.
const creationTime = 10 * time.Second

// create creates a federated object. In a dry run nobody can check one whose kind is
// not defined.
func (f *federating) create(ctx context.Context, w want) error {
	o := metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}
	switch {
	case f.dryRun == cli.DryRunServer && w.of.enabled:
		o.DryRun = []string{metav1.DryRunAll}
	case f.dryRun != cli.DryRunNone:
		return nil
	}
	var last error
	created := func(ctx context.Context) (bool, error) {
		_, last = f.federated(w.of.federated, w.Object.GetNamespace()).Create(ctx, w.Object, o)
		return !apierrors.IsNotFound(last) || isAboutNamespace(last), nil
	}
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, creationTime, true, created)
	if last != nil {
		return last
	}
	return err
}

// isAboutNamespace says that there is no such namespace, for which nobody needs to
// wait.
func isAboutNamespace(err error) bool {
	status, is := err.(apierrors.APIStatus)
	return is && status.Status().Details != nil && status.Status().Details.Kind == "namespaces"
}

func (f *federating) federated(t federation.Type, namespace string) dynamic.ResourceInterface {
	if t.Scope == federation.ClusterScoped {
		return f.Dynamic.Resource(t.GroupVersionResource())
	}
	return f.Dynamic.Resource(t.GroupVersionResource()).Namespace(namespace)
}

// next tells what comes next: the namespace, where it is not federated, or how the
// object fares.
func (f *federating) next(ctx context.Context) {
	first := f.wants[0]
	namespace := first.Object.GetNamespace()
	i := slices.IndexFunc(f.types, host.Type.IsNamespaces)
	if i >= 0 && first.of.target.Scope == federation.NamespaceScoped {
		_, err := f.Federated(f.types[i], namespace).Get(ctx, namespace, metav1.GetOptions{})
		if apierrors.IsNotFound(err) { // who may not know gets the other hint
			f.Next(fmt.Sprintf("it goes to clusters once namespace %s is federated, too", namespace), "federate namespace", namespace)
			return
		}
	}
	command := []string{"status", strings.ToLower(first.object.GetKind()) + "/" + first.Object.GetName()}
	if first.of.target.Scope == federation.NamespaceScoped {
		command = append(command, "-n", namespace)
	}
	f.Next("next, see how it fares", append(command, "--wait")...)
}
