package migrate

import (
	"encoding/json"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// Lock says who works. The zero Lock is that nobody ever did.
type Lock struct {
	Kind    string // of the object that it is: ConfigMap, Endpoints or Lease
	Holder  string
	Renewed time.Time
	Lasts   time.Duration // after it was renewed
}

// HeldAt says whether the holder may be working at that time, if clocks agree.
func (l Lock) HeldAt(now time.Time) bool {
	return l.Holder != "" && now.Before(l.Renewed.Add(l.Lasts))
}

// lockIn reads the record that older programs keep in an annotation; the zero Lock when
// there is none.
func lockIn(kind string, object metav1.Object) (Lock, error) {
	text := object.GetAnnotations()[resourcelock.LeaderElectionRecordAnnotationKey]
	if text == "" {
		return Lock{}, nil
	}
	var record resourcelock.LeaderElectionRecord
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		return Lock{}, fmt.Errorf("%s %s: annotation %s: %w", kind, object.GetName(), resourcelock.LeaderElectionRecordAnnotationKey, err)
	}
	return Lock{Kind: kind, Holder: record.HolderIdentity, Renewed: record.RenewTime.Time,
		Lasts: time.Duration(record.LeaseDurationSeconds) * time.Second}, nil
}

func lockOf(lease *coordinationv1.Lease) Lock {
	l, spec := Lock{Kind: "Lease"}, lease.Spec
	if spec.HolderIdentity != nil && spec.RenewTime != nil && spec.LeaseDurationSeconds != nil {
		l.Holder, l.Renewed = *spec.HolderIdentity, spec.RenewTime.Time
		l.Lasts = time.Duration(*spec.LeaseDurationSeconds) * time.Second
	}
	return l
}
