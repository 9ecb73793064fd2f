package push

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/fields"
)

// defaultFieldManager is the name that our fields are owned by unless somebody chose
// another.
const defaultFieldManager = "fedrail"

// OwnsAlone says of a copy in a member, written under the default FieldManager, whether
// what is ours in it is not also that of those who wrote it before us: of KubeFed, or
// kubectl. It is false for an object that we never wrote.
func OwnsAlone(object metav1.Object) bool {
	ours := fields.Owned(object.GetManagedFields(), defaultFieldManager)
	_, shared := fields.Disown(object.GetManagedFields(), ours, formerManagers())
	return ours != "" && !shared
}
