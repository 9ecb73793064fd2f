package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/pull"
)

// Agent is what the agent of a member that fetches needs: two kubeconfig files,
// good for 30 days.
type Agent struct {
	Host   []byte // of its account on the host
	Member []byte // of its account in the member; nil when the member is not reached from here
}

// JoinFetching makes the cluster a member that fetches what it should hold, by an
// agent (examples/agent): on the host, a namespace, an account that reaches nothing
// else, and the controller's right to delete that namespace when the member leaves;
// in the member, as Join does, an account that may do what the enabled types need.
// Where Member.Config is nil nothing is done in the member. A federation of scope
// Namespaced has no such members: they take rights outside of its namespace.
func (h Host) JoinFetching(ctx context.Context, m Member) (Agent, error) {
	w, err := h.writer()
	if err != nil {
		return Agent{}, err
	}
	switch scope, err := h.scope(ctx, w.client); {
	case err != nil:
		return Agent{}, fmt.Errorf("host: %w", err)
	case scope == federation.NamespaceScoped:
		return Agent{}, errors.New("in a federation of scope Namespaced no member fetches; it would take rights outside of its namespace")
	}
	all, err := h.fetching(m)
	if err != nil {
		return Agent{}, err
	}
	if err := w.apply(ctx, all...); err != nil {
		return Agent{}, fmt.Errorf("host: %w", err)
	}
	return h.equip(ctx, m)
}

// equip makes what the agent needs beside what is on the host.
func (h Host) equip(ctx context.Context, m Member) (agent Agent, err error) {
	at := types.NamespacedName{Namespace: pull.NamespaceOf(federation.ClusterName(m.Name)), Name: pull.AccountName}
	if agent.Host, err = tokenFile(ctx, "host", h.Config, at); err != nil {
		return Agent{}, fmt.Errorf("host: %w", err)
	}
	if m.Config == nil {
		return agent, nil
	}
	if err := h.admit(ctx, m); err != nil {
		return Agent{}, fmt.Errorf("member %q: %w", m.Name, err)
	}
	at = types.NamespacedName{Namespace: h.Namespace, Name: h.account(m)}
	if agent.Member, err = tokenFile(ctx, m.Name, m.Config, at); err != nil {
		return Agent{}, fmt.Errorf("member %q: %w", m.Name, err)
	}
	return agent, nil
}

// fetching is what the host has of a member that fetches.
func (h Host) fetching(m Member) ([]placed, error) {
	resources := map[string]schema.GroupVersionResource{
		"Namespace":      corev1.SchemeGroupVersion.WithResource("namespaces"),
		"ServiceAccount": corev1.SchemeGroupVersion.WithResource("serviceaccounts"),
		"Role":           rbacv1.SchemeGroupVersion.WithResource("roles"),
		"RoleBinding":    rbacv1.SchemeGroupVersion.WithResource("rolebindings"),
		"Lease":          {Group: "coordination.k8s.io", Version: "v1", Resource: "leases"},
	}
	var all []placed
	for _, o := range pull.Account(federation.ClusterName(m.Name), m.Labels) {
		resource, known := resources[o.GetObjectKind().GroupVersionKind().Kind]
		object, is := o.(metav1.Object)
		if !known || !is {
			return nil, fmt.Errorf("member %q: no way to make a %s", m.Name, o.GetObjectKind().GroupVersionKind())
		}
		all = append(all, placed{resource, object})
	}
	return append(all, h.farewell(pull.NamespaceOf(federation.ClusterName(m.Name)))...), nil
}

// farewell lets the controller delete the namespace that it is in.
func (h Host) farewell(namespace string) []placed {
	meta := metav1.ObjectMeta{Name: controllerAccount, Namespace: namespace}
	rule := allow("", []string{"namespaces"}, "delete")
	rule.ResourceNames = []string{namespace}
	return []placed{
		{rbacv1.SchemeGroupVersion.WithResource("roles"), &rbacv1.Role{
			TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
			ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule},
		}},
		{rbacv1.SchemeGroupVersion.WithResource("rolebindings"), &rbacv1.RoleBinding{
			TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"},
			ObjectMeta: meta,
			Subjects:   h.subjects(controllerAccount),
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: controllerAccount},
		}},
	}
}

// leavePause is the time between two looks at a member that is leaving.
const leavePause = 500 * time.Millisecond

// UnjoinFetching takes a member that fetches out of the federation. With an empty
// copies that is done at once and its copies stay as they are. Otherwise the
// controller removes the copies, or our label and record, as its agent answers; it
// returns when that is done or ctx ends. Then the account in the member is deleted,
// unless Member.Config is nil. What is not there any more is no error.
func (h Host) UnjoinFetching(ctx context.Context, m Member, copies federation.Leaving) error {
	client, err := kubernetes.NewForConfig(h.Config)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	namespaces, name := client.CoreV1().Namespaces(), pull.NamespaceOf(federation.ClusterName(m.Name))
	if copies == "" {
		err = namespaces.Delete(ctx, name, metav1.DeleteOptions{})
	} else if err = markLeaving(ctx, namespaces, name, copies); err == nil {
		err = awaitGoing(ctx, namespaces, name)
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("host: %w", err)
	}
	if m.Config == nil {
		return nil
	}
	return h.dismiss(ctx, m)
}

// awaitGoing waits until the namespace is gone, or is about to be.
func awaitGoing(ctx context.Context, namespaces typedcorev1.NamespaceInterface, name string) error {
	for {
		namespace, err := namespaces.Get(ctx, name, metav1.GetOptions{})
		if err != nil || namespace.DeletionTimestamp != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("namespace %q is not gone yet; the controller goes on: %w", name, ctx.Err())
		case <-time.After(leavePause):
		}
	}
}

func markLeaving(ctx context.Context, namespaces typedcorev1.NamespaceInterface, name string, copies federation.Leaving) error {
	if copies != federation.LeavingDelete && copies != federation.LeavingOrphan {
		return errors.New("copies either stay as they are, or the word is Delete or Orphan")
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{pull.LeavingAnnotation: copies}}})
	if err != nil {
		return err
	}
	_, err = namespaces.Patch(ctx, name, types.MergePatchType, body, metav1.PatchOptions{FieldManager: fieldManager})
	return err
}
