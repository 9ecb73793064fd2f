package crds_test

import (
	"testing"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

const aPreference = `
apiVersion: scheduling.kubefed.io/v1alpha1
kind: ReplicaSchedulingPreference
metadata: {name: web}
spec: {targetKind: FederatedDeployment, totalReplicas: 9}
`

func TestPreferencesOfKubeFedThatTheServerTakes(t *testing.T) {
	try(t, v1alpha1.ReplicaSchedulingPreferences(), aPreference, map[string]change{
		"kind and total alone": accepted(`{}`),
		"all fields": accepted(`{spec: {rebalance: true, intersectWithClusterSelector: true,
			clusters: {A: {minReplicas: 4, maxReplicas: 6, weight: 1}, "*": {weight: 2}}}}`),
		"no clusters":                accepted(`{spec: {clusters: {}}}`),
		"a cluster without a word":   accepted(`{spec: {clusters: {A: {}}}}`),
		"a negative weight":          accepted(`{spec: {clusters: {A: {weight: -1}}}}`),
		"a negative maximum":         accepted(`{spec: {clusters: {A: {maxReplicas: -5}}}}`),
		"a minimum over the maximum": accepted(`{spec: {clusters: {A: {minReplicas: 20, maxReplicas: 10}}}}`),
		"a negative total":           accepted(`{spec: {totalReplicas: -1}}`),
		"a kind that there is not":   accepted(`{spec: {targetKind: FederatedUnicorn}}`),
		"an empty status":            accepted(`{status: {}}`),
		"no kind":                    refused(`{spec: {targetKind: null}}`, "spec.targetKind: Required"),
		"no total":                   refused(`{spec: {totalReplicas: null}}`, "spec.totalReplicas: Required"),
		"a total that is no number":  refused(`{spec: {totalReplicas: many}}`, "spec.totalReplicas"),
		"no spec":                    refused(`{spec: null}`, "spec: Required"),
	})
}

func TestPreferencesThatTheServerTakes(t *testing.T) {
	try(t, v1alpha1.ReplicaSchedulingPreferences(), aPreference, map[string]change{
		"a planner":               accepted(`{spec: {planner: Fair}}`),
		"an unknown planner":      refused(`{spec: {planner: Dice}}`, "spec.planner", `"KubeFed", "Fair"`),
		"a cost":                  accepted(`{spec: {planner: Cost, clusters: {A: {cost: 3}}}}`),
		"a cost of nothing":       refused(`{spec: {clusters: {A: {cost: 0}}}}`, "spec.clusters.A.cost"),
		"levels":                  accepted(`{spec: {planner: Spread, spread: [{by: Region, maxSkew: 2}, {by: Zone}]}}`),
		"an unknown level":        refused(`{spec: {spread: [{by: Rack}]}}`, "spec.spread[0].by", `"Region", "Zone"`),
		"a skew of nothing":       refused(`{spec: {spread: [{by: Zone, maxSkew: 0}]}}`, "spec.spread[0].maxSkew"),
		"fields":                  accepted(`{spec: {fields: [{path: /spec/workers}, {path: /spec/spares, total: 3, atLeast: 1}]}}`),
		"a field that is no path": refused(`{spec: {fields: [{path: spec.replicas}]}}`, "spec.fields[0].path"),
		"a field twice":           refused(`{spec: {fields: [{path: /spec/a}, {path: /spec/a}]}}`, "spec.fields[1]: Duplicate"),
		"less than nothing":       refused(`{spec: {fields: [{path: /spec/a, total: -1}]}}`, "spec.fields[0].total"),
		"idle clusters":           accepted(`{spec: {idleClusters: Remove}}`),
		"idle in no way":          refused(`{spec: {idleClusters: Maybe}}`, "spec.idleClusters"),
		"tolerations":             accepted(`{spec: {tolerations: [{key: maintenance, operator: Exists, effect: NoExecute, tolerationSeconds: 600}]}}`),
		"failover":                accepted(`{spec: {failover: {unschedulableSeconds: 0, unhealthySeconds: 120, maxMovesPerHour: 1, return: Gradually, step: 2}}}`),
		"a step in percent":       accepted(`{spec: {failover: {return: Gradually, step: 25%}}}`),
		"a step of nothing":       refused(`{spec: {failover: {step: 0}}}`, "spec.failover.step", "1 or more"),
		"a step in halves":        refused(`{spec: {failover: {step: half}}}`, "spec.failover.step"),
		"a step of nothing in %":  refused(`{spec: {failover: {step: 0%}}}`, "spec.failover.step"),
		"a time before":           refused(`{spec: {failover: {unhealthySeconds: -1}}}`, "spec.failover.unhealthySeconds"),
		"no move at all":          refused(`{spec: {failover: {maxMovesPerHour: 0}}}`, "spec.failover.maxMovesPerHour"),
		"return in no way":        refused(`{spec: {failover: {return: Perhaps}}}`, "spec.failover.return"),
		"all that is new": accepted(`{spec: {clusters: {berlin: {minReplicas: 3, maxReplicas: 6, weight: 1, cost: 4}}, planner: Spread,
			spread: [{by: Region}, {by: Zone, maxSkew: 2}], fields: [{path: /spec/replicas}, {path: /spec/minReadySeconds, total: 90, atLeast: 1}],
			idleClusters: Keep, tolerations: [{key: fedrail.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}],
			failover: {unschedulableSeconds: 60, unhealthySeconds: 120, maxMovesPerHour: 3, return: Gradually, step: 25%}, onDelete: Reset}}`),
		"a reset":     accepted(`{spec: {onDelete: Reset}}`),
		"another end": refused(`{spec: {onDelete: Explode}}`, "spec.onDelete"),
	})
}
