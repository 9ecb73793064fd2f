package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// argoScript is what the design says that Argo CD is to be told.
func argoScript(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/design/0016-status-on-the-object.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "    health.lua: |\n")
	require.True(t, found)
	script, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	return script
}

// argoHealth is what Argo CD makes of an object by the script.
func argoHealth(t *testing.T, script string, object map[string]any) string {
	t.Helper()
	state := lua.NewState()
	defer state.Close()
	state.SetGlobal("obj", luaOf(state, object))
	require.NoError(t, state.DoString(script))
	return state.ToTable(-1).RawGetString("status").String()
}

// luaOf is a value of JSON in Lua.
func luaOf(state *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, field := range v {
			table.RawSetString(key, luaOf(state, field))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, element := range v {
			table.Append(luaOf(state, element))
		}
		return table
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	}
	return lua.LNil
}

// Argo CD, which judges custom resources by a script in the language Lua, sees federated
// objects become healthy, be suspended and be in trouble, by the script that the design has.
func TestArgoCDReadsTheStatus(t *testing.T) {
	w := newWorld(t, "m1")
	p := w.start(quick)
	script := argoScript(t)
	w.declareConfigMap("settings")
	health := func() string {
		object, err := w.federated("federatedconfigmaps").Get(t.Context(), "settings", metav1.GetOptions{})
		require.NoError(t, err)
		return argoHealth(t, script, object.Object)
	}
	change := func(patch string) {
		_, err := w.federated("federatedconfigmaps").Patch(t.Context(), "settings", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	until := func(want string) {
		t.Helper()
		require.Eventually(t, func() bool { return health() == want }, soon, tick, want)
	}
	until("Healthy")
	change(`{"metadata":{"annotations":{"fedrail.io/suspend":"true"}}}`)
	until("Suspended")
	change(`{"metadata":{"annotations":{"fedrail.io/suspend":null}}}`)
	until("Healthy")
	change(`{"spec":{"placement":{"clusters":[{"name":"m1"},{"name":"nowhere"}]}}}`)
	until("Degraded")
	require.Equal(t, 0, p.terminate())

	unseen := &unstructured.Unstructured{Object: map[string]any{}}
	unseen.SetGeneration(1)
	require.Equal(t, "Progressing", argoHealth(t, script, unseen.Object), "nobody has looked at it yet")
}
