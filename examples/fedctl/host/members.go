package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
)

// Member is a cluster of the federation, as the host describes it.
type Member struct {
	*corev1beta1.KubeFedCluster
	// Object is the same as the host has it.
	Object *unstructured.Unstructured
	// Cluster is the same in the words of the federation: as ready as was written down
	// last.
	Cluster federation.Cluster
	// Fetches says that the member fetches what it holds: the host has no way to it.
	// Object is its namespace on the host then, and KubeFedCluster has a name, labels
	// and an age, and no spec.
	Fetches bool
}

// Clusters are the members, by name.
func (h *Host) Clusters(ctx context.Context) ([]Member, error) {
	list, err := h.Dynamic.Resource(corev1beta1.KubeFedClusters()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, errors.New("the host does not know the kind KubeFedCluster: is this the host of a federation? \"fedctl install\" makes it one")
	case err != nil:
		return nil, fmt.Errorf("host: KubeFedClusters in namespace %s: %w", h.Namespace, err)
	}
	members := make([]Member, len(list.Items))
	for i := range list.Items {
		object, err := As[corev1beta1.KubeFedCluster](&list.Items[i])
		if err != nil {
			return nil, err
		}
		members[i] = Member{KubeFedCluster: object, Object: &list.Items[i], Cluster: kubefed.ClusterOf(object)}
	}
	return members, nil
}

// Only are those members that are named, in the order of the names, which may hold
// commas; with no names all of them. The error lists the members there are.
func Only(members []Member, named []string) ([]Member, error) {
	if len(named) == 0 {
		return members, nil
	}
	var only []Member
	for _, name := range named {
		i := slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no member has the name %q; members: %s", name, membersNames(members))
		}
		only = append(only, members[i])
	}
	return only, nil
}

// ClusterSet is the members in the words of the federation.
func ClusterSet(members []Member) federation.ClusterSet {
	clusters := make([]federation.Cluster, len(members))
	for i, m := range members {
		clusters[i] = m.Cluster
	}
	return federation.NewClusterSet(clusters...)
}

func membersNames(members []Member) string {
	if len(members) == 0 {
		return "none"
	}
	all := make([]string, len(members))
	for i, m := range members {
		all[i] = m.Name
	}
	return strings.Join(all, ", ")
}

// Reach says how to reach a member: as Access says, or by the credential that the host
// has of it.
func (h *Host) Reach(ctx context.Context, m Member) (*rest.Config, error) {
	switch {
	case h.Access != nil:
		return h.Access(m.Name)
	case m.Fetches:
		return nil, errors.New("it fetches what it holds, and the host has no way to it; --member-access=kubeconfig asks it by the context of its name")
	}
	secret, err := h.Typed.CoreV1().Secrets(h.Namespace).Get(ctx, m.Spec.SecretRef.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		secret, err = nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the credential of cluster %s: %w", m.Name, err)
	}
	config, err := kubefed.ConfigWith(kubefed.ConfigOptions{Exec: kubefed.ExecAllow}, m.KubeFedCluster, secret)
	if err != nil {
		return nil, err
	}
	return rest.AddUserAgent(config, "fedctl"), nil
}

// Client is a client of a member.
func (h *Host) Client(ctx context.Context, m Member) (dynamic.Interface, error) {
	config, err := h.Reach(ctx, m)
	if err != nil {
		return nil, err
	}
	return dynamic.NewForConfig(config)
}

// Answer is what one member said.
type Answer[T any] struct {
	Member Member
	Value  T
	Err    error // why there is none
}

// atATime is how many members are asked at a time.
const atATime = 16

// Ask asks members all at once, each for so long at the most, and returns their
// answers in their order.
func Ask[T any](ctx context.Context, h *Host, members []Member, patience time.Duration, ask func(context.Context, *rest.Config) (T, error)) []Answer[T] {
	answers := make([]Answer[T], len(members))
	slots := make(chan struct{}, atATime)
	var asking sync.WaitGroup
	for i, m := range members {
		asking.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %s", patience))
			defer cancel()
			answers[i] = answer(ctx, h, m, ask)
		})
	}
	asking.Wait()
	return answers
}

func answer[T any](ctx context.Context, h *Host, m Member, ask func(context.Context, *rest.Config) (T, error)) Answer[T] {
	a := Answer[T]{Member: m}
	config, err := h.Reach(ctx, m)
	if err == nil {
		a.Value, err = ask(ctx, config)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	a.Err = err
	return a
}
