package crds_test

import (
	"testing"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
)

const aBundle = `
apiVersion: propagation.fedrail.io/v1alpha1
kind: Bundle
metadata: {name: configmaps-0}
spec:
  cluster: edge1
  fieldManager: fedrail
  target: {version: v1, kind: ConfigMap, resource: configmaps, scope: Namespaced}
  objects:
  - {namespace: shop, name: web, hash: "1", hold: {parent: uid, object: {kind: ConfigMap, data: {a: b}}}}
`

func TestBundles(t *testing.T) {
	try(t, v1alpha1.Bundles(), aBundle, map[string]change{
		"as it is":   accepted(`{}`),
		"no objects": accepted(`{spec: {objects: null}}`),
		"a removal":  accepted(`{spec: {objects: [{name: web, hash: "1", remove: {parent: uid, gracePeriodSeconds: 0, propagationPolicy: Foreground}}]}}`),
		"all that may be said of holding": accepted(`{spec: {adoption: Refuse, collection: Status, objects: [{name: web, hash: "1",
			hold: {parent: uid, object: {}, conflict: Yield, immutable: Recreate, retain: [.spec.replicas]}}]}}`),
		"neither hold nor remove": refused(`{spec: {objects: [{name: web, hash: "1"}]}}`, "spec.objects[0]", "must have either hold or remove"),
		"both": refused(`{spec: {objects: [{name: web, hash: "1", hold: {parent: uid, object: {}}, remove: {parent: uid}}]}}`,
			"spec.objects[0]", "must have either hold or remove"),
		"no cluster":        refused(`{spec: {cluster: ""}}`, "spec.cluster"),
		"no field manager":  refused(`{spec: {fieldManager: null}}`, "spec.fieldManager"),
		"an unknown scope":  refused(`{spec: {target: {scope: Galaxy}}}`, "spec.target.scope", "Galaxy"),
		"an unknown policy": refused(`{spec: {adoption: Perhaps}}`, "spec.adoption", "Perhaps"),
		"an object no object": refused(`{spec: {objects: [{name: web, hash: "1", hold: {parent: uid, object: text}}]}}`,
			"spec.objects[0].hold.object"),
		"an unknown conflict": refused(`{spec: {objects: [{name: web, hash: "1", hold: {parent: uid, object: {}, conflict: Fight}}]}}`, "Fight"),
	})
}
