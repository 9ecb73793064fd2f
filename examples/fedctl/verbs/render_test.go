package verbs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	webFile        = "testdata/foresee/web.yaml"
	preferenceFile = "testdata/foresee/preference.yaml"
	clustersFile   = "testdata/foresee/clusters.yaml"
)

// alone runs the program where no server is known at all.
func alone(t *testing.T, input string, args ...string) result {
	t.Helper()
	return run(t.Context(), input, append([]string{"--kubeconfig=/nowhere"}, args...)...)
}

// aloneOK is alone, and requires that it succeeds.
func aloneOK(t *testing.T, args ...string) result {
	t.Helper()
	r := alone(t, "", args...)
	require.Zero(t, r.code, "%s\n%s", r.out, r.err)
	return r
}

func TestCopiesAreRenderedWithoutAnyServer(t *testing.T) {
	golden(t, "render-named", aloneOK(t, "render", "-f", webFile, "-C", "berlin,anywhere").out)
	golden(t, "render-json", aloneOK(t, "render", "-f", webFile, "-C", "madrid", "-o", "json").out)
	chosen := aloneOK(t, "render", "-f", webFile, "--clusters-file", clustersFile)
	golden(t, "render-chosen", chosen.out)
	require.NotContains(t, chosen.out, "boston\n  ", "its labels do not match")
	require.Empty(t, chosen.err)
}

func TestWhatAPreferenceDividesIsRenderedWhereTheClustersAreKnown(t *testing.T) {
	args := []string{"render", "-f", webFile, "-f", preferenceFile}
	r := aloneOK(t, append(args, "--clusters-file", clustersFile, "-C", "berlin", "-o", "jsonpath={.copies[?(@.object.kind=='Deployment')].object.spec.replicas}")...)
	require.Equal(t, result{out: "6"}, r)
	r = aloneOK(t, append(args, "-C", "berlin")...)
	require.Contains(t, r.out, "replicas: 1")
	require.Contains(t, r.err, "warning: FederatedDeployment shop/web: what its ReplicaSchedulingPreference divides is as the object says it")
}

func TestACopyOfAClusterThatIsNotChosenIsRenderedAndThatIsTold(t *testing.T) {
	r := aloneOK(t, "render", "-f", webFile, "--clusters-file", clustersFile, "-C", "boston")
	require.Contains(t, r.out, "# cluster: boston\napiVersion: apps/v1\nkind: Deployment")
	require.Contains(t, r.err, `warning: FederatedDeployment shop/web: boston is not chosen: clusterSelector asks for "region=eu"`)
}

func TestFilesAreReadFromTheStandardInput(t *testing.T) {
	content, err := os.ReadFile(webFile)
	require.NoError(t, err)
	text := strings.ReplaceAll(string(content), ", namespace: shop", "")
	r := alone(t, text, "render", "-f", "-", "-C", "berlin", "-o", "jsonpath={.copies[1].object.metadata}")
	require.Equal(t, `{"labels":{"app":"web","kubefed.io/managed":"true"},"name":"web"}`, r.out)
	r = alone(t, text, "render", "-f", "-", "-C", "berlin", "-n", "market", "-o", "jsonpath={.copies[1].object.metadata.namespace}")
	require.Equal(t, "market", r.out)
}

func TestWhatCannotBeRenderedIsNamedWithTheMend(t *testing.T) {
	crontab := "apiVersion: types.kubefed.io/v1beta1\nkind: FederatedCronTab\nmetadata: {name: nightly, namespace: shop}\n" +
		"spec: {template: {}, placement: {clusters: [{name: berlin}]}}\n"
	for name, c := range map[string]struct {
		input string
		args  []string
		want  string
	}{
		"no file":              {args: []string{"-C", "berlin"}, want: "-f is missing"},
		"no such file":         {args: []string{"-f", "nowhere.yaml", "-C", "berlin"}, want: `the path "nowhere.yaml" does not exist`},
		"no cluster":           {args: []string{"-f", webFile}, want: "name them with -C, or give --clusters-file"},
		"no such cluster":      {args: []string{"-f", webFile, "--clusters-file", clustersFile, "-C", "oslo"}, want: `cluster "oslo" is not in --clusters-file; there are: berlin, boston, denver, madrid, rome`},
		"no clusters in it":    {args: []string{"-f", webFile, "--clusters-file", webFile}, want: "there is no KubeFedCluster in it"},
		"no known type":        {input: crontab, args: []string{"-f", "-", "-C", "berlin"}, want: "FederatedCronTab shop/nightly: the group and version of CronTab are not known: write spec.template.apiVersion"},
		"no version":           {input: crontab, args: []string{"-f", "-", "-C", "berlin", "--target-api-version", "a/b/c"}, want: `apiVersion "a/b/c" of CronTab: want VERSION or GROUP/VERSION`},
		"the input read twice": {input: crontab, args: []string{"-f", "-", "--clusters-file", "-"}, want: "the standard input can be read once only"},
		"an override that cannot be": {
			input: strings.ReplaceAll(crontab, "template: {}", "template: {apiVersion: example.com/v1}, overrides: [{clusterName: berlin, clusterOverrides: [{op: remove, path: /spec/no/such}]}]"),
			args:  []string{"-f", "-", "-C", "berlin"}, want: "FederatedCronTab shop/nightly: cluster berlin:",
		},
		"no name":        {args: []string{"-f", webFile, "-C", "berlin", "-o", "name"}, want: "-o name: what is printed here has no name"},
		"no such format": {args: []string{"-f", webFile, "-C", "berlin", "-o", "xml"}, want: "-o xml: want one of"},
	} {
		t.Run(name, func(t *testing.T) {
			r := alone(t, c.input, append([]string{"render"}, c.args...)...)
			require.Equal(t, 1, r.code, r.out)
			require.Contains(t, r.err, c.want)
			require.Equal(t, 1, strings.Count(r.err, "\n"), "one line: %s", r.err)
		})
	}
	r := alone(t, crontab, "render", "-f", "-", "-C", "berlin", "--target-api-version", "stable.example.com/v1")
	require.Contains(t, r.out, "apiVersion: stable.example.com/v1\nkind: CronTab")
}

func TestFilesWithoutFederatedObjectsAreSaidToBeSo(t *testing.T) {
	r := alone(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain, namespace: shop}\n", "render", "-f", "-", "-C", "berlin")
	require.Equal(t, result{err: "warning: ConfigMap shop/plain is no federated object, and left out: \"fedctl federate -f\" makes one of it\n" +
		"there is no federated object in the files\n"}, r)
}
