package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
)

func configMaps() federation.Type {
	return federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}
}

// world is one of the two that are compared. They use the same servers and do not
// see each other: each has its own namespace, federated kind and mark. The names
// are equally long, so that the objects are equally large.
type world struct {
	name      string // for people
	namespace string // on the host and in the members
	kind      federatedkind.Kind
	mark      string // label of each copy
}

// controlled is the world of the controller.
func controlled() world {
	return world{
		name: "controller", namespace: "bench-ours", mark: propagation.ManagedLabel,
		kind: federatedkind.Kind{Target: configMaps()},
	}
}

// bare is the world of the bare loop.
func bare() world {
	return world{
		name: "bare loop", namespace: "bench-bare", mark: "fedrail.io/benched",
		kind: federatedkind.Kind{Target: configMaps(), GroupVersion: schema.GroupVersion{Group: "bench.kubefed.io"}},
	}
}

// phase is what is done to all objects while the clock runs.
type phase string

const (
	creating phase = "create"
	updating phase = "update"
	deleting phase = "delete"
)

func phases() []phase { return []phase{creating, updating, deleting} }

// data is what every ConfigMap holds after a phase: about a kilobyte, as much as
// a small file of settings.
func data(p phase) map[string]any {
	held := map[string]any{"phase": string(p)}
	for i := range 8 {
		held[fmt.Sprintf("settings-%d", i)] = strings.Repeat(string(p), 20)
	}
	return held
}

// template is the object before it is placed.
func template(p phase) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"app": "bench"}},
		"data":     data(p),
	}
}
