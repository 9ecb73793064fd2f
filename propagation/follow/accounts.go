package follow

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// secretsOf are the Secrets that a ServiceAccount names: those that its pods'
// images are pulled with, and those that it lets them mount. nil names none.
func secretsOf(account *unstructured.Unstructured) []Reference {
	if account == nil {
		return nil
	}
	var found references
	for _, list := range []string{"imagePullSecrets", "secrets"} {
		for _, secret := range items(account.Object, list) {
			found.add(secrets(), secret, "name")
		}
	}
	return found.once()
}

// passOn takes over what a ServiceAccount that follows refers to itself; nil is
// one that does not follow, or not any more.
func (f *Following) passOn(account target, object *unstructured.Unstructured) {
	r := reference{through: &account}
	for _, ref := range secretsOf(object) {
		r.to = append(r.to, target{of: ref.Type, key: propagation.Key{Namespace: account.key.Namespace, Name: ref.Name}})
	}
	who := referrer(account)
	f.mu.Lock()
	f.passed[account] = true
	if object == nil && len(f.known.byTarget[account]) == 0 {
		delete(f.passed, account)
	}
	same := slices.Equal(f.known.byReferrer[who].to, r.to)
	concerned := f.known.set(who, r)
	f.mu.Unlock()
	if !same {
		f.tell(concerned)
	}
}

// withThroughLocked adds what is concerned because a ServiceAccount is.
func (f *Following) withThroughLocked(concerned []target) []target {
	all := slices.Clone(concerned)
	for _, t := range concerned {
		all = append(all, f.known.byReferrer[referrer(t)].to...)
	}
	return all
}

// knowsAccounts says of a type whether all ServiceAccounts that may refer to
// objects of it are known, as far as they follow. Once they are, more of them
// only add to that.
func (f *Following) knowsAccounts(t federation.Type) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t != secrets() || !f.expected[ServiceAccounts()] || f.allPassed {
		return true
	}
	for there := range f.known.byTarget {
		if there.of == ServiceAccounts() && !f.passed[there] {
			return false
		}
	}
	f.allPassed = true
	return true
}
