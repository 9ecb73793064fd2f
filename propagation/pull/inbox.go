package pull

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// inbox is the bundles of one member, as its agent saw them last, and the
// answers to them.
type inbox struct {
	cluster federation.ClusterName

	mu      sync.Mutex
	bundles map[string]*bundle
}

// bundle is one of them.
type bundle struct {
	name    string
	uid     types.UID
	version uint64 // resourceVersion of what stored is of
	how     carriage
	asked   map[propagation.Key]v1alpha1.Object
	answers map[propagation.Key]v1alpha1.ObjectStatus
	stored  v1alpha1.BundleStatus // on the host
	since   time.Time             // of the first answer that is not stored; zero when all are
	wrote   time.Time
}

// job is what the member should do about one key.
type job struct {
	key  propagation.Key
	how  carriage
	from string // the bundle's name
	ask  v1alpha1.Object
}

// put takes over a bundle, and returns what it changes.
func (b *inbox) put(u *unstructured.Unstructured) []job {
	spec, status := specIn(u), part[v1alpha1.BundleStatus](u, "status")
	if federation.ClusterName(spec.Cluster) != b.cluster {
		return nil
	}
	asked := make(map[propagation.Key]v1alpha1.Object, len(spec.Objects))
	for _, o := range spec.Objects {
		asked[keyOf(o.Namespace, o.Name)] = o
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.bundles[u.GetName()]
	now := &bundle{name: u.GetName(), uid: u.GetUID(), version: versionOf(u), how: carriageOf(spec), asked: asked, stored: status}
	switch {
	case was == nil:
		now.answers = answersByKey(status)
	default:
		now.answers, now.since, now.wrote = was.answers, was.since, was.wrote
		if was.uid == now.uid && was.version > now.version {
			now.version, now.stored = was.version, was.stored // ours is newer
		}
	}
	b.bundles[now.name] = now
	return changes(was, now)
}

// changes are the jobs that differ between two states of a bundle.
func changes(was, now *bundle) []job {
	var jobs []job
	for key, ask := range now.asked {
		if was == nil || was.how != now.how || was.asked[key].Hash != ask.Hash {
			jobs = append(jobs, job{key: key, how: now.how})
		}
	}
	for key := range now.answers {
		if _, asked := now.asked[key]; !asked {
			jobs = append(jobs, job{key: key, how: now.how})
		}
	}
	return jobs
}

// drop forgets a bundle that was deleted, and with it what it made: nothing says
// any more that it is ours.
func (b *inbox) drop(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.bundles, name)
}

// keep drops all bundles but these.
func (b *inbox) keep(names map[string]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.bundles, func(name string, _ *bundle) bool { return !names[name] })
}

// carriages are those of all bundles.
func (b *inbox) carriages() map[carriage]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[carriage]bool{}
	for _, one := range b.bundles {
		all[one.how] = true
	}
	return all
}

// find returns what to do about a key. What no bundle names is to go when an
// answer of ours says that we made it.
func (b *inbox) find(how carriage, key propagation.Key) (job, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if from := b.askerLocked(how.kind, key); from != nil {
		return job{key: key, how: how, from: from.name, ask: from.asked[key]}, from.how == how
	}
	for _, name := range slices.Sorted(maps.Keys(b.bundles)) {
		one := b.bundles[name]
		if a, made := one.answers[key]; made && one.how == how && a.Parent != "" {
			gone := v1alpha1.Object{Namespace: key.Namespace, Name: key.Name, Remove: &v1alpha1.Remove{Parent: a.Parent}}
			return job{key: key, how: how, from: name, ask: gone}, true
		}
	}
	return job{}, false
}

// askerLocked is the bundle that asks for a key. While an object moves there may
// be two; any will do.
func (b *inbox) askerLocked(kind federation.Type, key propagation.Key) *bundle {
	var asker *bundle
	for _, one := range b.bundles {
		if _, asked := one.asked[key]; asked && one.how.kind == kind && (asker == nil || one.name > asker.name) {
			asker = one
		}
	}
	return asker
}

// all are the keys with that carriage.
func (b *inbox) all(how carriage) []propagation.Key {
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []propagation.Key
	for _, one := range b.bundles {
		if one.how != how {
			continue
		}
		keys = slices.AppendSeq(keys, maps.Keys(one.asked))
		for key := range one.answers {
			if _, asked := one.asked[key]; !asked {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// failedIn are the jobs of a namespace that failed.
func (b *inbox) failedIn(namespace string) []job {
	b.mu.Lock()
	defer b.mu.Unlock()
	var jobs []job
	for _, one := range b.bundles {
		for key, a := range one.answers {
			if key.Namespace == namespace && a.Phase == v1alpha1.Failed {
				jobs = append(jobs, job{key: key, how: one.how})
			}
		}
	}
	return jobs
}

// note takes over how a job went, and says whether that is news.
func (b *inbox) note(j job, answer func(before v1alpha1.ObjectStatus) v1alpha1.ObjectStatus) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.bundles[j.from]
	if one == nil || one.asked[j.key].Hash != j.ask.Hash {
		return false // it is asked for otherwise by now, and looked at again
	}
	before := one.answers[j.key]
	now := answer(before)
	if reflect.DeepEqual(before, now) {
		return false
	}
	one.answers[j.key] = now
	if one.since.IsZero() {
		one.since = time.Now()
	}
	return true
}
