package pull

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// answer writes a bundle's status, when it is due.
func (a *Agent) answer(ctx context.Context, name string) error {
	l, wait := a.inbox.due(name, a.Interval)
	switch {
	case wait > 0:
		a.answers.AddAfter(name, wait)
		return nil
	case l.name == "":
		return nil
	}
	err := a.send(ctx, l)
	if err != nil && ctx.Err() == nil {
		a.Logger.Info("cannot answer to the host", "name", name, "reason", err.Error())
		return err
	}
	return nil
}

// send writes a bundle's status to the host.
func (a *Agent) send(ctx context.Context, l letter) error {
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	body, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/uid", "value": l.uid},
		{"op": "add", "path": "/status", "value": l.status},
	})
	if err != nil {
		return err
	}
	there, err := a.Writer.Resource(v1alpha1.Bundles()).Namespace(NamespaceOf(a.Cluster)).
		Patch(ctx, l.name, types.JSONPatchType, body, metav1.PatchOptions{FieldManager: "fedrail-agent"}, "status")
	if err != nil {
		return err
	}
	a.inbox.sent(l, versionOf(there))
	return nil
}

// maxRemote is how many bytes of copies' own status a bundle takes; the rest is
// left out, in the order of keys.
const maxRemote = 256 << 10

// letter is a bundle's status on its way to the host.
type letter struct {
	name   string
	uid    types.UID
	status v1alpha1.BundleStatus
}

// due returns what to write of a bundle, or how long to wait with that: until all
// that is asked is answered, or the interval is over, and for that long after the
// last time in any case.
func (b *inbox) due(name string, interval time.Duration) (l letter, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.bundles[name]
	if one == nil {
		return letter{}, 0
	}
	wait = interval - time.Since(one.wrote)
	if !one.isAnswered() {
		wait = max(wait, min(interval-time.Since(one.since), interval/10))
	}
	if wait > 0 {
		return letter{}, wait
	}
	b.tidyLocked(one)
	status := one.status()
	one.since = time.Time{}
	if reflect.DeepEqual(status, one.stored) {
		return letter{}, 0
	}
	return letter{name: name, uid: one.uid, status: status}, 0
}

func (b *bundle) isAnswered() bool {
	for key, ask := range b.asked {
		if b.answers[key].Hash != ask.Hash {
			return false
		}
	}
	return true
}

// tidyLocked forgets answers that nobody asks for any more: those about what is
// gone, and about what moved to another bundle.
func (b *inbox) tidyLocked(one *bundle) {
	maps.DeleteFunc(one.answers, func(key propagation.Key, a v1alpha1.ObjectStatus) bool {
		if _, asked := one.asked[key]; asked {
			return false
		}
		return a.Phase == v1alpha1.Absent || a.Parent == "" || b.askerLocked(one.how.kind, key) != nil
	})
}

// status is what the bundle's should be.
func (b *bundle) status() v1alpha1.BundleStatus {
	var s v1alpha1.BundleStatus
	room := maxRemote
	for _, key := range slices.SortedFunc(maps.Keys(b.answers), byKey) {
		a := b.answers[key]
		if a.Remote != nil {
			if room -= len(a.Remote.Raw); room < 0 {
				a.Remote = nil
			}
		}
		switch a.Phase {
		case v1alpha1.Held:
			s.Held++
		case v1alpha1.Failed:
			s.Failed++
		}
		s.Objects = append(s.Objects, a)
	}
	return s
}

// sent notes what the host has now.
func (b *inbox) sent(l letter, version uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.bundles[l.name]
	if one == nil || one.uid != l.uid {
		return
	}
	one.wrote = time.Now()
	if version > one.version {
		one.version, one.stored = version, l.status
	}
}
