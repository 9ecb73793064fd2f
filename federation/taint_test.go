package federation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// taint has the key and the value "v", and was added at noon.
func taint(key string, effect corev1.TaintEffect) corev1.Taint {
	added := metav1.NewTime(noon)
	return corev1.Taint{Key: key, Value: "v", Effect: effect, TimeAdded: &added}
}

func tolerates(key string, effect corev1.TaintEffect) corev1.Toleration {
	return corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: effect}
}

func toleratesFor(key string, seconds int64) corev1.Toleration {
	t := tolerates(key, corev1.TaintEffectNoExecute)
	t.TolerationSeconds = &seconds
	return t
}

func TestTaintsAreWeighedAsThoseOfANode(t *testing.T) {
	const noSchedule, prefer, noExecute = corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute
	stay, go1 := taint("stay", noSchedule), taint("go", noExecute)
	undated := corev1.Taint{Key: "go", Effect: noExecute}
	for name, c := range map[string]struct {
		taints      []corev1.Taint
		tolerations []corev1.Toleration
		want        federation.Verdict
	}{
		"none":                            {want: federation.Verdict{}},
		"NoSchedule":                      {[]corev1.Taint{stay}, nil, federation.Verdict{NoMore: true, Taint: stay}},
		"PreferNoSchedule":                {[]corev1.Taint{taint("rather", prefer)}, nil, federation.Verdict{}},
		"NoExecute":                       {[]corev1.Taint{go1}, nil, federation.Verdict{NoMore: true, Leave: true, Taint: go1}},
		"both: the one that empties":      {[]corev1.Taint{stay, go1}, nil, federation.Verdict{NoMore: true, Leave: true, Taint: go1}},
		"two of one effect: the first":    {[]corev1.Taint{stay, taint("more", noSchedule)}, nil, federation.Verdict{NoMore: true, Taint: stay}},
		"tolerated by key":                {[]corev1.Taint{stay}, []corev1.Toleration{tolerates("stay", "")}, federation.Verdict{}},
		"tolerated by effect":             {[]corev1.Taint{stay}, []corev1.Toleration{tolerates("stay", noSchedule)}, federation.Verdict{}},
		"another effect is tolerated":     {[]corev1.Taint{stay}, []corev1.Toleration{tolerates("stay", noExecute)}, federation.Verdict{NoMore: true, Taint: stay}},
		"another key is tolerated":        {[]corev1.Taint{stay}, []corev1.Toleration{tolerates("go", "")}, federation.Verdict{NoMore: true, Taint: stay}},
		"all is tolerated":                {[]corev1.Taint{stay, go1}, []corev1.Toleration{{Operator: "Exists"}}, federation.Verdict{}},
		"no operator is Equal":            {[]corev1.Taint{stay}, []corev1.Toleration{{Key: "stay", Value: "v"}}, federation.Verdict{}},
		"the value is equal":              {[]corev1.Taint{stay}, []corev1.Toleration{{Key: "stay", Operator: "Equal", Value: "v"}}, federation.Verdict{}},
		"the value is another":            {[]corev1.Taint{stay}, []corev1.Toleration{{Key: "stay", Operator: "Equal", Value: "w"}}, federation.Verdict{NoMore: true, Taint: stay}},
		"no key is Equal to none":         {[]corev1.Taint{stay}, []corev1.Toleration{{Value: "v"}}, federation.Verdict{NoMore: true, Taint: stay}},
		"an operator that there is not":   {[]corev1.Taint{stay}, []corev1.Toleration{{Key: "stay", Operator: "Gt", Value: "v"}}, federation.Verdict{NoMore: true, Taint: stay}},
		"for a minute":                    {[]corev1.Taint{go1}, []corev1.Toleration{toleratesFor("go", 60)}, federation.Verdict{Leave: true, Until: noon.Add(time.Minute), Taint: go1}},
		"for no time":                     {[]corev1.Taint{go1}, []corev1.Toleration{toleratesFor("go", 0)}, federation.Verdict{NoMore: true, Leave: true, Taint: go1}},
		"for less than no time":           {[]corev1.Taint{go1}, []corev1.Toleration{toleratesFor("go", -5)}, federation.Verdict{NoMore: true, Leave: true, Taint: go1}},
		"for the least of two times":      {[]corev1.Taint{go1}, []corev1.Toleration{toleratesFor("go", 60), toleratesFor("", 30)}, federation.Verdict{Leave: true, Until: noon.Add(30 * time.Second), Taint: go1}},
		"for a while, and for ever":       {[]corev1.Taint{go1}, []corev1.Toleration{tolerates("go", noExecute), toleratesFor("go", 60)}, federation.Verdict{Leave: true, Until: noon.Add(time.Minute), Taint: go1}},
		"for a while, of unknown age":     {[]corev1.Taint{undated}, []corev1.Toleration{toleratesFor("go", 60)}, federation.Verdict{NoMore: true, Leave: true, Taint: undated}},
		"for a while, where none may go":  {[]corev1.Taint{stay, go1}, []corev1.Toleration{toleratesFor("go", 60)}, federation.Verdict{NoMore: true, Leave: true, Until: noon.Add(time.Minute), Taint: go1}},
		"the first that is due":           {[]corev1.Taint{go1, taint("now", noExecute)}, []corev1.Toleration{toleratesFor("go", 60)}, federation.Verdict{NoMore: true, Leave: true, Taint: taint("now", noExecute)}},
		"the same, the other way round":   {[]corev1.Taint{taint("now", noExecute), go1}, []corev1.Toleration{toleratesFor("go", 60)}, federation.Verdict{NoMore: true, Leave: true, Taint: taint("now", noExecute)}},
		"seconds are for NoExecute alone": {[]corev1.Taint{taint("rather", prefer)}, []corev1.Toleration{toleratesFor("rather", 60)}, federation.Verdict{}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, federation.Tolerate(c.taints, c.tolerations))
		})
	}
}

func TestWhatIsToleratedForAWhileIsDueThen(t *testing.T) {
	for name, c := range map[string]struct {
		verdict federation.Verdict
		now     time.Time
		due     bool
	}{
		"nothing leaves":               {federation.Verdict{NoMore: true}, noon, false},
		"at once":                      {federation.Verdict{Leave: true}, noon, true},
		"at once, whatever time it is": {federation.Verdict{Leave: true}, time.Time{}, true},
		"before":                       {federation.Verdict{Leave: true, Until: noon}, noon.Add(-1), false},
		"then":                         {federation.Verdict{Leave: true, Until: noon}, noon, true},
		"nobody knows what time it is": {federation.Verdict{Leave: true, Until: noon}, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.due, c.verdict.Due(c.now)) })
	}
}

func TestAMemberThatIsNotReadyIsTaintedSinceItTurned(t *testing.T) {
	own := []corev1.Taint{taint("stay", corev1.TaintEffectNoSchedule)}
	c := federation.Cluster{Ready: true, Turned: noon, Taints: own}
	require.Equal(t, own, c.AllTaints())

	c.Ready = false
	all := c.AllTaints()
	require.Equal(t, []string{"stay=v:NoSchedule", "fedrail.io/not-ready:NoSchedule", "fedrail.io/not-ready:NoExecute"}, texts(all))
	require.Equal(t, noon.Add(time.Minute), federation.Tolerate(all[1:], []corev1.Toleration{
		tolerates("fedrail.io/not-ready", corev1.TaintEffectNoSchedule), toleratesFor("fedrail.io/not-ready", 60)}).Until)
	all[0].Key = "changed"
	require.Equal(t, "stay", own[0].Key, "the slice is the caller's own")
}

func texts(taints []corev1.Taint) []string {
	var all []string
	for _, taint := range taints {
		all = append(all, taint.ToString())
	}
	return all
}

func TestWrongTaintsAreNamed(t *testing.T) {
	var many []corev1.Taint
	for i := range federation.MaxTaints + 1 {
		many = append(many, taint(fmt.Sprintf("k%d", i), corev1.TaintEffectNoSchedule))
	}
	require.NoError(t, federation.ValidateTaints(nil))
	require.NoError(t, federation.ValidateTaints(many[1:]))
	require.NoError(t, federation.ValidateTaints([]corev1.Taint{taint("example.com/k", corev1.TaintEffectNoSchedule), taint("example.com/k", corev1.TaintEffectNoExecute)}))
	for want, taints := range map[string][]corev1.Taint{
		"there are 33 taints: 32 are the most":                                 many,
		`taints[0] "=v:NoSchedule": key: name part must be non-empty`:          {taint("", corev1.TaintEffectNoSchedule)},
		`taints[0] "k=v:Never": effect: there is no "Never": write NoSchedule`: {taint("k", "Never")},
		`taints[0] "k=a b:NoExecute": value: a valid label must`:               {{Key: "k", Value: "a b", Effect: corev1.TaintEffectNoExecute}},
		`taints[1] "k=v:NoExecute": another taint has this key and effect`:     {taint("k", corev1.TaintEffectNoExecute), taint("k", corev1.TaintEffectNoExecute)},
	} {
		require.ErrorContains(t, federation.ValidateTaints(taints), want)
	}
}
