package fields

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
)

// Conflicts are the fields because of which an API server refused to apply, and
// who owns them; none when it answered something else.
func Conflicts(err error) []Lost {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) || answer.Status().Details == nil {
		return nil
	}
	var conflicts []Lost
	for _, cause := range answer.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			conflicts = append(conflicts, Lost{Path: cause.Field, By: quotedIn(cause.Message)})
		}
	}
	return conflicts
}

// quotedIn is the first quoted word of a text.
func quotedIn(text string) string {
	from := strings.IndexByte(text, '"')
	if from < 0 {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(text[from:])
	if err != nil {
		return ""
	}
	word, _ := strconv.Unquote(quoted)
	return word
}

// Disown takes what the set owns away from the managers that wrote it by other
// means than server-side apply, so that it goes when the set's owner leaves it
// out. It returns the entries as they should be, and false when they are so.
func Disown(entries []metav1.ManagedFieldsEntry, owned string, managers []string) ([]metav1.ManagedFieldsEntry, bool) {
	if !slices.ContainsFunc(entries, func(e metav1.ManagedFieldsEntry) bool { return wroteBy(e, managers) }) {
		return entries, false // as nearly always: nothing has to be parsed
	}
	ours, changed := parse(owned), false
	kept := make([]metav1.ManagedFieldsEntry, 0, len(entries))
	for _, e := range entries {
		rest, shared := without(e, ours, managers)
		changed = changed || shared
		if !shared || !rest.Empty() {
			kept = append(kept, withSet(e, rest, shared))
		}
	}
	return kept, changed
}

// wroteBy says whether an entry is of one of the managers, by other means than
// server-side apply.
func wroteBy(e metav1.ManagedFieldsEntry, managers []string) bool {
	return e.Operation == metav1.ManagedFieldsOperationUpdate && e.Subresource == "" && e.FieldsV1 != nil && slices.Contains(managers, e.Manager)
}

// without is what an entry has beside ours, when it is one of the managers' and
// shares something with us.
func without(e metav1.ManagedFieldsEntry, ours *fieldpath.Set, managers []string) (rest *fieldpath.Set, shared bool) {
	if !wroteBy(e, managers) {
		return nil, false
	}
	theirs := parse(e.FieldsV1.GetRawString())
	rest = theirs.Difference(ours)
	return rest, !rest.Equals(theirs)
}

// withSet is the entry with another set, if that changed.
func withSet(e metav1.ManagedFieldsEntry, rest *fieldpath.Set, changed bool) metav1.ManagedFieldsEntry {
	if !changed {
		return e
	}
	raw, err := rest.ToJSON()
	if err != nil {
		return e
	}
	e.FieldsV1 = metav1.NewFieldsV1(string(raw))
	return e
}
