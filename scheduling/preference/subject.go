package preference

import (
	"cmp"
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// subject is a preference, and all that the host says about what it is for.
type subject struct {
	*v1alpha1.ReplicaSchedulingPreference
	config *corev1beta1.FederatedTypeConfig
	declared
	fields   []field
	counted  bool // what a copy counts is the first field, as it is unless another is named
	idle     v1alpha1.IdlePolicy
	clusters []federation.Cluster
	retained string // why the first field is the members'; empty when it is not
}

// errNotListed says that something on the host is not known yet. When it is, the
// preference is looked at again.
var errNotListed = errors.New("not listed yet")

// key is the key of the preference, and of the federated object.
func (s subject) key() propagation.Key { return propagation.KeyOf(s.ReplicaSchedulingPreference) }

func (s subject) target() federation.Type { return s.config.Spec.TargetType.Type() }

// read reads a preference.
func read(object *unstructured.Unstructured) (*v1alpha1.ReplicaSchedulingPreference, error) {
	p := &v1alpha1.ReplicaSchedulingPreference{}
	return p, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, p)
}

// subject reads what a preference is about. The error is a [*trouble] when there is
// nothing to divide, and errNotListed when that is not known yet.
func (c *Controller) subject(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference) (subject, error) {
	s := subject{ReplicaSchedulingPreference: p}
	var err error
	if s.config, s.declared, err = c.declared(p); err != nil {
		return s, err
	}
	scale, err := c.scales.pathOf(ctx, s.target())
	if err != nil {
		return s, err
	}
	if err := s.divide(scale); err != nil {
		return s, err
	}
	choosers, err := c.choosers(s)
	if err != nil {
		return s, err
	}
	s.clusters, err = candidates(c.Registry.Snapshot(), choosers)
	return s, err
}

// divide works out what is divided. Scale is the field that the scale subresource of
// the type names; empty where none does.
func (s *subject) divide(scale string) error {
	rule, divisible := ruleOf(s.target(), scale)
	if !divisible && len(s.Spec.Fields) == 0 {
		return troublef(v1alpha1.InvalidTarget, "a %s has no replicas: name the fields that are to be divided in spec.fields, or choose another spec.targetKind", s.target().Kind)
	}
	s.fields = fieldsOf(s.Spec, rule, s.spec.Template)
	s.counted = divisible && s.fields[0].path == rule.fields(0, nil)[0].path
	s.idle = cmp.Or(s.Spec.IdleClusters, rule.idle, v1alpha1.IdleKeep)
	s.retained = s.retains(s.fields[0].path, s.config)
	return nil
}

// own is the selector of the federated object itself.
func (s subject) own() chooser {
	return chooser{by: "the " + s.object.GetKind(), selector: s.spec.Placement.ClusterSelector}
}

// declared finds the federated object of a preference, and the config of its kind.
func (c *Controller) declared(p *v1alpha1.ReplicaSchedulingPreference) (*corev1beta1.FederatedTypeConfig, declared, error) {
	config, err := c.kinds.read(c.configs).find(p.Spec.TargetKind)
	if err != nil {
		return nil, declared{}, err
	}
	d, err := c.find(config.Spec.FederatedType.Type(), propagation.KeyOf(p))
	return config, d, err
}

// find finds a federated object.
func (c *Controller) find(t federation.Type, key propagation.Key) (declared, error) {
	objects, known := c.targets.Of(t)
	if !known {
		return declared{}, errNotListed
	}
	object, found := objects.Get(key.String())
	if !found || object.GetDeletionTimestamp() != nil {
		return declared{}, troublef(v1alpha1.TargetNotFound, "there is no %s %s: create it, or choose another spec.targetKind", t.Kind, key)
	}
	spec, err := federatedkind.SpecOf(object)
	if err != nil {
		return declared{}, troublef(v1alpha1.InvalidTarget, "%s %s: %s", t.Kind, key, err)
	}
	return declared{object: object, spec: spec}, nil
}

// choosers are the selectors that count beside the preference.
func (c *Controller) choosers(s subject) ([]chooser, error) {
	if !s.Spec.IntersectWithClusterSelector {
		return nil, nil
	}
	config, there := c.kinds.read(c.configs).namespaces()
	if !there {
		return []chooser{s.own()}, nil
	}
	kind := config.Spec.FederatedType.Type()
	within, err := c.find(kind, propagation.Key{Namespace: s.Namespace, Name: s.Namespace})
	if missing, is := errors.AsType[*trouble](err); is {
		if missing.reason == v1alpha1.TargetNotFound && c.Scope == federation.NamespaceScoped {
			return []chooser{s.own()}, nil // it sets no bound
		}
		return nil, troublef(v1alpha1.NoClusters, "spec.intersectWithClusterSelector: %s %s/%s is missing or cannot be read: create it", kind.Kind, s.Namespace, s.Namespace)
	}
	return []chooser{s.own(), {by: kind.Kind + " " + s.Namespace, selector: within.spec.Placement.ClusterSelector}}, err
}
