package kubefed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/credential"
	"github.com/fedrail/fedrail/internal/health"
	"github.com/fedrail/fedrail/internal/since"
)

// member is one KubeFedCluster and what runs for it: a monitor, while a client
// can be made, and a writer of its status. Its fields are guarded by the mutex
// of the registry.
type member struct {
	name    federation.ClusterName
	ctx     context.Context // ends when the member leaves
	leave   context.CancelFunc
	running *sync.WaitGroup

	object   *corev1beta1.KubeFedCluster // the newest that was seen
	versions [2]string                   // of the KubeFedCluster and the Secret that were looked at last
	bare     time.Time                   // since when there is no credential; zero: there is one
	problem  error                       // why no client can be made; nil: one can

	settings settings
	link     *link           // nil until a client can be made for the first time
	proof    string          // what the credential is and where, for messages
	monitor  *health.Monitor // nil while no client can be made
	stop     context.CancelFunc

	finding    health.Finding
	turn       since.Turn
	taints     since.Taints
	conditions []corev1beta1.ClusterCondition // to be in the status; nil: nothing is known yet
	unwritten  chan struct{}                  // holds one element when the status may have to be written
}

const notProbed = "it was not probed yet"

// see takes in the object, unless a newer one was seen.
func (m *member) see(object *corev1beta1.KubeFedCluster) {
	if m.object == nil {
		m.finding.Facts = health.Facts{
			Version: object.Status.KubernetesVersion, Region: object.Status.Region, Zones: object.Status.Zones,
		}
		m.finding.Result = initial(recorded(object.Status.Conditions))
		if at := turned(object.Status.Conditions); !at.IsZero() {
			m.turn.Note(m.finding.OK, at)
		}
	} else if m.object.UID == object.UID {
		order, err := resourceversion.CompareResourceVersion(object.ResourceVersion, m.object.ResourceVersion)
		if err == nil && order < 0 {
			return
		}
	}
	m.object = object
	m.signal()
}

func initial(s health.State) health.Result {
	if !s.Known {
		return health.Result{Message: notProbed}
	}
	return s.Current
}

func (m *member) signal() {
	select {
	case m.unwritten <- struct{}{}:
	default:
	}
}

// patience is how long to wait for the credential that is missing.
func (m *member) patience(missing error) time.Duration {
	switch {
	case missing == nil:
		m.bare = time.Time{}
		return 0
	case m.bare.IsZero():
		m.bare = time.Now()
	}
	return grace - time.Since(m.bare)
}

// malformedLocked takes a member out of work until its configuration is mended.
func (r *Registry) malformedLocked(m *member, problem error) {
	message := strings.ReplaceAll(problem.Error(), "\n", "; ")
	if m.problem == nil || m.finding.Message != message {
		r.options.Logger.Info("cluster is malformed", "cluster", m.name, "reason", message)
	}
	m.disconnect()
	m.problem = problem
	m.finding.Result = health.Result{Message: message}
	m.conditions = malformed(message)
	r.publishLocked(m)
	m.signal()
}

// wellFormedLocked sees to it that the member is reached as settings and value
// say.
func (r *Registry) wellFormedLocked(m *member, s settings, value credential.Value) {
	proof := fmt.Sprintf("the %s in Secret %q", value, m.object.Spec.SecretRef.Name)
	switch {
	case m.monitor == nil || m.settings.identity != s.identity || m.proof != proof:
		m.proof = proof
		r.connectLocked(m, s, value)
	case m.link.credential.Renew(value):
		m.monitor.Wake()
	}
	r.publishLocked(m)
}

func (r *Registry) connectLocked(m *member, s settings, value credential.Value) {
	state := health.State{} // another cluster, for all we know
	if m.link == nil && m.conditions == nil {
		state = recorded(m.object.Status.Conditions)
	} else if m.problem != nil {
		m.finding.Result = initial(state)
	}
	m.disconnect()
	m.problem = nil
	m.lead(s, value)
	ctx, stop := context.WithCancel(m.ctx)
	options := r.options.Health.WithDefaults()
	target, err := health.NewTarget(m.link.config(), health.Limits{Timeout: options.Timeout, Fields: fields(m.proof)})
	if err != nil {
		stop()
		r.malformedLocked(m, err)
		return
	}
	m.stop = stop
	m.monitor = health.NewMonitor(options, r.told(m.name, target), func(f health.Finding) { r.found(ctx, m, f) })
	monitor, facts := m.monitor, m.finding.Facts
	m.running.Go(func() {
		defer target.Close()
		monitor.Run(ctx, state, facts)
	})
}

// lead has the link of the member lead where the settings say. Where it does
// already, clients that were made earlier get the credential too.
func (m *member) lead(s settings, value credential.Value) {
	if m.link != nil && m.settings.identity == s.identity {
		m.link.credential.Renew(value)
		return
	}
	m.settings, m.link = s, s.link(value)
}

func fields(proof string) health.Fields {
	return health.Fields{
		Endpoint:   "spec.apiEndpoint",
		Authority:  "spec.caBundle",
		OtherName:  "list SubjectName in spec.disabledTLSValidations",
		OtherTime:  "list ValidityPeriod in spec.disabledTLSValidations",
		Proxy:      "spec.proxyURL",
		Credential: proof,
	}
}

// disconnect ends the monitor, and every connection of clients made earlier.
func (m *member) disconnect() {
	if m.monitor == nil {
		return
	}
	m.stop()
	m.link.open.CloseAll()
	m.monitor = nil
}

// found takes in what a monitor found, unless it was stopped since.
func (r *Registry) found(ctx context.Context, m *member, f health.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	if m.finding.OK != f.OK {
		m.refresh(f)
		logr.FromContextOrDiscard(ctx).Info("cluster changed", "ready", f.OK, "reason", f.Message)
	}
	m.finding, m.conditions = f, conditions(f.Result)
	r.publishLocked(m)
	m.signal()
}

// refresh ends connections that may be dead without knowing it: a probe has its
// own. When the member is back, those in use are no better than idle ones.
func (m *member) refresh(f health.Finding) {
	m.link.shared.CloseIdleConnections()
	if f.OK {
		m.link.open.CloseAll()
	}
}

// publishLocked makes known what the member is now.
func (r *Registry) publishLocked(m *member) {
	c := m.cluster()
	if m.problem == nil {
		c.Connection = m.settings.connection(r.seed)
	}
	r.known.Put(c)
}

// leaving says what becomes of the copies in a member that is held until that is
// done.
func leaving(object *corev1beta1.KubeFedCluster) federation.Leaving {
	if object.DeletionTimestamp == nil || !slices.Contains(object.Finalizers, corev1beta1.UnjoinFinalizer) {
		return ""
	}
	switch object.Spec.UnjoinPolicy {
	case corev1beta1.UnjoinDelete:
		return federation.LeavingDelete
	case corev1beta1.UnjoinOrphan:
		return federation.LeavingOrphan
	}
	return ""
}

// taints are those of a member, the one among them that it has while it is
// cordoned.
func taints(spec corev1beta1.KubeFedClusterSpec) []corev1.Taint {
	var all []corev1.Taint
	for _, t := range spec.Taints {
		all = append(all, corev1.Taint(t))
	}
	cordon := corev1.Taint{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}
	if spec.Unschedulable && !slices.ContainsFunc(all, func(t corev1.Taint) bool { return t.MatchTaint(&cordon) }) {
		all = append(all, cordon)
	}
	return all
}

func (m *member) cluster() federation.Cluster {
	now := time.Now()
	c := federation.Cluster{
		Name:    m.name,
		Labels:  labels.Set(m.object.Labels),
		Ready:   m.finding.OK,
		Message: m.finding.Message,
		Turned:  m.turn.Note(m.finding.OK, now),
		Taints:  m.taints.Date(taints(m.object.Spec), now),
		Leaving: leaving(m.object),
	}
	facts := m.facts()
	c.Region, c.Zones = cmp.Or(facts.Region, m.object.Status.Region), facts.Zones
	if len(c.Zones) == 0 {
		c.Zones = m.object.Status.Zones
	}
	return c
}

// facts are what the member says of itself, unless its spec says something else.
func (m *member) facts() health.Facts {
	facts := m.finding.Facts
	facts.Region = cmp.Or(m.object.Spec.Region, facts.Region)
	if len(m.object.Spec.Zones) > 0 {
		facts.Zones = m.object.Spec.Zones
	}
	return facts
}
