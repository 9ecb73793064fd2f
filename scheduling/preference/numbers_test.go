package preference_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/scheduling/capacity"
	"github.com/fedrail/fedrail/status"
)

// pretended are copies in clusters that there are not, and their pods.
type pretended struct {
	mu      sync.Mutex
	copies  map[propagation.Key]propagation.Picture
	waiting map[string]map[federation.ClusterName]capacity.Sight // by name of the workload
	room    map[federation.ClusterName]int64
	follows map[string]capacity.Following
	current func(propagation.Key) int64 // the generation that the copies are made from; nil is none
}

func pretend() *pretended {
	return &pretended{copies: map[propagation.Key]propagation.Picture{}, waiting: map[string]map[federation.ClusterName]capacity.Sight{},
		room: map[federation.ClusterName]int64{}, follows: map[string]capacity.Following{}}
}

// set has a copy ask for so many replicas, and have so many ready.
func (p *pretended) set(key propagation.Key, parent types.UID, cluster federation.ClusterName, exist, ready int64) {
	p.note(key, parent, status.Observation{Cluster: cluster, Vitals: status.Vitals{
		Health: status.Progressing, Generation: 1, Counts: []status.Count{{Name: "replicas", N: exist}, {Name: "readyReplicas", N: ready}}}})
}

// report has the last report say so of a copy, which has not been seen since.
func (p *pretended) report(key propagation.Key, parent types.UID, cluster federation.ClusterName, exist, ready int64) {
	p.note(key, parent, status.Observation{Cluster: cluster, Vitals: status.Vitals{
		Health: status.Progressing, Observed: 1, Counts: []status.Count{{Name: "replicas", N: exist}, {Name: "readyReplicas", N: ready}}}})
}

// forget has no report say anything of the copies, and nobody have seen them.
func (p *pretended) forget(key propagation.Key, parent types.UID) {
	for _, o := range p.copies[key].Clusters {
		p.note(key, parent, status.Observation{Cluster: o.Cluster})
	}
}

func (p *pretended) note(key propagation.Key, parent types.UID, now status.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	picture := p.copies[key]
	picture.Key, picture.Parent = key, parent
	picture.Clusters = append(slices.DeleteFunc(slices.Clone(picture.Clusters), func(o status.Observation) bool { return o.Cluster == now.Cluster }), now)
	p.copies[key] = picture
}

// pend has pods of a workload find no room.
func (p *pretended) pend(name string, cluster federation.ClusterName, all, unschedulable int64) {
	p.sight(name, cluster, capacity.Sight{Pods: all, Bound: all - unschedulable, Unschedulable: unschedulable})
}

// sight has pods of a workload do that.
func (p *pretended) sight(name string, cluster federation.ClusterName, s capacity.Sight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting[name] == nil {
		p.waiting[name] = map[federation.ClusterName]capacity.Sight{}
	}
	p.waiting[name][cluster] = s
}

// unknown has nobody know what pods of a workload do.
func (p *pretended) unknown(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, name)
}

// fits has clusters have room for so many more.
func (p *pretended) fits(more by) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for cluster, n := range more {
		p.room[federation.ClusterName(cluster)] = n
	}
}

func (p *pretended) Look(_ federation.Type, key propagation.Key) (propagation.Picture, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	picture, known := p.copies[key]
	if known && p.current != nil {
		picture.Generation = p.current(key)
	}
	return picture, known
}

// generation is that of the Deployment that is declared now; 0 where there is none.
func (w *world) generation(key propagation.Key) int64 {
	o, err := w.Federated(deployments).Get(context.Background(), key.Name, metav1.GetOptions{})
	if err != nil {
		return 0
	}
	return o.GetGeneration()
}

func (p *pretended) Follow(key string, what capacity.Following) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.follows[key] = what
}

func (p *pretended) Release(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.follows, key)
}

// followed are the keys that are followed.
func (p *pretended) followed() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.follows))
}

// pods are the pods as preferences look at them.
func (p *pretended) pods() pretendedPods { return pretendedPods{p} }

type pretendedPods struct{ *pretended }

func (p pretendedPods) Look(cluster federation.ClusterName, w capacity.Workload, _ time.Duration, _ time.Time) (capacity.Sight, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sights, known := p.waiting[strings.TrimPrefix(w.Selector.String(), "app=")]; known {
		return sights[cluster], nil
	}
	return capacity.Sight{}, errors.New("nobody knows")
}

func (p pretendedPods) Room(_ context.Context, cluster federation.ClusterName, _ capacity.Workload) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, known := p.room[cluster]
	if !known {
		return 0, errors.New("nobody knows")
	}
	return n, nil
}

// pretendMembers are clusters of these names that are all ready.
func (w *world) pretendMembers(names ...federation.ClusterName) {
	for _, name := range names {
		w.Members.Put(federation.Cluster{Name: name, Ready: true, Labels: map[string]string{"name": string(name)}})
	}
}

// row is a preference in the terms of KubeFed, and what KubeFed wrote because of it.
type row struct {
	clusters  fields // nil: none
	total     int64
	rebalance bool
	runs      by // what clusters were told before
	fits      by // how many of those that run found room
	told      by
}

// rows are those of KubeFed's own tests in which no two clusters are alike.
func rows() map[string]row {
	one := func(weight int64) fields { return fields{"weight": weight} }
	heavy := fields{"a": fields{"weight": int64(10000), "maxReplicas": int64(10)}, "b": one(1), "c": fields{"weight": int64(1), "maxReplicas": int64(21)}, "d": fields{"weight": int64(1), "maxReplicas": int64(10)}}
	return map[string]row{
		"by-weight":         {clusters: fields{"a": one(1), "b": one(2)}, total: 60, told: by{"a": 20, "b": 40, "c": 0, "d": 0}},
		"three-are-full":    {clusters: heavy, total: 71, told: by{"a": 10, "b": 30, "c": 21, "d": 10}},
		"more-runs":         {clusters: fields{"a": one(1), "b": one(1)}, total: 50, runs: by{"a": 30}, told: by{"a": 30, "b": 20, "c": 0, "d": 0}},
		"less-runs":         {clusters: fields{"a": one(1), "b": one(1)}, total: 50, runs: by{"a": 10}, told: by{"a": 25, "b": 25, "c": 0, "d": 0}},
		"no-room":           {clusters: fields{"a": fields{"minReplicas": int64(20), "weight": int64(1)}, "b": fields{"minReplicas": int64(20), "weight": int64(1)}}, total: 60, rebalance: true, runs: by{"a": 50, "b": 25}, fits: by{"b": 10}, told: by{"a": 50, "b": 25, "c": 0, "d": 0}},
		"no-room-in-both":   {clusters: fields{"a": one(1), "b": one(1)}, total: 60, runs: by{"a": 30, "b": 30}, fits: by{"a": 10, "b": 10}, told: by{"a": 20, "b": 20, "c": 0, "d": 0}},
		"room-in-the-other": {clusters: fields{"a": one(1), "b": one(5)}, total: 60, runs: by{"a": 10, "b": 50}, fits: by{"b": 10}, told: by{"a": 50, "b": 10, "c": 0, "d": 0}},
		"minimums":          {clusters: fields{"*": fields{"minReplicas": int64(2)}}, total: 50, told: by{"a": 2, "b": 2, "c": 2, "d": 2}},
		"an-entry-hides":    {clusters: fields{"*": one(1), "a": fields{}, "d": fields{}}, total: 10, told: by{"a": 0, "b": 5, "c": 5, "d": 0}},
		"a-negative-weight": {clusters: fields{"a": one(-1), "b": one(2)}, total: 10, told: by{"a": 0, "b": 10, "c": 0, "d": 0}},
		"nobody-is-there":   {clusters: fields{"z": one(1)}, total: 10, told: by{"a": 0, "b": 0, "c": 0, "d": 0}},
		"none-at-all":       {total: 0, runs: by{"a": 3}, told: by{"a": 0, "b": 0, "c": 0, "d": 0}},
	}
}

func (r row) spec() fields {
	spec := fields{"targetKind": "FederatedDeployment", "totalReplicas": r.total, "rebalance": r.rebalance, "failover": fields{"unschedulableSeconds": int64(1)}}
	if r.clusters != nil {
		spec["clusters"] = r.clusters
	}
	return spec
}

// declare makes the federated object as it was told before, and has its copies fare
// so.
func (r row) declare(w *world, name string, all *pretended) {
	more := fields{}
	var list, overrides []any
	for _, cluster := range slices.Sorted(maps.Keys(r.runs)) {
		list = append(list, fields{"name": cluster})
		overrides = append(overrides, fields{"clusterName": cluster, "clusterOverrides": []any{fields{"path": "/spec/replicas", "value": r.runs[cluster]}}})
	}
	if len(r.runs) > 0 {
		more["placement"], more["overrides"] = fields{"clusters": list}, overrides
	}
	w.deploy(name, more)
	all.mu.Lock()
	all.current = w.generation
	all.mu.Unlock()
	o, err := w.Federated(deployments).Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	for cluster, runs := range r.runs {
		fits, limited := r.fits[cluster]
		if !limited {
			fits = runs
		}
		all.set(propagation.KeyOf(o), o.GetUID(), federation.ClusterName(cluster), runs, fits)
		all.pend(name, federation.ClusterName(cluster), runs, runs-fits)
	}
}

// decided says whether the preference was looked at; with what finds no room, where
// that has to stay as it was.
func (r row) decided(w *world, name string) bool {
	s, observed := w.status(name)
	full := slices.ContainsFunc(s.Clusters, func(c v1alpha1.ClusterShare) bool { return c.Limit != nil })
	stays := true
	for cluster, n := range r.runs {
		stays = stays && r.told[cluster] == n
	}
	return observed && (full || len(r.fits) == 0 || !stays)
}

func TestPreferencesOfKubeFedGetItsNumbers(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b", "c", "d")
	for name, r := range rows() {
		r.declare(w, name, all)
	}
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	w.schedule()
	for name, r := range rows() {
		w.prefer(name, r.spec())
	}
	for name, r := range rows() {
		t.Run(name, func(t *testing.T) {
			w.Until("decided", func() bool { return r.decided(w, name) })
			if !w.Holds(func() bool { return maps.Equal(r.told, w.told(deployments, name, "/spec/replicas")) }) {
				s, _ := w.status(name)
				require.Equal(t, r.told, w.told(deployments, name, "/spec/replicas"), "%+v", s)
			}
			require.Equal(t, []string{"a", "b", "c", "d"}, slices.Sorted(slices.Values(w.placed(deployments, name))))
		})
	}
}

func TestWhatFindsNoClusterIsTold(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a", "b")
	w.deploy("web", nil)
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(9), "planner": "Fair", "clusters": fields{"*": fields{"weight": int64(1), "maxReplicas": int64(3)}}})
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.Unplaced)
	require.EqualValues(t, 3, s.Unplaced)
	require.Equal(t, "3 of 9 replicas find no cluster (a: its maximum is 3; b: its maximum is 3)", s.Conditions[0].Message)
	w.Until("event", func() bool { return slices.Contains(w.Events("web"), "Unplaced: "+s.Conditions[0].Message) })
	w.change("web", `{"spec":{"totalReplicas":6}}`)
	w.untilScheduled("web")
	w.Until("event", func() bool { return slices.Contains(w.Events("web"), "Scheduled: all of 6 replicas have a cluster") })
}
