package plans

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// differences are the fields in which two objects differ, by their paths; numbers say
// from what to what. There is no other value in it, for it may be a secret.
func differences(before, after *unstructured.Unstructured) []string {
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil || after == nil:
		return []string{"the whole object"}
	}
	return differ("", before.Object, after.Object)
}

func differ(path string, before, after any) []string {
	if reflect.DeepEqual(before, after) {
		return nil
	}
	old, wasMap := before.(map[string]any)
	now, isMap := after.(map[string]any)
	if !wasMap || !isMap {
		return []string{path + fromTo(before, after)}
	}
	keys := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(now))
	slices.Sort(keys)
	var fields []string
	for _, key := range slices.Compact(keys) {
		fields = append(fields, differ(path+"."+key, old[key], now[key])...)
	}
	return fields
}

func fromTo(before, after any) string {
	old, was := before.(int64)
	now, is := after.(int64)
	if !was || !is {
		return ""
	}
	return fmt.Sprintf(" from %d to %d", old, now)
}

// some names the first of many fields.
func some(fields []string) string {
	const shown = 4
	if more := len(fields) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(fields[:shown], ", "), more)
	}
	return strings.Join(fields, ", ")
}
