// Package renewal keeps the tokens fresh with which members are reached. A token
// that an API server gave for a service account ends; before it does, the member is
// asked for another one with it, and the Secret on the host gets that.
//
//	controller, err := renewal.New(renewal.Options{Host: config, Members: registry})
//	go controller.Start(ctx)
//
// Only Secrets take part that a KubeFedCluster refers to and that have the
// annotation [corev1beta1.RenewTokenAnnotation]; federation/setup puts it there. A
// registry such as that of federation/kubefed has the new token in force at once.
package renewal

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Options are what a [Controller] is made of. Host and Members are required.
type Options struct {
	// Host reaches the API server that has the KubeFedClusters. It is copied. In
	// Namespace it needs list and watch of Secrets and KubeFedClusters, and patch of
	// Secrets. Without a QPS its requests are not limited.
	Host *rest.Config
	// Namespace is where the KubeFedClusters and their Secrets are; default
	// kube-federation-system.
	Namespace string
	// Members know how to reach the members. Each account needs create of
	// serviceaccounts/token in its member, for itself.
	Members Members
	// Events receives an event on a KubeFedCluster when its token is in trouble, or out
	// of it; nil drops them. The object is a *corev1.ObjectReference.
	Events record.EventRecorder
	// Clock tells the time; default time.Now.
	Clock  func() time.Time
	Logger logr.Logger // the zero Logger discards
}

// Members know how to reach a member, with the credential that it has now. It may
// be asked concurrently. The registries of federation/kubefed do.
type Members interface {
	Config(name federation.ClusterName) (*rest.Config, error)
}

// Controller renews tokens when two thirds of their time are over. Make it with
// [New]. A renewal is one request to the member and one to the host; while nothing
// is due there is none.
//
// One that fails is tried again, sooner or later: with growing pauses, and at once
// when the KubeFedCluster or the Secret changes. Until the token ends, nothing
// else is amiss, so this is told once, and once more when it ends within a day.
type Controller struct {
	options  Options
	host     dynamic.Interface
	clusters cache.SharedIndexInformer
	secrets  cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[string] // names of Secrets; made by Start
	started  atomic.Bool

	mu        sync.Mutex
	standings map[string]standing // by the name of the Secret
}

// standing is what is remembered of a token.
type standing struct {
	version string    // of the Secret when it was written last, by us; empty: never
	due     time.Time // when what was written then is to be renewed
	told    stage
}

// New makes a Controller and starts nothing. The error says all that is wrong with
// the options.
func New(o Options) (*Controller, error) {
	var missing []error
	if o.Host == nil {
		missing = append(missing, errors.New("options: Host is required"))
	}
	if o.Members == nil {
		missing = append(missing, errors.New("options: Members are required"))
	}
	if err := errors.Join(missing...); err != nil {
		return nil, fmt.Errorf("renewal: %w", err)
	}
	o.Namespace = cmp.Or(o.Namespace, corev1beta1.DefaultNamespace)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	config := rest.CopyConfig(o.Host)
	if config.QPS == 0 && config.RateLimiter == nil {
		config.QPS = -1
	}
	host, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("renewal: options: Host: %w", err)
	}
	c := &Controller{options: o, host: host, standings: map[string]standing{}}
	return c, c.makeInformers()
}
