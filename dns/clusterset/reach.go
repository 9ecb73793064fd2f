package clusterset

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/watching"
)

// Clusters are the members and how to reach them. Both registries of this module
// are such: federation/kubefed and federation/kubeconfig.
type Clusters interface {
	federation.Registry
	// Config returns how to reach a member, for the caller to keep and change. When it
	// has to be asked for again, the member's Connection changes.
	Config(name federation.ClusterName) (*rest.Config, error)
}

// reach is how a member is read and written.
type reach struct {
	core, endpoints, multicluster watching.Client
	status                        dynamic.Interface // writes it
}

func newReach(clusters Clusters, name federation.ClusterName) (*reach, error) {
	config, err := clusters.Config(name)
	if err != nil {
		return nil, err
	}
	r := &reach{}
	for _, group := range []struct {
		client  *watching.Client
		version schema.GroupVersion
		add     func(*runtime.Scheme) error
	}{
		{&r.core, corev1.SchemeGroupVersion, corev1.AddToScheme},
		{&r.endpoints, discoveryv1.SchemeGroupVersion, discoveryv1.AddToScheme},
		{&r.multicluster, schema.GroupVersion(v1beta1.GroupVersion), v1beta1.Install},
	} {
		if *group.client, err = watching.Connect(rest.CopyConfig(config), group.version, group.add); err != nil {
			return nil, fmt.Errorf("client for %s: %w", group.version, err)
		}
	}
	r.status, err = dynamic.NewForConfig(config)
	return r, err
}

// client is the one that reads a resource.
func (r *reach) client(resource string) watching.Client {
	switch resource {
	case v1beta1.ServiceExportPluralName, v1beta1.ServiceImportPluralName:
		return r.multicluster
	case "endpointslices":
		return r.endpoints
	}
	return r.core
}
