package verbs

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// afterEnabling tells what is left to do before objects of the kinds are carried, and
// what may be done then. Nothing is told where that cannot be read: the types are
// enabled all the same.
func afterEnabling(ctx context.Context, s *cli.Session, h *host.Host, kinds []federatedkind.Kind) {
	types, err := h.Types(ctx)
	if err != nil {
		return
	}
	members, err := h.Clusters(ctx)
	if err != nil {
		return
	}
	namespaced := func(k federatedkind.Kind) bool { return k.Target.Scope == federation.NamespaceScoped }
	if !slices.ContainsFunc(types, host.Type.IsNamespaces) && slices.ContainsFunc(kinds, namespaced) {
		s.Next("what is in namespaces is carried once namespaces are enabled as well", "enable", corev1beta1.NamespacesTypeConfig)
	}
	tellLacking(ctx, s, h, members, kinds)
	if len(members) == 0 {
		s.Next("next, let clusters join", "join NAME --cluster-context CONTEXT")
		return
	}
	s.Next("next, federate an object", "federate", kinds[0].Target.String(), "NAME")
}

// tellLacking tells what members lack. One that does not answer now is not spoken of.
func tellLacking(ctx context.Context, s *cli.Session, h *host.Host, members []host.Member, kinds []federatedkind.Kind) {
	ready := slices.DeleteFunc(slices.Clone(members), func(m host.Member) bool { return m.Fetches || !m.Cluster.Ready })
	for _, a := range host.Ask(ctx, h, ready, s.Flags.MemberTimeout, lacks(kinds)) {
		for _, unknown := range a.Value.kinds {
			s.Warn("cluster %s does not serve %s: objects wait until it does; its CustomResourceDefinition can be federated, too", a.Member.Name, unknown)
		}
		if a.Value.rights {
			s.Next("cluster "+a.Member.Name+" joined before, and lets the federation write these types once it joins again", "join", a.Member.Name)
		}
	}
}

// lacking is what a member lacks to hold objects of kinds.
type lacking struct {
	rights bool     // the federation's account may not read them there, and so not write them
	kinds  []string // that it does not serve
}

// lacks looks for the least that there may be of each kind. A member says whether it
// may be read before it says whether there is such a thing.
func lacks(kinds []federatedkind.Kind) func(context.Context, *rest.Config) (lacking, error) {
	return func(ctx context.Context, config *rest.Config) (found lacking, err error) {
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			return found, err
		}
		for _, kind := range kinds {
			_, err := client.Resource(kind.Target.GroupVersionResource()).List(ctx, metav1.ListOptions{Limit: 1})
			switch {
			case apierrors.IsForbidden(err):
				found.rights = true
			case apierrors.IsNotFound(err):
				found.kinds = append(found.kinds, kind.Target.String()+"/"+kind.Target.Version)
			case err != nil:
				return found, err
			}
		}
		return found, nil
	}
}
