// Package trial asks clusters what they have of a federated object, and what they would
// have once a controller had come to it.
package trial

import (
	"context"
	"errors"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// Trial is an object that clusters are asked about. All is required.
type Trial struct {
	Subject   subject.Subject
	Foresight subject.Foresight
	Options   push.Options // of what carries it, see [OptionsOf]
}

// Verdict is what one cluster has and would have; nil is nothing.
type Verdict struct {
	Before, After *unstructured.Unstructured
	Note          string // for people; empty is none
}

// OptionsOf are those of whatever carries a subject in a federation, with the field
// manager that it has by default.
func OptionsOf(one subject.Subject, f host.Federation, systemNamespace string) push.Options {
	o := push.Options{Type: one.Target()}
	if *f.Config.Spec.SyncController.AdoptResources == corev1beta1.Disabled {
		o.Adoption = push.Refuse
	}
	if f.Config.Spec.Scope == federation.NamespaceScoped {
		o.Namespace = systemNamespace
	}
	return o
}

// Ask asks one cluster, over this config.
func (t Trial) Ask(ctx context.Context, m host.Member, config *rest.Config) (Verdict, error) {
	name := m.Cluster.Name
	if err := t.Foresight.Failed[name]; err != nil {
		return Verdict{}, propagation.Problemf(status.ApplyOverridesFailed, propagation.RetryOnChange, "%w", err)
	}
	want := t.Foresight.Copies[name]
	if want == nil {
		return t.removed(ctx, m, config)
	}
	in := t.Subject.Intent()
	how := in.Holding
	how.Parent = in.Parent
	v, err := push.Try(ctx, t.Options, push.Trial{Cluster: name, Config: config, Want: want, Holding: how})
	if problem, is := errors.AsType[*propagation.Problem](err); is && awaited(problem.State) {
		return Verdict{Before: v.Live, After: want, Note: problem.Error() + "; it is shown as it is declared"}, nil
	}
	if err != nil {
		return Verdict{}, err
	}
	out := Verdict{Before: v.Live, After: v.Then}
	if v.Recreated {
		out.Note = "a field of it cannot change: the copy is deleted, and created anew"
	}
	return out, nil
}

// Concerns says whether the object has to do with a cluster: it should hold a copy, or was
// reported to.
func (t Trial) Concerns(name federation.ClusterName) bool {
	return slices.Contains(t.Foresight.Decision.Selected, name) || slices.Contains(t.Foresight.Kept, name) || slices.Contains(t.Subject.Reported(), name)
}

// awaited says of a state that the object waits for something that may come with it.
func awaited(s status.State) bool {
	return s == status.WaitingForNamespace || s == status.WaitingForKind
}

// IsSilence says of an error that a cluster did not answer, or that there is no way to
// ask it.
func IsSilence(err error) bool {
	if problem, is := errors.AsType[*propagation.Problem](err); is {
		return problem.Pressed
	}
	var answer apierrors.APIStatus
	return !errors.As(err, &answer)
}

// removed is what becomes of a copy that should not be there. One that is not ours
// stays.
func (t Trial) removed(ctx context.Context, m host.Member, config *rest.Config) (Verdict, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return Verdict{}, err
	}
	in := t.Subject.Intent()
	objects := client.Resource(t.Options.Type.GroupVersionResource())
	var live *unstructured.Unstructured
	if t.Options.Type.Scope == federation.NamespaceScoped {
		live, err = objects.Namespace(in.Key.Namespace).Get(ctx, in.Key.Name, metav1.GetOptions{})
	} else {
		live, err = objects.Get(ctx, in.Key.Name, metav1.GetOptions{})
	}
	switch {
	case apierrors.IsNotFound(err):
		return Verdict{}, nil
	case err != nil:
		return Verdict{}, err
	case push.ParentOf(live) != in.Parent || in.Parent == "":
		return Verdict{Before: live, After: live}, nil
	case in.Removal.Orphan || m.Cluster.Leaving == federation.LeavingOrphan:
		return Verdict{Before: live, After: letGo(live), Note: "the copy stays there, and is nobody's"}, nil
	}
	return Verdict{Before: live}, nil
}

// letGo is a copy without the federation's label.
func letGo(live *unstructured.Unstructured) *unstructured.Unstructured {
	free := live.DeepCopy()
	labels := free.GetLabels()
	delete(labels, propagation.ManagedLabel)
	free.SetLabels(labels)
	return free
}
