package federated

import (
	"fmt"
	"slices"

	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/follow"
)

var _ follow.Declarations = (*Objects)(nil)

// Declared implements [follow.Declarations].
func (s *Objects) Declared(key propagation.Key) (propagation.Intent, bool, error) {
	object, found := s.find(key)
	switch {
	case !found && !s.informer.HasSynced():
		return propagation.Intent{}, false, fmt.Errorf("%s: %w", s.Federated, propagation.ErrNotListed)
	case !found:
		return propagation.Intent{}, false, nil
	}
	return s.read(object, key)
}

// Keys implements [follow.Declarations].
func (s *Objects) Keys() ([]propagation.Key, error) {
	listed := s.informer.HasSynced()
	if !listed || s.Namespaces != nil && !s.Namespaces.federated.HasSynced() {
		return nil, fmt.Errorf("%s: %w", s.Federated, propagation.ErrNotListed)
	}
	var keys []propagation.Key
	for _, key := range s.informer.GetStore().ListKeys() {
		namespace, name, err := cache.SplitMetaNamespaceKey(key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, propagation.Key{Namespace: namespace, Name: name})
	}
	return keys, nil
}

// refers says whether objects of a type may refer to others, by what is in a pod
// template.
func refers(t federation.Type) bool {
	return t.Scope == federation.NamespaceScoped && !slices.Contains(follow.Types(), t)
}

// expectReferrers tells which types may refer to others. A type that is disabled
// stays one of them: its copies stay as they are, and so does what they need.
func (t *Types) expectReferrers(configs map[string]*corev1beta1.FederatedTypeConfig, want map[string]version) {
	var expected []federation.Type
	for name, config := range configs {
		accounts := config.Spec.TargetType.Type() == follow.ServiceAccounts() && want[name].serve == ServeAll
		if _, runs := want[name]; runs && (accounts || refers(config.Spec.TargetType.Type())) {
			expected = append(expected, config.Spec.TargetType.Type())
		}
	}
	t.following.Expect(expected)
}

// withFollowers has a type take part in what follows what.
func (t *Types) withFollowers(config *corev1beta1.FederatedTypeConfig, objects *Objects, carrier propagation.Propagator) (propagation.Source, propagation.Ledger, error) {
	switch {
	case refers(objects.Target):
		return t.following.Referring(objects.Target, objects, objects, objects), objects, nil
	case objects.Serve == ServeDeletions || !slices.Contains(follow.Types(), objects.Target):
		return objects, objects, nil
	}
	followed, err := t.following.Followed(follow.FollowedOptions{
		Type: objects.Target, Client: t.Client, Namespace: t.onlyNamespace(),
		Declared: objects, Identity: string(config.UID), Propagator: carrier,
	})
	return followed, followed, err
}
