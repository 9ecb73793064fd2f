package federated_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/status"
)

var secrets = federation.Type{Version: "v1", Kind: "Secret", Resource: "secrets", Scope: federation.NamespaceScoped}

// fields is an object of JSON.
type fields = map[string]any

// wrong is a federated object that cannot be carried out as it is.
type wrong struct {
	name      string
	kind      federation.Type
	template  fields
	placement fields  // nil is everywhere
	overrides []any   // nil is none
	reason    string  // of the condition Ready
	clusters  []state // how it fares, in name order
	event     string  // one of its events begins so
}

// state is how an object fares in a cluster.
type state struct {
	name    string
	state   status.State
	message string
}

// statesOf reads how an object fares.
func statesOf(s federatedkind.Status) []state {
	var states []state
	for _, c := range s.Clusters {
		states = append(states, state{c.Name, status.State(c.Status), c.Message})
	}
	return states
}

// inBoth says the same of both members.
func inBoth(s status.State, message string) []state {
	return []state{{"member1", s, message}, {"member2", s, message}}
}

// declare makes a federated object of a template, everywhere.
func declare(b *testbed.Bed, kind federation.Type, name string, template fields) {
	b.Helper()
	b.Create(kind, name, fields{"template": template, "placement": fields{"clusterSelector": fields{}}})
}

// untilStates waits until an object fares like that.
func untilStates(b *testbed.Bed, kind federation.Type, name string, want []state) {
	b.Helper()
	if !b.Holds(func() bool { return slices.Equal(want, statesOf(b.Status(kind, name))) }) {
		require.Equal(b, want, statesOf(b.Status(kind, name)))
	}
}

// untilEvent waits for an event about an object.
func untilEvent(b *testbed.Bed, name, prefix string) {
	b.Helper()
	if !b.Holds(func() bool { return hasEvent(b, name, prefix) }) {
		require.Fail(b, "no such event", "want %s\ngot  %s", prefix, strings.Join(b.Events(name), "\n     "))
	}
}

func hasEvent(b *testbed.Bed, name, prefix string) bool {
	return slices.ContainsFunc(b.Events(name), func(e string) bool { return strings.HasPrefix(e, prefix) })
}

// requireCarried makes sure that others are served: a change of a good object
// of the type arrives in every member.
func requireCarried(b *testbed.Bed, kind federation.Type, name string) {
	b.Helper()
	b.Patch(kind, name, `{"spec":{"template":{"metadata":{"labels":{"changed":"`+b.Namespace+`"}}}}}`)
	b.UntilReady(kind, name)
	for _, member := range b.Servers {
		require.Equal(b, b.Namespace, b.Copy(member, kind, name).GetLabels()["changed"], member.Cluster())
	}
}

func TestWhatIsWrongIsToldWithItsMend(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps, secrets)
	b.Run()
	declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
	declare(b, secrets, "good", fields{"stringData": fields{"color": "blue"}})
	rows := append(wrongPlacements(), wrongTemplates()...)
	for _, w := range rows {
		w.declare(b)
	}
	for _, w := range rows {
		t.Run(w.name, func(t *testing.T) { w.require(t, b) })
	}
	requireCarried(b, configMaps, "good")
	requireCarried(b, secrets, "good")
}

func (w wrong) declare(b *testbed.Bed) {
	spec := fields{"template": w.template, "placement": fields{"clusterSelector": fields{}}}
	if w.placement != nil {
		spec["placement"] = w.placement
	}
	if w.overrides != nil {
		spec["overrides"] = w.overrides
	}
	b.Create(w.kind, w.name, spec)
}

func (w wrong) require(t *testing.T, b *testbed.Bed) {
	untilStates(b, w.kind, w.name, w.clusters)
	untilEvent(b, w.name, w.event)
	ready := testbed.ReadyCondition(b.Status(w.kind, w.name))
	require.Equal(t, w.reason, ready.Reason)
	require.NotEmpty(t, ready.Message)
}

func wrongPlacements() []wrong {
	blue := fields{"data": fields{"color": "blue"}}
	noField := `overrides for cluster "member2": clusterOverrides[0], path "/data/a/b": "/data" has no field "a": add it first, or leave the operation out`
	return []wrong{{
		name: "unknown-cluster", kind: configMaps, template: blue,
		placement: fields{"clusters": []any{fields{"name": "member1"}, fields{"name": "membr2"}}},
		reason:    "UnknownCluster",
		clusters:  []state{{name: "member1"}},
		event:     `UnknownCluster: no member has this name; did you mean "member2"?`,
	}, {
		name: "bad-selector", kind: configMaps, template: blue,
		placement: fields{"clusterSelector": fields{"matchExpressions": []any{fields{"key": "name", "operator": "In"}}}},
		reason:    "ComputePlacementFailed",
		event:     `ComputePlacementFailed: clusterSelector.matchExpressions[0] (key "name", operator "In"; operators are In, NotIn, Exists and DoesNotExist)`,
	}, {
		name: "bad-patch", kind: configMaps, template: blue,
		overrides: []any{fields{"clusterName": "member2", "clusterOverrides": []any{fields{"op": "add", "path": "/data/a/b", "value": "x"}}}},
		reason:    "CheckClusters",
		clusters:  []state{{name: "member1"}, {"member2", status.ApplyOverridesFailed, noField}},
		event:     `ApplyOverridesFailed: cluster member2: ` + noField,
	}}
}

func wrongTemplates() []wrong {
	badKey := `create: ConfigMap "bad-key" is invalid: data[bad key!]: Invalid value: "bad key!": a valid config key must consist of ` +
		`alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`
	serves := "create: the member serves no configmaps of apps/v1 with scope Namespaced: install that there, " +
		"or correct apiVersion in the template, or targetType in the FederatedTypeConfig"
	return []wrong{{
		name: "bad-key", kind: configMaps, template: fields{"data": fields{"bad key!": "x"}},
		reason: "CheckClusters", clusters: inBoth(status.CreationFailed, badKey),
		event: "CreationFailed: cluster member1: " + badKey,
	}, {
		name: "wrong-group", kind: configMaps, template: fields{"apiVersion": "apps/v1", "data": fields{"a": "b"}},
		reason: "CheckClusters", clusters: inBoth(status.CreationFailed, serves),
		event: "CreationFailed: cluster member2: " + serves,
	}}
}

// TestARefusalNamesTheField: an API server answers 500 when a field has another
// type than it should, and that is an answer, not silence.
func TestARefusalNamesTheField(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	declare(b, configMaps, "number", fields{"data": fields{"n": int64(5)}})
	message := "create: failed to create typed patch object (" + b.Namespace + "/number; /v1, Kind=ConfigMap): " +
		".data.n: expected string, got &value.valueUnstructured{Value:5}"
	untilStates(b, configMaps, "number", inBoth(status.CreationFailed, message))
	b.Patch(configMaps, "number", `{"spec":{"template":{"data":{"n":"5"}}}}`)
	b.UntilReady(configMaps, "number")
}
