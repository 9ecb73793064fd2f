package clusterset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"
)

// specOf is what the oldest export alone decides.
func specOf(oldest Export) v1beta1.ServiceImportSpec {
	if oldest.isHeadless() {
		return v1beta1.ServiceImportSpec{Type: v1beta1.Headless}
	}
	service := oldest.Service.Spec
	policy := policyOf(oldest)
	return v1beta1.ServiceImportSpec{
		Type:                  v1beta1.ClusterSetIP,
		SessionAffinity:       affinityOf(oldest),
		SessionAffinityConfig: service.SessionAffinityConfig.DeepCopy(),
		InternalTrafficPolicy: &policy,
		TrafficDistribution:   service.TrafficDistribution,
	}
}

func typeOf(e Export) v1beta1.ServiceImportType {
	if e.isHeadless() {
		return v1beta1.Headless
	}
	return v1beta1.ClusterSetIP
}

func affinityOf(e Export) corev1.ServiceAffinity {
	return cmp.Or(e.Service.Spec.SessionAffinity, corev1.ServiceAffinityNone)
}

func policyOf(e Export) corev1.ServiceInternalTrafficPolicy {
	if p := e.Service.Spec.InternalTrafficPolicy; p != nil {
		return *p
	}
	return corev1.ServiceInternalTrafficPolicyCluster
}

// property is something of a service that its exports have to agree on.
type property struct {
	reason v1beta1.ServiceExportConditionReason
	name   string
	// value is what an export says, in a word or more; concerns tells whether it
	// says anything at all, beside the oldest one.
	value    func(Export) string
	concerns func(e, oldest Export) bool
	shown    visibility
}

// visibility tells whether a value is told to people.
type visibility string

const (
	shown  visibility = ""
	hidden visibility = "Hidden" // it may be long
)

// properties are all but ports and families.
func properties() []property {
	return []property{
		{v1beta1.ServiceExportReasonTypeConflict, "type", func(e Export) string { return string(typeOf(e)) }, always, shown},
		{v1beta1.ServiceExportReasonSessionAffinityConflict, "sessionAffinity", func(e Export) string { return string(affinityOf(e)) }, withAddress, shown},
		{v1beta1.ServiceExportReasonSessionAffinityConfigConflict, "sessionAffinityConfig", affinityConfig, withSameAffinity, shown},
		{v1beta1.ServiceExportReasonInternalTrafficPolicyConflict, "internalTrafficPolicy", func(e Export) string { return string(policyOf(e)) }, withAddress, shown},
		{v1beta1.ServiceExportReasonTrafficDistributionConflict, "trafficDistribution", distribution, withAddress, shown},
		{v1beta1.ServiceExportReasonLabelsConflict, "exportedLabels", func(e Export) string { return spelled(e.Labels) }, always, hidden},
		{v1beta1.ServiceExportReasonAnnotationsConflict, "exportedAnnotations", func(e Export) string { return spelled(e.Annotations) }, always, hidden},
	}
}

func always(Export, Export) bool { return true }

// withAddress is for what says how traffic to the address of a service is divided.
func withAddress(e, oldest Export) bool { return !e.isHeadless() && !oldest.isHeadless() }

func withSameAffinity(e, oldest Export) bool {
	return withAddress(e, oldest) && affinityOf(e) == affinityOf(oldest)
}

func affinityConfig(e Export) string {
	config := e.Service.Spec.SessionAffinityConfig
	if config == nil || config.ClientIP == nil || config.ClientIP.TimeoutSeconds == nil {
		return "empty"
	}
	return fmt.Sprintf("timeoutSeconds=%d", *config.ClientIP.TimeoutSeconds)
}

func distribution(e Export) string {
	if d := e.Service.Spec.TrafficDistribution; d != nil {
		return *d
	}
	return "empty"
}

func spelled(of map[string]string) string {
	var all strings.Builder
	for _, key := range slices.Sorted(maps.Keys(of)) {
		fmt.Fprintf(&all, "%q=%q ", key, of[key])
	}
	return all.String()
}

// differences are the properties in which exports differ from the oldest one.
func differences(exports []Export) []conflict {
	oldest := exports[0]
	var all []conflict
	for _, p := range properties() {
		c := conflict{reason: p.reason, what: p.name + " is", as: oldest.Cluster, of: len(exports)}
		if p.shown == shown {
			c.what += " " + p.value(oldest)
		}
		for _, e := range exports[1:] {
			if p.concerns(e, oldest) && p.value(e) != p.value(oldest) {
				c.others = append(c.others, e.Cluster)
			}
		}
		if len(c.others) > 0 {
			all = append(all, c)
		}
	}
	return all
}
