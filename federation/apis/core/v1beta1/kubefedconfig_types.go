package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
)

// KubeFedConfig sets a federation up. The one named kubefed in the system
// namespace counts.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubefedconfigs,scope=Namespaced
type KubeFedConfig struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec KubeFedConfigSpec `json:"spec"`
}

// KubeFedConfigList is a list of KubeFedConfigs.
//
// +kubebuilder:object:root=true
type KubeFedConfigList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []KubeFedConfig `json:"items"`
}

// KubeFedConfigSpec is what a federation may be told. All but the scope has a
// default; nil is "not said".
type KubeFedConfigSpec struct {
	// Whether the federation reaches all namespaces ("Cluster"), or only the one
	// it lives in and no cluster-scoped object ("Namespaced"). It never changes.
	// +kubebuilder:validation:Enum=Cluster;Namespaced
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="the scope of a federation cannot change; delete the KubeFedConfig and create it anew"
	Scope federation.Scope `json:"scope"`

	// How long the federation waits before it acts on a change of a cluster.
	// +optional
	// +kubebuilder:default={}
	ControllerDuration *DurationConfig `json:"controllerDuration,omitempty"`

	// How the controllers agree on which of them works.
	// +optional
	// +kubebuilder:default={}
	LeaderElect *LeaderElectConfig `json:"leaderElect,omitempty"`

	// Features to switch on or off. A feature that is not listed has its default.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:default={{name: CrossClusterServiceDiscovery, configuration: Enabled},{name: FederatedIngress, configuration: Enabled},{name: PushReconciler, configuration: Enabled},{name: RawResourceStatusCollection, configuration: Disabled},{name: SchedulerPreferences, configuration: Enabled}}
	FeatureGates []FeatureGatesConfig `json:"featureGates,omitempty"`

	// How the health of clusters is watched.
	// +optional
	// +kubebuilder:default={}
	ClusterHealthCheck *ClusterHealthCheckConfig `json:"clusterHealthCheck,omitempty"`

	// How objects are carried to the clusters.
	// +optional
	// +kubebuilder:default={}
	SyncController *SyncControllerConfig `json:"syncController,omitempty"`

	// How the status of objects is collected.
	// +optional
	// +kubebuilder:default={}
	StatusController *StatusControllerConfig `json:"statusController,omitempty"`
}

// DurationConfig says how long to wait before a change of a cluster has
// consequences. Durations are more than zero.
type DurationConfig struct {
	// How long a cluster has to be there before objects are looked at again
	// because of it.
	// +optional
	// +kubebuilder:default="20s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 20s"
	AvailableDelay *metav1.Duration `json:"availableDelay,omitempty"`

	// How long a cluster has to be away before objects are looked at again
	// because of it.
	// +optional
	// +kubebuilder:default="60s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 60s"
	UnavailableDelay *metav1.Duration `json:"unavailableDelay,omitempty"`

	// How long the first list of a cluster's objects may take.
	// +optional
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 5m"
	CacheSyncTimeout *metav1.Duration `json:"cacheSyncTimeout,omitempty"`

	// Accepted from old manifests, and without effect: see clusterHealthCheck.
	// +optional
	ClusterMonitorPeriod string `json:"clusterMonitorPeriod,omitempty"`
}

// LeaderElectConfig says how the controllers agree on which of them works.
// Durations are more than zero; leaseDuration is longer than renewDeadline, and
// that longer than 1.2 times retryPeriod.
//
// +kubebuilder:validation:XValidation:rule="!has(self.leaseDuration) || !has(self.renewDeadline) || duration(self.leaseDuration) > duration(self.renewDeadline)",message="leaseDuration must be greater than renewDeadline",fieldPath=".leaseDuration"
// +kubebuilder:validation:XValidation:rule="!has(self.renewDeadline) || !has(self.retryPeriod) || duration(self.renewDeadline).getMilliseconds() * 10 > duration(self.retryPeriod).getMilliseconds() * 12",message="renewDeadline must be greater than 1.2 times retryPeriod",fieldPath=".renewDeadline"
type LeaderElectConfig struct {
	// How long the others wait for a leader that is silent.
	// +optional
	// +kubebuilder:default="15s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 15s"
	LeaseDuration *metav1.Duration `json:"leaseDuration,omitempty"`

	// How long a leader tries to renew its lease before it gives up.
	// +optional
	// +kubebuilder:default="10s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 10s"
	RenewDeadline *metav1.Duration `json:"renewDeadline,omitempty"`

	// How long to wait between two tries.
	// +optional
	// +kubebuilder:default="5s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 5s"
	RetryPeriod *metav1.Duration `json:"retryPeriod,omitempty"`

	// Accepted, and without effect: the lock is a Lease.
	// +optional
	// +kubebuilder:default="configmaps"
	// +kubebuilder:validation:Enum=configmaps;endpoints;leases
	ResourceLock *ResourceLock `json:"resourceLock,omitempty"`
}

// ResourceLock names a kind of lock. Kubernetes has only leases left, so any of
// them is a Lease.
type ResourceLock string

// The values of a ResourceLock.
const (
	ConfigMapsLock ResourceLock = "configmaps"
	EndpointsLock  ResourceLock = "endpoints"
	LeasesLock     ResourceLock = "leases"
)

// FeatureGatesConfig switches one feature on or off.
type FeatureGatesConfig struct {
	// The feature.
	// +kubebuilder:validation:Enum=PushReconciler;RawResourceStatusCollection;SchedulerPreferences;CrossClusterServiceDiscovery;FederatedIngress
	Name FeatureGate `json:"name"`

	// +kubebuilder:validation:Enum=Enabled;Disabled
	Configuration Toggle `json:"configuration"`
}

// ClusterHealthCheckConfig says how the health of clusters is watched. All
// values are more than zero.
type ClusterHealthCheckConfig struct {
	// The time between two probes of a cluster.
	// +optional
	// +kubebuilder:default="10s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 10s"
	Period *metav1.Duration `json:"period,omitempty"`

	// How many probes in a row have to fail before a ready cluster is not ready.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=1
	FailureThreshold *int64 `json:"failureThreshold,omitempty"`

	// How many probes in a row have to succeed before a cluster is ready again.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	SuccessThreshold *int64 `json:"successThreshold,omitempty"`

	// How long a probe may take.
	// +optional
	// +kubebuilder:default="3s"
	// +kubebuilder:validation:XValidation:rule="duration(self) > duration('0s')",message="must be a duration greater than zero, such as 3s"
	Timeout *metav1.Duration `json:"timeout,omitempty"`
}

// SyncControllerConfig says how objects are carried to the clusters.
type SyncControllerConfig struct {
	// How many objects of one type are worked on at a time; more than zero.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	MaxConcurrentReconciles *int64 `json:"maxConcurrentReconciles,omitempty"`

	// Whether an object that is in a cluster already is taken over.
	// +optional
	// +kubebuilder:default=Enabled
	// +kubebuilder:validation:Enum=Enabled;Disabled
	AdoptResources *Toggle `json:"adoptResources,omitempty"`
}

// StatusControllerConfig says how the status of objects is collected.
type StatusControllerConfig struct {
	// How many objects of one type are worked on at a time; more than zero.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	MaxConcurrentReconciles *int64 `json:"maxConcurrentReconciles,omitempty"`
}
