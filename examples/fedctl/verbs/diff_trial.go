package verbs

import (
	"context"
	"errors"

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

// trial is an object that clusters are asked about.
type trial struct {
	subject   subject.Subject
	foresight subject.Foresight
	options   push.Options
}

// tried is what one cluster has and would have.
type tried struct {
	before, after *unstructured.Unstructured
	note          string // for people; empty is none
}

// options are those of whatever carries the objects of the subject's type.
func (d *differing) options(one subject.Subject) push.Options {
	o := push.Options{Type: one.Target(), FieldManager: d.manager}
	if *d.federation.Config.Spec.SyncController.AdoptResources == corev1beta1.Disabled {
		o.Adoption = push.Refuse
	}
	if d.federation.Config.Spec.Scope == federation.NamespaceScoped {
		o.Namespace = d.host.Namespace
	}
	return o
}

// ask asks one cluster.
func (t trial) ask(ctx context.Context, m host.Member, config *rest.Config) (tried, error) {
	name := m.Cluster.Name
	if err := t.foresight.Failed[name]; err != nil {
		return tried{}, propagation.Problemf(status.ApplyOverridesFailed, propagation.RetryOnChange, "%w", err)
	}
	want := t.foresight.Copies[name]
	if want == nil {
		return t.removed(ctx, m, config)
	}
	in := t.subject.Intent()
	how := in.Holding
	how.Parent = in.Parent
	v, err := push.Try(ctx, t.options, push.Trial{Cluster: name, Config: config, Want: want, Holding: how})
	if problem, is := errors.AsType[*propagation.Problem](err); is && awaited(problem.State) {
		return tried{before: v.Live, after: want, note: problem.Error() + "; it is shown as it is declared"}, nil
	}
	if err != nil {
		return tried{}, err
	}
	out := tried{before: v.Live, after: v.Then}
	if v.Recreated {
		out.note = "a field of it cannot change: the copy is deleted, and created anew"
	}
	return out, nil
}

// awaited says of a state that the object waits for something that may come with it.
func awaited(s status.State) bool {
	return s == status.WaitingForNamespace || s == status.WaitingForKind
}

// isSilence says of an error that a cluster did not answer, or that there is no way to
// ask it.
func isSilence(err error) bool {
	if problem, is := errors.AsType[*propagation.Problem](err); is {
		return problem.Pressed
	}
	var answer apierrors.APIStatus
	return !errors.As(err, &answer)
}

// removed is what becomes of a copy that should not be there. One that is not ours
// stays.
func (t trial) removed(ctx context.Context, m host.Member, config *rest.Config) (tried, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return tried{}, err
	}
	in := t.subject.Intent()
	objects := client.Resource(t.options.Type.GroupVersionResource())
	var live *unstructured.Unstructured
	if t.options.Type.Scope == federation.NamespaceScoped {
		live, err = objects.Namespace(in.Key.Namespace).Get(ctx, in.Key.Name, metav1.GetOptions{})
	} else {
		live, err = objects.Get(ctx, in.Key.Name, metav1.GetOptions{})
	}
	switch {
	case apierrors.IsNotFound(err):
		return tried{}, nil
	case err != nil:
		return tried{}, err
	case push.ParentOf(live) != in.Parent || in.Parent == "":
		return tried{before: live, after: live}, nil
	case in.Removal.Orphan || m.Cluster.Leaving == federation.LeavingOrphan:
		return tried{before: live, after: letGo(live), note: "the copy stays there, and is nobody's"}, nil
	}
	return tried{before: live}, nil
}

// letGo is a copy without the federation's label.
func letGo(live *unstructured.Unstructured) *unstructured.Unstructured {
	free := live.DeepCopy()
	labels := free.GetLabels()
	delete(labels, propagation.ManagedLabel)
	free.SetLabels(labels)
	return free
}
