package v1beta1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KubeFedCluster is a member of the federation. Its name is the member's name
// in placements and overrides, and its labels are what cluster selectors match.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubefedclusters,shortName=kfc,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=age,type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name=ready,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].status`
// +kubebuilder:printcolumn:name=cordoned,type=boolean,priority=1,JSONPath=`.spec.unschedulable`
// +kubebuilder:printcolumn:name=taints,type=string,priority=1,JSONPath=`.spec.taints[*].key`
// +kubebuilder:printcolumn:name=region,type=string,priority=1,JSONPath=`.status.region`
// +kubebuilder:printcolumn:name=zones,type=string,priority=1,JSONPath=`.status.zones`
// +kubebuilder:printcolumn:name=kubernetes-version,type=string,JSONPath=`.status.kubernetesVersion`
type KubeFedCluster struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec KubeFedClusterSpec `json:"spec"`
	// +optional
	Status KubeFedClusterStatus `json:"status,omitzero"`
}

// KubeFedClusterList is a list of KubeFedClusters.
//
// +kubebuilder:object:root=true
type KubeFedClusterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []KubeFedCluster `json:"items"`
}

// KubeFedClusterSpec says how a member is reached.
type KubeFedClusterSpec struct {
	// Where the cluster's API server is: a host or IP address with an optional
	// port, or an http or https URL. Without a scheme it is https.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="isURL(self.contains('://') ? self : 'https://' + self) && url(self.contains('://') ? self : 'https://' + self).getHostname() != ''",message="must be a host, host:port or URL, such as https://10.0.0.1:6443"
	// +kubebuilder:validation:XValidation:rule="!self.contains('://') || self.lowerAscii().startsWith('https://') || self.lowerAscii().startsWith('http://')",message="must have the scheme https or http, or none"
	// +kubebuilder:validation:XValidation:rule="self.contains('://') || self.find('/.*') in ['', '/']",message="must have a scheme when it has a path, such as https://example.com/k8s"
	// +kubebuilder:validation:XValidation:rule="!isURL(self.contains('://') ? self : 'https://' + self) || url(self.contains('://') ? self : 'https://' + self).getPort() == '' || (url(self.contains('://') ? self : 'https://' + self).getPort().size() < 6 && int(url(self.contains('://') ? self : 'https://' + self).getPort()) >= 1 && int(url(self.contains('://') ? self : 'https://' + self).getPort()) <= 65535)",message="must have a port between 1 and 65535, or none"
	APIEndpoint string `json:"apiEndpoint"`

	// Certificates, PEM encoded, that the API server's certificate is checked
	// with. Without them those of the system are.
	// +optional
	CABundle []byte `json:"caBundle,omitempty"`

	// The Secret with the cluster's credentials, in this object's namespace.
	SecretRef LocalSecretReference `json:"secretRef"`

	// What not to check of the API server's certificate. "*" is everything, and
	// stands alone.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || !('*' in self)",message="must hold nothing else when it holds *"
	DisabledTLSValidations []TLSValidation `json:"disabledTLSValidations,omitempty"`

	// The proxy between the federation and the cluster: an http, https or socks5
	// URL.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="self == '' || (isURL(self) && url(self).getScheme() in ['http', 'https', 'socks5'] && url(self).getHostname() != '')",message="must be an http, https or socks5 URL, such as http://proxy.example.com:3128"
	ProxyURL string `json:"proxyURL,omitempty"`

	// What becomes of the copies in the cluster when this object is deleted: with
	// Keep they stay as they are, with Orphan they lose the federation's marks,
	// and with Delete they are deleted. With the latter two this object stays
	// until that is done, or the cluster could not be reached for some minutes.
	// Without it, it is Keep.
	// +optional
	// +kubebuilder:validation:Enum=Keep;Orphan;Delete
	UnjoinPolicy UnjoinPolicy `json:"unjoinPolicy,omitempty"`

	// Keeps new copies away, and leaves those that are there, unless an object
	// tolerates the taint fedrail.io/unschedulable.
	// +optional
	Unschedulable bool `json:"unschedulable,omitempty"`

	// Keep objects away that do not tolerate them, as those of a Node keep pods
	// away: NoSchedule lets no new copies come, NoExecute takes away those that are
	// there as well. PreferNoSchedule has a say where replicas are divided only. The
	// time of a NoExecute taint that has none is when a controller first saw it.
	// +optional
	// +listType=map
	// +listMapKey=key
	// +listMapKey=effect
	// +kubebuilder:validation:MaxItems=32
	Taints []Taint `json:"taints,omitempty"`

	// The region and the zones that the cluster is in, in the place of what its nodes
	// say. They are parts of DNS names, so they are such labels.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self == '' || !format.dns1123Label().validate(self).hasValue()",message="must be a label of a DNS name, such as eu-west1"
	Region string `json:"region,omitempty"`
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.all(zone, !format.dns1123Label().validate(zone).hasValue())",message="must be labels of DNS names, such as eu-west1-a"
	Zones []string `json:"zones,omitempty"`
}

// Taint is a taint of a cluster. It can be converted to a [corev1.Taint].
type Taint struct {
	// A name such as maintenance, or example.com/maintenance.
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule="!format.qualifiedName().validate(self).hasValue()",message="must be a name such as maintenance, or example.com/maintenance"
	Key string `json:"key"`

	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="!format.labelValue().validate(self).hasValue()",message="must begin and end with a letter or digit, and have only these, -, _ and . between"
	Value string `json:"value,omitempty"`

	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect corev1.TaintEffect `json:"effect"`

	// When the taint was added: what tolerates it for a while goes so long after
	// that.
	// +optional
	TimeAdded *metav1.Time `json:"timeAdded,omitempty"`
}

// UnjoinPolicy is what becomes of the copies in a cluster that leaves.
type UnjoinPolicy string

// The values of an UnjoinPolicy.
const (
	UnjoinKeep   UnjoinPolicy = "Keep"
	UnjoinOrphan UnjoinPolicy = "Orphan"
	UnjoinDelete UnjoinPolicy = "Delete"
)

// UnjoinFinalizer holds a KubeFedCluster until its UnjoinPolicy is carried out.
const UnjoinFinalizer = "fedrail.io/unjoin"

// LocalSecretReference names a Secret in the namespace of the object that
// refers to it. The Secret holds a bearer token under the key token.
type LocalSecretReference struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	Name string `json:"name"`
}

// TLSValidation is a part of checking an API server's certificate.
//
// +kubebuilder:validation:Enum="*";SubjectName;ValidityPeriod
type TLSValidation string

// The values of a TLSValidation.
const (
	TLSAll            TLSValidation = "*"
	TLSSubjectName    TLSValidation = "SubjectName"
	TLSValidityPeriod TLSValidation = "ValidityPeriod"
)

// KubeFedClusterStatus is what is known about a member. The zero status is
// "never probed".
type KubeFedClusterStatus struct {
	// How the cluster answered the last probes.
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Conditions []ClusterCondition `json:"conditions"`

	// The version of the cluster's API server when it was ready last.
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// The zones of the cluster's nodes.
	// +optional
	// +listType=atomic
	Zones []string `json:"zones,omitempty"`

	// The region of the cluster's nodes.
	// +optional
	Region string `json:"region,omitempty"`
}

// ClusterCondition is one thing that is known about a member.
type ClusterCondition struct {
	// +kubebuilder:validation:Enum=Ready;Offline;ConfigMalformed
	Type ClusterConditionType `json:"type"`

	// +kubebuilder:validation:Enum="True";"False";"Unknown"
	Status metav1.ConditionStatus `json:"status"`

	// When the cluster was probed last.
	// +kubebuilder:validation:XValidation:rule="self > timestamp('0001-01-01T00:00:00Z')",message="must be the time of the last probe"
	LastProbeTime metav1.Time `json:"lastProbeTime"`

	// When the status was another one last.
	// +optional
	LastTransitionTime metav1.Time `json:"lastTransitionTime,omitzero"`

	// One CamelCase word.
	// +optional
	Reason string `json:"reason,omitempty"`

	// What was seen, for people.
	// +optional
	Message string `json:"message,omitempty"`
}

// ClusterConditionType is what a [ClusterCondition] speaks of.
type ClusterConditionType string

// The types of the conditions.
const (
	// ClusterReady: the cluster can take work.
	ClusterReady ClusterConditionType = "Ready"
	// ClusterOffline: the cluster does not answer.
	ClusterOffline ClusterConditionType = "Offline"
	// ClusterConfigMalformed: no client can be made from what the KubeFedCluster
	// and its Secret say.
	ClusterConfigMalformed ClusterConditionType = "ConfigMalformed"
)

// The reasons of the conditions, as KubeFed has them.
const (
	ReasonClusterReady           = "ClusterReady"           // Ready is True
	ReasonClusterNotReady        = "ClusterNotReady"        // Ready is False: it answered, but is not well
	ReasonClusterReachable       = "ClusterReachable"       // Offline is False
	ReasonClusterNotReachable    = "ClusterNotReachable"    // Offline is True
	ReasonClusterConfigMalformed = "ClusterConfigMalformed" // ConfigMalformed is True
)

// The reasons of the events about a KubeFedCluster, as KubeFed has them.
const (
	EventMalformedClusterConfig        = "MalformedClusterConfig"
	EventRetrievingClusterHealthFailed = "RetrievingClusterHealthFailed"
)
