package setup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/follow"
)

// followerRole is what lets the controller's account read what follows.
const followerRole = controllerAccount + "-follow"

// LetFollow lets the controller read the host's own objects of these types,
// written as in "kubectl get", so that they can follow those that refer to them:
// "configmaps", "secrets", "serviceaccounts" and "persistentvolumeclaims". The
// types that were named before are not allowed any more; with none, all that is
// taken back. Whoever lets secrets follow lets the controller read every Secret
// of the federation's namespaces, on the host.
func (h Host) LetFollow(ctx context.Context, types ...string) error {
	if err := canFollow(types); err != nil {
		return err
	}
	w, err := h.writer()
	if err != nil {
		return err
	}
	scope, err := h.scope(ctx, w.client)
	if err != nil {
		return err
	}
	of := grant{role: followerRole, account: controllerAccount, rules: []rbacv1.PolicyRule{allow("", types, "list", "watch")}}
	objects := h.everywhere(of)
	if scope == federation.NamespaceScoped {
		objects = h.inNamespace(of)
	}
	if len(types) == 0 {
		return w.remove(ctx, objects...)
	}
	return w.apply(ctx, objects...)
}

func canFollow(types []string) error {
	var can []string
	for _, t := range follow.Types() {
		can = append(can, t.String())
	}
	for _, name := range types {
		if !slices.Contains(can, name) {
			return fmt.Errorf("type %q: objects of it do not follow others; those of %s do", name, strings.Join(can, ", "))
		}
	}
	return nil
}
