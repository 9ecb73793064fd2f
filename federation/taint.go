package federation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The keys of taints that mean the same everywhere.
const (
	// NotReadyTaint is the key of the taints that a member has while it is not
	// ready: one with the effect NoSchedule, one with NoExecute.
	NotReadyTaint = "fedrail.io/not-ready"
	// CordonTaint is the key of the taint that a member has, with the effect
	// NoSchedule, while it is cordoned.
	CordonTaint = "fedrail.io/unschedulable"
	// DrainTaint is the key of the taint that a member has, with the effect
	// NoExecute, while it is drained.
	DrainTaint = "fedrail.io/drain"
)

// MaxTaints is how many taints a member may have at the most.
const MaxTaints = 32

// AllTaints are the member's taints, with those that say that it is not ready
// while it is not, in a slice of the caller's own.
func (c Cluster) AllTaints() []corev1.Taint {
	all := slices.Clone(c.Taints)
	if c.Ready {
		return all
	}
	since := metav1.NewTime(c.Turned)
	return append(all,
		corev1.Taint{Key: NotReadyTaint, Effect: corev1.TaintEffectNoSchedule, TimeAdded: &since},
		corev1.Taint{Key: NotReadyTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &since})
}

// Verdict is what the taints of a member mean for something that is to be there.
// The zero Verdict is that they mean nothing.
type Verdict struct {
	// NoMore says that nothing more of it goes there.
	NoMore bool
	// Leave says that what is there goes, not before Until.
	Leave bool
	Until time.Time
	// Taint is the one that decided; zero when none did.
	Taint corev1.Taint
}

// Tolerate weighs taints against tolerations, as Kubernetes does for the pods on
// a node: NoSchedule lets nothing more come, NoExecute has what is there go as
// well, and a toleration of it with tolerationSeconds puts that off until so long
// after the taint was added. PreferNoSchedule decides nothing. Of several taints
// the one that decides is that which has things go the earliest, else the first.
func Tolerate(taints []corev1.Taint, tolerations []corev1.Toleration) Verdict {
	var v Verdict
	for _, taint := range taints {
		switch until, forever := tolerated(taint, tolerations); {
		case forever, taint.Effect == corev1.TaintEffectPreferNoSchedule:
		case taint.Effect == corev1.TaintEffectNoExecute:
			if !v.Leave || until.Before(v.Until) {
				v.Leave, v.Until, v.Taint = true, until, taint
			}
			v.NoMore = v.NoMore || until.IsZero()
		default:
			v.NoMore = true
			if v.Taint.Key == "" {
				v.Taint = taint
			}
		}
	}
	return v
}

// Due says that what is there has to be gone at that time. At the zero time, what
// is tolerated for a while is not.
func (v Verdict) Due(now time.Time) bool { return v.Leave && !v.Until.After(now) }

// tolerated says until when a taint is tolerated; the zero time is not at all.
func tolerated(taint corev1.Taint, tolerations []corev1.Toleration) (until time.Time, forever bool) {
	var least *int64
	known := false
	for _, t := range tolerations {
		if !tolerates(t, taint) {
			continue
		}
		known = true
		if s := t.TolerationSeconds; s != nil && (least == nil || *s < *least) {
			least = s
		}
	}
	switch {
	case !known:
		return time.Time{}, false
	case least == nil:
		return time.Time{}, true
	case *least <= 0 || taint.TimeAdded == nil:
		return time.Time{}, false
	}
	return taint.TimeAdded.Add(time.Duration(*least) * time.Second), false
}

// tolerates says whether a toleration is for the taint. An empty key with the
// operator Exists is for all, and an empty effect for every effect.
func tolerates(t corev1.Toleration, taint corev1.Taint) bool {
	if t.Effect != "" && t.Effect != taint.Effect || t.Key != "" && t.Key != taint.Key {
		return false
	}
	switch t.Operator {
	case corev1.TolerationOpExists:
		return true
	case "", corev1.TolerationOpEqual:
		return t.Key != "" && t.Value == taint.Value
	}
	return false
}

// ValidateTaints says all that is wrong with the taints of one member: those of a
// node keep to the same rules.
func ValidateTaints(taints []corev1.Taint) error {
	var wrong []error
	if len(taints) > MaxTaints {
		wrong = append(wrong, fmt.Errorf("there are %d taints: %d are the most", len(taints), MaxTaints))
	}
	for i, taint := range taints {
		err := validateTaint(taint)
		if err == nil && slices.ContainsFunc(taints[:i], func(other corev1.Taint) bool { return other.MatchTaint(&taint) }) {
			err = errors.New("another taint has this key and effect already: keep one of them")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("taints[%d] %q: %w", i, taint.ToString(), err))
		}
	}
	return errors.Join(wrong...)
}

func validateTaint(taint corev1.Taint) error {
	if says := validation.IsQualifiedName(taint.Key); len(says) > 0 {
		return fmt.Errorf("key: %s", strings.Join(says, "; "))
	}
	if says := validation.IsValidLabelValue(taint.Value); len(says) > 0 {
		return fmt.Errorf("value: %s", strings.Join(says, "; "))
	}
	if !slices.Contains(effects(), taint.Effect) {
		return fmt.Errorf("effect: there is no %q: write NoSchedule, PreferNoSchedule or NoExecute", taint.Effect)
	}
	return nil
}

func effects() []corev1.TaintEffect {
	return []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute}
}

// ValidateTolerations says all that is wrong with tolerations, which are in a field
// of that name. One that means nothing would have go what somebody meant to keep.
func ValidateTolerations(field string, tolerations []corev1.Toleration) error {
	var wrong []error
	for i, t := range tolerations {
		if err := validateToleration(t); err != nil {
			wrong = append(wrong, fmt.Errorf("%s[%d].%w", field, i, err))
		}
	}
	return errors.Join(wrong...)
}

func validateToleration(t corev1.Toleration) error {
	exists := t.Operator == corev1.TolerationOpExists
	switch {
	case !exists && t.Operator != "" && t.Operator != corev1.TolerationOpEqual:
		return fmt.Errorf("operator: there is no %q: write Exists or Equal", t.Operator)
	case !exists && t.Key == "":
		return errors.New("key: it is required unless the operator is Exists, which is for every taint then")
	case exists && t.Value != "":
		return errors.New("value: with the operator Exists there is none: remove it, or write Equal")
	case t.Effect != "" && !slices.Contains(effects(), t.Effect):
		return fmt.Errorf("effect: there is no %q: write NoSchedule, PreferNoSchedule or NoExecute, or nothing for all", t.Effect)
	case t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute:
		return errors.New("tolerationSeconds: it is for the effect NoExecute alone: write that, or remove the seconds")
	}
	return nil
}
