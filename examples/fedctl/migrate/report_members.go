package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

func (r *report) members(in Inventory) {
	declared := in.declared()
	for _, m := range in.Members {
		subject := "cluster " + m.Name
		switch {
		case m.Wrong != nil:
			r.decide(subject, "mend its KubeFedCluster, or the Secret "+m.Spec.SecretRef.Name, "cannot be reached as the host says: %v", m.Wrong)
		case m.Silent != nil:
			r.decide(subject, "make it answer, or go on: what is there is taken over when it returns", "does not answer: %v", m.Silent)
		default:
			r.stays(subject, "KubeFedCluster, labels and credential")
			r.answered(declared, m)
		}
		if m.Spec.ProxyURL != "" && len(m.Spec.DisabledTLSValidations) > 0 {
			r.changes(Carry, subject, "its proxy counts: KubeFed went past it, because spec.disabledTLSValidations is set")
		}
	}
}

// answered tells what a member said.
func (r *report) answered(declared map[copyID]Object, m Member) {
	subject := "cluster " + m.Name
	if m.Answer.Everything {
		r.decide(subject, "\"fedctl join "+m.Name+"\" makes one with the rights that the enabled types need; then delete KubeFed's roles there",
			"KubeFed's account may do everything there%s; that stays as it is", by(m.Answer.Roles))
	}
	theirs, strays := 0, []string{}
	for _, c := range m.Answer.Copies {
		_, found := declared[copyID{c.Type, c.Key}]
		switch {
		case !found:
			strays = append(strays, c.Type+" "+c.Key.String())
		case !c.Ours:
			theirs++
		}
	}
	if theirs > 0 {
		r.changes(Carry, subject, "%s taken over where they are when the controller starts", were(theirs))
	}
	if len(strays) > 0 {
		r.add(Entry{Fate: Decide, Subject: subject, Objects: strays, Mend: "delete them there, or take the label " + propagation.ManagedLabel + " off",
			Message: fmt.Sprintf("has %s with KubeFed's label that no federated object declares, which stay: %s", count(len(strays), "object"), some(strays))})
	}
}

func were(copies int) string {
	if copies == 1 {
		return "1 copy is"
	}
	return fmt.Sprintf("%d copies are", copies)
}

func by(roles []string) string {
	if len(roles) == 0 {
		return ""
	}
	return " (ClusterRole " + strings.Join(roles, ", ") + ")"
}

// copyID is what a copy is of, whatever member it is in.
type copyID struct {
	typeName string
	key      propagation.Key
}

// declared are the federated objects by what their copies are.
func (in Inventory) declared() map[copyID]Object {
	all := map[copyID]Object{}
	for _, t := range in.Types {
		for _, o := range t.Objects {
			all[copyID{t.Name, o.Key}] = o
		}
	}
	return all
}

// Pending are the copies that a controller of ours has still to take over, by member.
func (in Inventory) Pending() map[string][]Copy {
	declared, pending := in.declared(), map[string][]Copy{}
	for _, m := range in.Members {
		name := federation.ClusterName(m.Name)
		for _, c := range m.Answer.Copies {
			o, found := declared[copyID{c.Type, c.Key}]
			selected := found && slices.Contains(o.Preview.Decision.Selected, name)
			if selected && o.Preview.Failed[name] == nil && !c.Ours {
				pending[m.Name] = append(pending[m.Name], c)
			}
		}
	}
	return pending
}
