package crds_test

import (
	"fmt"
	"strings"
	"testing"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// tainted is a patch with these taints.
func tainted(taints ...string) string {
	return fmt.Sprintf("{spec: {taints: [%s]}}", strings.Join(taints, ", "))
}

func TestTaintsThatTheServerTakes(t *testing.T) {
	var many []string
	for i := range 33 {
		many = append(many, fmt.Sprintf("{key: k%d, effect: NoSchedule}", i))
	}
	const key, value, effect = "spec.taints[0].key", "spec.taints[0].value", "spec.taints[0].effect"
	try(t, corev1beta1.KubeFedClusters(), cluster, map[string]change{
		"cordoned":                accepted(`{spec: {unschedulable: true}}`),
		"not cordoned":            accepted(`{spec: {unschedulable: false}}`),
		"cordoned by a word":      refused(`{spec: {unschedulable: "yes"}}`, "spec.unschedulable"),
		"no taints":               accepted(tainted()),
		"each effect":             accepted(tainted("{key: k, effect: NoSchedule}", "{key: k, effect: PreferNoSchedule}", "{key: k, effect: NoExecute}")),
		"a key with a domain":     accepted(tainted(`{key: example.com/under-repair, value: "disk_2", effect: NoExecute, timeAdded: "2026-01-02T03:04:05Z"}`)),
		"an empty value":          accepted(tainted(`{key: k, value: "", effect: NoSchedule}`)),
		"as many as there may be": accepted(tainted(many[1:]...)),
		"too many":                refused(tainted(many...), "spec.taints", "32"),
		"twice with one effect":   refused(tainted("{key: k, value: a, effect: NoSchedule}", "{key: k, value: b, effect: NoSchedule}"), "spec.taints[1]: Duplicate"),
		"no key":                  refused(tainted("{effect: NoSchedule}"), key+": Required"),
		"an empty key":            refused(tainted(`{key: "", effect: NoSchedule}`), key, "must be a name such as maintenance"),
		"a key with a space":      refused(tainted(`{key: "a b", effect: NoSchedule}`), key, "must be a name such as maintenance"),
		"a key with two slashes":  refused(tainted(`{key: a/b/c, effect: NoSchedule}`), key, "must be a name such as maintenance"),
		"no effect":               refused(tainted("{key: k}"), effect+": Required"),
		"an effect there is not":  refused(tainted("{key: k, effect: Evict}"), effect, `"NoSchedule", "PreferNoSchedule", "NoExecute"`),
		"a value with a space":    refused(tainted(`{key: k, value: "a b", effect: NoSchedule}`), value, "must begin and end with a letter or digit"),
		"a time that is none":     refused(tainted(`{key: k, effect: NoExecute, timeAdded: yesterday}`), "spec.taints[0].timeAdded"),
	})
}
