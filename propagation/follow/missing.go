package follow

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// whyNot says why an object of the host does not follow; empty when it does.
func whyNot(t target, object *unstructured.Unstructured) string {
	switch {
	case object == nil:
		return fmt.Sprintf("the host has no %s %q: create or federate it, and it follows", t.of.Kind, t.key.Name)
	case object.GetDeletionTimestamp() != nil:
		return fmt.Sprintf("%s %q is being deleted on the host", t.of.Kind, t.key.Name)
	case !mayFollow(object):
		return fmt.Sprintf("Secret %q is the token of a ServiceAccount of the host, which is of no use elsewhere", t.key.Name)
	}
	return ""
}

// noteFate takes over why a target that somebody refers to does not follow, and
// has those who need it told when that is news.
func (f *Following) noteFate(t target, why string) {
	f.mu.Lock()
	if len(f.known.byTarget[t]) == 0 {
		f.mu.Unlock()
		return
	}
	was, known := f.fates[t]
	f.fates[t] = why
	news := was != why || !known && f.doubted[t]
	delete(f.doubted, t)
	var concerned []referrer
	if news {
		concerned = f.known.to(t)
	}
	f.mu.Unlock()
	f.tellReferrers(concerned)
}

// forgetFate notes that a target is nobody's concern.
func (f *Following) forgetFate(t target) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.fates, t)
	delete(f.doubted, t)
}

// lacking is what keeps something that an object needs from following it. While
// that is not known, what was reported last stays.
func (f *Following) lacking(who referrer, reported status.Summary) status.Problem {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, t := range f.known.byReferrer[who].needs {
		why, known := f.fates[t]
		if said := reportedLack(reported); !known && said.Reason != "" {
			f.doubted[t] = true
			return said
		}
		if why != "" {
			all = append(all, why)
		}
	}
	if len(all) == 0 {
		return status.Problem{}
	}
	slices.Sort(all)
	return status.Problem{Reason: status.DependencyMissing,
		Message: strings.Join(all, "; ") + "; what the clusters have themselves is not looked at"}
}

func reportedLack(s status.Summary) status.Problem {
	for _, c := range s.Conditions {
		if c.Type == status.DependenciesFollow {
			return status.Problem{Reason: c.Reason, Message: c.Message}
		}
	}
	return status.Problem{}
}

// withLacks completes the intent of an object that refers to others.
func (f *Following) withLacks(who referrer, in propagation.Intent) propagation.Intent {
	if in.Follow && !in.Deleting {
		in.Lacks = f.lacking(who, in.Reported)
	}
	return in
}
