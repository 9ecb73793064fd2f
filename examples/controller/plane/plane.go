// Package plane runs a federation that is described by KubeFed's objects on a
// host: it wires the registry of members, the loops that carry objects and the
// election of a leader together, and serves health and metrics. It decides
// nothing itself. Read it to see how the parts of Fedrail fit, and copy from it.
package plane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// Options are what a [Plane] is made of. Host, Namespace and Config are
// required.
type Options struct {
	// Host reaches the API server with the federation's objects. Its QPS is the
	// limit on the requests to the host; 0 is no limit.
	Host *rest.Config
	// Namespace is the system namespace of the federation.
	Namespace string
	// Config is complete and valid: see [ReadConfig] and [LoadConfig].
	Config *corev1beta1.KubeFedConfig
	// Election says whether instances of the controller agree on which of them
	// works; default Elect.
	Election Election
	// FieldManager owns our fields in the members; default that of package push.
	FieldManager string
	// LetGoAfter is how long a deletion waits for clusters that cannot be reached;
	// default 10m, and negative is for ever. Then what is left there is removed
	// later: see propagation.Options.
	LetGoAfter time.Duration
	// LossGuard holds losses back that nobody asked for; nil is the default of
	// propagation.Options.
	LossGuard propagation.LossGuard
	// DNSEndpoints is where DNSEndpoints are written, and DNSPublishTime how long
	// external-dns takes to carry them out at the most; defaults are those of
	// externaldns.Options.
	DNSEndpoints   schema.GroupVersionResource
	DNSPublishTime time.Duration
	// ClusterSet says whether services that members export are those of all members;
	// default Apart. It is Apart in a federation of one namespace.
	ClusterSet ClusterSet
	// MemberExec says whether programs may run here that the Secrets of members name;
	// default kubefed.ExecRefuse.
	MemberExec kubefed.ExecPolicy
	// HealthAddr and MetricsAddr are where to serve, as host:port; port 0 is a
	// free one, and empty is not to serve. Both serve /healthz, /readyz and
	// /metrics, and may be the same.
	HealthAddr, MetricsAddr string
	// Telemetry is told of each step of the loops, beside the metrics: for traces,
	// see examples/traces. Nil is nobody.
	Telemetry propagation.Telemetry
	Logger    logr.Logger // the zero Logger discards
}

// Election says how instances of the controller live together.
type Election string

// The values of an Election.
const (
	Elect Election = ""      // one works, the others stand by
	Alone Election = "Alone" // there is no other, and nobody checks
)

// Plane is one instance of the controller. Make it with [New].
type Plane struct {
	Options
	identity string
	host     *host
	requests *budget.Counter
	metrics  *metrics
	state    state
}

// New makes a Plane and starts nothing. The error says all that is wrong with
// the options.
func New(o Options) (*Plane, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	p := &Plane{Options: o, requests: budget.New(), identity: identity()}
	p.metrics = newMetrics(p.requests)
	var err error
	if p.host, err = newHost(o.Host, p.requests); err != nil {
		return nil, err
	}
	return p, nil
}

func (o Options) validate() error {
	var errs []error
	if o.Host == nil {
		errs = append(errs, errors.New("options: Host is required"))
	}
	if o.Namespace == "" {
		errs = append(errs, errors.New("options: Namespace is required"))
	}
	if o.Config == nil {
		errs = append(errs, errors.New("options: Config is required"))
	} else if err := o.Config.Validate().ToAggregate(); err != nil {
		errs = append(errs, fmt.Errorf("options: Config: %w", err))
	}
	return errors.Join(errs...)
}

// Run works, or stands by, until ctx ends, and returns nil when all that it
// started has ended and the lease is given back. The error says which address
// cannot be served, or that the lease was lost: then it has stopped working, and
// another instance may have begun. It can be called once.
func (p *Plane) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(logr.NewContext(ctx, p.Logger))
	listeners, err := listen(ctx, p.HealthAddr, p.MetricsAddr)
	if err != nil {
		stop()
		return err
	}
	var serving sync.WaitGroup
	defer p.host.disconnect()
	defer serving.Wait()
	defer stop()
	for _, l := range listeners {
		serving.Go(func() { serve(ctx, l, p.handler()) })
	}
	if p.Election == Alone {
		p.state.set(leading)
		return p.work(ctx)
	}
	return p.lead(ctx)
}

// identity tells this instance from all others, as KubeFed's does.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // the other half tells them apart
	}
	return host + "_" + string(uuid.NewUUID())
}
