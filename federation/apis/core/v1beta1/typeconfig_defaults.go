package v1beta1

import (
	"cmp"
	"strings"
)

// WithDefaults returns a copy in which what the API server requires, but people
// may leave out of a file, is filled in: plural name and group of the target
// type from the name of the config, the plural name of the federated type from
// its kind, and group and version of the status type from the federated type.
// Whether copies are judged is filled in by the target's kind.
func (c *FederatedTypeConfig) WithDefaults() *FederatedTypeConfig {
	out := c.DeepCopy()
	target, federated, status := &out.Spec.TargetType, &out.Spec.FederatedType, out.Spec.StatusType
	plural, group, _ := strings.Cut(c.Name, ".")
	target.PluralName = cmp.Or(target.PluralName, plural)
	target.Group = cmp.Or(target.Group, group)
	federated.PluralName = cmp.Or(federated.PluralName, PluralName(federated.Kind))
	if status != nil {
		status.PluralName = cmp.Or(status.PluralName, PluralName(status.Kind))
		status.Group = cmp.Or(status.Group, federated.Group)
		status.Version = cmp.Or(status.Version, federated.Version)
	}
	if out.Spec.Health.Collection == "" {
		out.Spec.Health.Collection = Disabled
		if hasStatus(*target) {
			out.Spec.Health.Collection = Enabled
		}
	}
	return out
}

// hasStatus says whether objects of a type may have a status to judge them by. Of
// kinds that are not known they may.
func hasStatus(r APIResource) bool {
	switch r.Group {
	case "rbac.authorization.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "node.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io":
		return false
	}
	switch r.Kind {
	case "ConfigMap", "Secret", "ServiceAccount", "Endpoints", "Event", "LimitRange", "PodTemplate":
		return r.Group != ""
	case "NetworkPolicy", "IngressClass":
		return r.Group != "networking.k8s.io"
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
		return r.Group != "admissionregistration.k8s.io"
	}
	return true
}

// PluralName guesses the name in URLs of a kind, in the way of KubeFed: in lower
// case, with es after s, x, ch, sh, z and o, with ies for a final y, and with s
// after all else. For an empty kind it is empty.
func PluralName(kind string) string {
	name := strings.ToLower(kind)
	if name == "" {
		return ""
	}
	for _, ending := range []string{"s", "x", "ch", "sh", "z", "o"} {
		if strings.HasSuffix(name, ending) {
			return name + "es"
		}
	}
	if stem, found := strings.CutSuffix(name, "y"); found {
		return stem + "ies"
	}
	return name + "s"
}
