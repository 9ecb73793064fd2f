package clusterset

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"
)

// familiesOf are the families in which every export can be reached, in the order
// that the oldest has them. An export that has none of these conflicts, and is left
// aside: else nobody could be reached.
func familiesOf(exports []Export) ([]corev1.IPFamily, []conflict) {
	families := slices.Clone(exports[0].Service.Spec.IPFamilies)
	apart := conflict{reason: v1beta1.ServiceExportReasonIPFamilyConflict, as: exports[0].Cluster, of: len(exports)}
	for _, e := range exports[1:] {
		common := slices.DeleteFunc(slices.Clone(families), func(f corev1.IPFamily) bool {
			return !slices.Contains(e.Service.Spec.IPFamilies, f)
		})
		switch {
		case len(e.Service.Spec.IPFamilies) == 0: // its API server is too old to tell
		case len(families) == 0:
			families = slices.Clone(e.Service.Spec.IPFamilies)
			apart.as = e.Cluster
		case len(common) > 0:
			families = common
		default:
			apart.others = append(apart.others, e.Cluster)
		}
	}
	if len(apart.others) == 0 {
		return families, nil
	}
	apart.what = fmt.Sprintf("ipFamilies is %v", families)
	return families, []conflict{apart}
}
