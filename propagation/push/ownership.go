package push

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

func (w *write) overwrites() bool {
	return w.how.Conflict != propagation.Yield && w.how.Conflict != propagation.Report
}

// mayTakeBack says whether fields that others took may be written at all now.
func (w *write) mayTakeBack() error {
	theirs := owned(w.taken)
	switch {
	case w.how.Conflict == propagation.Report && len(theirs) > 0:
		return conflictOver(theirs)
	case w.overwrites():
		return w.member.fights.rest(w.key, w.taken)
	}
	return nil
}

// settle removes what stood in the way of a write, so that it is worth sending
// again; otherwise it says what does.
func (w *write) settle(ctx context.Context, err error) error {
	conflicts := takenOf(fields.Conflicts(err))
	switch {
	case apierrors.IsInvalid(err) && w.held && w.how.Immutable == propagation.Recreate:
		return w.recreate(ctx, err)
	case len(conflicts) == 0 || w.force:
		return w.member.explain(err, writeOf(w))
	}
	if !w.held && w.live == nil {
		if err := w.mayAdopt(ctx); err != nil {
			return err
		}
	}
	switch {
	case w.retains(conflicts):
		return w.read(ctx) // somebody took it since
	case w.how.Conflict == propagation.Report:
		return conflictOver(conflicts)
	case w.how.Conflict == propagation.Yield:
		w.yielded = append(w.yielded, conflicts...)
	default:
		w.force = true
	}
	return nil
}

// retains says whether one of the fields is to be left as it is.
func (w *write) retains(conflicts []propagation.Taken) bool {
	return w.live != nil && slices.ContainsFunc(conflicts, func(t propagation.Taken) bool {
		return fields.Within(w.retain, t.Field, w.want.Object)
	})
}

// mayAdopt reads the object that is there, and says whether it may become a
// copy.
func (w *write) mayAdopt(ctx context.Context) error {
	if err := w.read(ctx); err != nil || w.live == nil {
		return err
	}
	switch {
	case w.live.GetLabels()[propagation.ManagedLabel] == "false":
		return propagation.Problemf(status.ManagedLabelFalse, propagation.RetryLater,
			"the object there says %s: \"false\" and is left alone; remove that label to have it managed", propagation.ManagedLabel)
	case w.member.options.Adoption == Refuse && w.live.GetAnnotations()[originAnnotation] == "" && w.live.GetUID() != w.how.Adopt:
		return propagation.Problemf(status.AlreadyExists, propagation.RetryLater,
			"an object of that name is there already, and adoption is disabled; delete it, or enable adoption")
	}
	return nil
}

// formerManagers own, in what KubeFed and kubectl wrote before us, the fields
// that we own now.
func formerManagers() []string {
	return []string{
		"controller-manager", "hyperfed", // KubeFed
		"kubectl", "kubectl-create", "kubectl-client-side-apply", "kubectl-edit", "kubectl-replace",
	}
}

// takeOver makes what we wrote ours alone where KubeFed or kubectl wrote it too.
// Otherwise a field that the template leaves out later would stay, for it would
// still be theirs.
func (w *write) takeOver(ctx context.Context, answer metav1.Object) error {
	if !w.overwrites() {
		return nil
	}
	rest, shared := fields.Disown(answer.GetManagedFields(), w.record.owned.Value(), formerManagers())
	if !shared {
		return nil
	}
	body, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/resourceVersion", "value": answer.GetResourceVersion()},
		{"op": "replace", "path": "/metadata/managedFields", "value": rest},
	})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	records := w.member.records
	records.begin(w.key)
	after, err := w.member.link(w.want.GroupVersionKind()).patch(ctx, w.key, types.JSONPatchType, body)
	records.end(w.key, unanswered(err))
	switch {
	case apierrors.IsConflict(err), apierrors.IsInvalid(err), apierrors.IsNotFound(err):
		return nil // it was written meanwhile; the next write of ours comes back to it
	case err != nil:
		return w.member.explain(err, writeOf(w))
	}
	records.applied(w.key, after, w.again())
	return nil
}

// conflictOver is the Problem of fields that others own.
func conflictOver(theirs []propagation.Taken) error {
	return propagation.Problemf(status.FieldConflict, propagation.RetryLater,
		"others own fields of the copy: %s; have them leave these, leave them out of the template, or choose another conflict policy", propagation.Describe(theirs))
}

// owned are the fields that somebody else owns now, not just removed.
func owned(taken []propagation.Taken) []propagation.Taken {
	return slices.DeleteFunc(slices.Clone(taken), func(t propagation.Taken) bool { return t.By == "" })
}

func takenOf(lost []fields.Lost) []propagation.Taken {
	var taken []propagation.Taken
	for _, l := range lost {
		taken = append(taken, propagation.Taken{Field: l.Path, By: l.By})
	}
	return taken
}

// pathsTo are paths to the fields.
func pathsTo(taken []propagation.Taken) []fields.Path {
	var paths []fields.Path
	for _, t := range taken {
		if path, err := fields.ParsePath(t.Field); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// yieldedAnnotation is on a copy in which fields of the template were left to
// others: a field and who owned it then, one a line.
const yieldedAnnotation = "fedrail.io/yielded"

func yieldedNote(taken []propagation.Taken) string {
	lines := make([]string, len(taken))
	for i, t := range taken {
		lines[i] = t.Field + " " + t.By
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

func parseYielded(note string) []propagation.Taken {
	var taken []propagation.Taken
	for line := range strings.Lines(note) {
		line = strings.TrimSuffix(line, "\n")
		if at := strings.LastIndexByte(line, ' '); at > 0 {
			taken = append(taken, propagation.Taken{Field: line[:at], By: line[at+1:]})
		}
	}
	return taken
}
