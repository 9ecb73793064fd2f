package preference

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// field is what is divided over the clusters.
type field struct {
	path  string // a JSON pointer
	total int64
	least int64 // what each cluster has that has any of the first field
	once  bool  // what a cluster was told is never another
}

const replicas = "/spec/replicas"

// rule is what is divided of the objects of a kind unless a preference says
// otherwise.
type rule struct {
	fields func(total int64, template map[string]any) []field
	once   string // the path of the field that cannot change in a cluster
	idle   v1alpha1.IdlePolicy
}

// ruleOf is the rule of a type, whose scale subresource may name the field that is
// divided. A type of Kubernetes itself that has nothing to divide has none.
func ruleOf(t federation.Type, scale string) (rule, bool) {
	switch t.Group + "/" + t.Kind {
	case "apps/Deployment", "apps/ReplicaSet", "apps/StatefulSet", "/ReplicationController":
		return rule{fields: only(replicas), idle: v1alpha1.IdleKeep}, true
	case "batch/Job":
		return rule{fields: ofJob, once: completions, idle: v1alpha1.IdleRemove}, true
	case "autoscaling/HorizontalPodAutoscaler":
		return rule{fields: ofAutoscaler, idle: v1alpha1.IdleRemove}, true
	}
	if !isCustom(t) {
		return rule{}, false
	}
	return rule{fields: only(cmp.Or(scale, replicas)), idle: v1alpha1.IdleKeep}, true
}

// isCustom says of a type that it is none of Kubernetes itself, whose groups have
// no dot or are its own.
func isCustom(t federation.Type) bool {
	return strings.Contains(t.Group, ".") && !strings.HasSuffix(t.Group, ".k8s.io")
}

func only(path string) func(int64, map[string]any) []field {
	return func(total int64, _ map[string]any) []field { return []field{{path: path, total: total}} }
}

// ofJob divides what runs at a time and, where the template says how much there is
// to do, that: it cannot change in a cluster any more.
func ofJob(total int64, template map[string]any) []field {
	fields := []field{{path: "/spec/parallelism", total: total}}
	if n, set := numberAt(template, completions); set {
		fields = append(fields, field{path: completions, total: n})
	}
	return fields
}

const completions = "/spec/completions"

func ofAutoscaler(total int64, template map[string]any) []field {
	fields := []field{{path: "/spec/maxReplicas", total: total}}
	const least = "/spec/minReplicas"
	if n, set := numberAt(template, least); set {
		fields = append(fields, field{path: least, total: n, least: 1})
	}
	return fields
}

// fieldsOf are the fields that a preference divides, at least one.
func fieldsOf(p v1alpha1.ReplicaSchedulingPreferenceSpec, r rule, template map[string]any) []field {
	total := int64(p.TotalReplicas)
	var fields []field
	if len(p.Fields) == 0 {
		fields = r.fields(total, template)
	}
	for _, f := range p.Fields {
		asked := field{path: f.Path, total: total, least: int64(f.AtLeast)}
		if f.Total != nil {
			asked.total = int64(*f.Total)
		}
		fields = append(fields, asked)
	}
	for i := range fields {
		fields[i].once = fields[i].path == r.once
	}
	return fields
}

// numberAt is the whole number at a pointer, and false when there is none.
func numberAt(object map[string]any, pointer string) (int64, bool) {
	var at any = object
	for _, segment := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		key := strings.ReplaceAll(strings.ReplaceAll(segment, "~1", "/"), "~0", "~")
		switch inside := at.(type) {
		case map[string]any:
			at = inside[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(inside) {
				return 0, false
			}
			at = inside[i]
		default:
			return 0, false
		}
	}
	return number(at)
}

// number is a value of JSON as a whole number, and false when it is none.
func number(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}
