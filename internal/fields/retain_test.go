package fields_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/fields"
)

func TestRetain(t *testing.T) {
	const whole = `{"f:spec":{"f:replicas":{},"f:hosts":{},"f:list":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:size":{}}}}}`
	for name, row := range map[string]struct {
		path, owned        string
		object, live, want string
	}{
		"ours: as it is in the member": {".spec.replicas", whole, "{spec: {replicas: 5}}", "{spec: {replicas: 3}}", "{spec: {replicas: 3}}"},
		"theirs: left out":             {".spec.replicas", "{}", "{spec: {replicas: 5, a: 1}}", "{spec: {replicas: 3}}", "{spec: {a: 1}}"},
		"nobody's yet: it begins":      {".spec.replicas", "{}", "{spec: {replicas: 5}}", "{spec: {}}", "{spec: {replicas: 5}}"},
		"a list that is ours as a whole": {".spec.hosts[1]", whole, "{spec: {hosts: [a, b]}}", "{spec: {hosts: [c, d]}}",
			"{spec: {hosts: [a, d]}}"},
		"a list that was lost as a whole": {".spec.hosts[*].port", `{"f:spec":{"f:a":{}}}`, "{spec: {hosts: [{name: x, port: 1}]}}",
			"{spec: {hosts: [{name: x, port: 2}]}}", "{spec: {hosts: [{name: x, port: 2}]}}"},
		"an item's field": {`.spec.list[name="a"].size`, whole, "{spec: {list: [{name: a, size: 1}]}}",
			"{spec: {list: [{name: other, size: 7}, {name: a, size: 9, more: 1}]}}", "{spec: {list: [{name: a, size: 9}]}}"},
		"an item, and what we own of it": {`.spec.list[name="a"]`, whole, "{spec: {list: [{name: a, size: 1}]}}",
			"{spec: {list: [{name: a, size: 9, more: 1}]}}", "{spec: {list: [{name: a, size: 9}]}}"},
		"a new item": {`.spec.list[*].size`, whole, "{spec: {list: [{name: a, size: 1}, {name: b, size: 2}]}}",
			"{spec: {list: [{name: a, size: 9}]}}", "{spec: {list: [{name: a, size: 9}, {name: b, size: 2}]}}"},
		"an item's field that somebody else has": {".spec.list[*].more", whole, "{spec: {list: [{name: a, size: 1, more: 2}]}}",
			"{spec: {list: [{name: a, size: 1, more: 9}]}}", "{spec: {list: [{name: a, size: 1}]}}"},
	} {
		t.Run(name, func(t *testing.T) {
			object, live := objectOf(t, row.object), objectOf(t, row.live)
			fields.Retain(object, live, row.owned, []fields.Path{pathOf(t, row.path)})
			require.Equal(t, objectOf(t, row.want), object)
			require.Equal(t, objectOf(t, row.live), live, "live is not modified")
		})
	}
}

func TestDisown(t *testing.T) {
	const ours = `{"f:data":{"f:a":{}}}`
	entries := []metav1.ManagedFieldsEntry{
		entry("fedrail", metav1.ManagedFieldsOperationApply, ours),
		entry("kubectl", metav1.ManagedFieldsOperationUpdate, `{"f:data":{"f:a":{},"f:b":{}}}`),
		entry("another", metav1.ManagedFieldsOperationUpdate, ours),
		entry("kubectl-create", metav1.ManagedFieldsOperationUpdate, ours),
	}
	rest, changed := fields.Disown(entries, ours, []string{"kubectl", "kubectl-create"})
	require.True(t, changed)
	require.Equal(t, []metav1.ManagedFieldsEntry{
		entries[0], entry("kubectl", metav1.ManagedFieldsOperationUpdate, `{"f:data":{"f:b":{}}}`), entries[2],
	}, rest)

	same, changed := fields.Disown(rest, ours, []string{"kubectl", "kubectl-create"})
	require.False(t, changed)
	require.Equal(t, rest, same)
}
