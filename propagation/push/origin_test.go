package push_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
)

func TestACopyHasALabelAndARecord(t *testing.T) {
	label, record := map[string]string{propagation.ManagedLabel: "true"}, map[string]string{"fedrail.io/origin": "parent/hash"}
	for name, c := range map[string]struct {
		object metav1.ObjectMeta
		parent types.UID
	}{
		"both":                  {metav1.ObjectMeta{Labels: label, Annotations: record}, "parent"},
		"no label":              {metav1.ObjectMeta{Annotations: record}, ""},
		"no record":             {metav1.ObjectMeta{Labels: label}, ""},
		"left alone":            {metav1.ObjectMeta{Labels: map[string]string{propagation.ManagedLabel: "false"}, Annotations: record}, ""},
		"a record without hash": {metav1.ObjectMeta{Labels: label, Annotations: map[string]string{"fedrail.io/origin": "parent"}}, ""},
	} {
		require.Equal(t, c.parent, push.ParentOf(&c.object), name)
	}
}
