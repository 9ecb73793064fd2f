package clusterset

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// Export is what one cluster exports of a service: its ServiceExport, and the
// Service of the same name beside it.
type Export struct {
	Cluster federation.ClusterName
	// Created is when the ServiceExport was made.
	Created time.Time
	// Labels and Annotations are what it has the import carry.
	Labels, Annotations map[string]string
	// Service is nil where there is none.
	Service *corev1.Service
}

// Verdict is what [Merge] has to say of one export.
type Verdict struct {
	Cluster federation.ClusterName
	// Valid and Conflict are the conditions of these types.
	Valid, Conflict status.Condition
}

// InvalidClusterName is the reason of the condition Valid of an export from a
// cluster whose name cannot be part of a host name.
const InvalidClusterName = "InvalidClusterName"

// validity is the condition Valid of an export.
func (e Export) validity() status.Condition {
	reason, message := v1beta1.ServiceExportReasonValid, "the service can be exported"
	switch {
	case e.Service == nil:
		reason, message = v1beta1.ServiceExportReasonNoService, "there is no Service with the name of the export"
	case e.Service.Spec.Type == corev1.ServiceTypeExternalName:
		reason, message = v1beta1.ServiceExportReasonInvalidServiceType, "a Service of type ExternalName has no endpoints that could be exported"
	case len(validation.IsDNS1123Label(string(e.Cluster))) > 0:
		reason, message = InvalidClusterName, "the name of the cluster cannot be part of a host name: it has to be one DNS label"
	}
	return condition(v1beta1.ServiceExportConditionValid, reason == v1beta1.ServiceExportReasonValid, string(reason), message)
}

func condition(kind v1beta1.ServiceExportConditionType, holds answer, reason, message string) status.Condition {
	return status.Condition{Type: string(kind), Status: holds.String(), Reason: reason, Message: message}
}

// answer is the status of a condition.
type answer bool

// String is "True" or "False".
func (a answer) String() string {
	if a {
		return "True"
	}
	return "False"
}

// isHeadless says whether the service has no address of its own.
func (e Export) isHeadless() bool { return e.Service.Spec.ClusterIP == corev1.ClusterIPNone }

// valid are the exports that count, the oldest first.
func valid(exports []Export) []Export {
	counting := slices.DeleteFunc(slices.Clone(exports), func(e Export) bool { return e.validity().Status != answer(true).String() })
	slices.SortFunc(counting, func(a, b Export) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Cluster, b.Cluster))
	})
	return counting
}
