package verbs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/crdtest"
)

// cronTabs are custom resources that are served in two versions.
func cronTabs() *apiextensionsv1.CustomResourceDefinition {
	preserve := true
	schema := &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &preserve}}
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "crontabs.stable.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "stable.example.com", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "crontabs", Singular: "crontab", Kind: "CronTab", ListKind: "CronTabList", ShortNames: []string{"ct"}},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{
				{Name: "v1", Served: true, Storage: true, Schema: schema},
				{Name: "v1beta1", Served: true, Schema: schema},
			},
		},
	}
}

func TestEnablePrintsTheLinesOfKubefedctl(t *testing.T) {
	w := newFederation(t, nil)
	r := w.ok("enable", "deploy", "ingresses.networking.k8s.io")
	require.Equal(t, `customresourcedefinition.apiextensions.k8s.io/federateddeployments.types.kubefed.io created
customresourcedefinition.apiextensions.k8s.io/federatedingresses.types.kubefed.io created
federatedtypeconfig.core.kubefed.io/deployments.apps created in namespace kube-federation-system
federatedtypeconfig.core.kubefed.io/ingresses.networking.k8s.io created in namespace kube-federation-system
`, r.out)
	require.Equal(t, "next, let clusters join:\n  fedctl join NAME --cluster-context CONTEXT\n", r.err)
	again := w.ok("enable", "Deployment", "--dry-run")
	require.Equal(t, `customresourcedefinition.apiextensions.k8s.io/federateddeployments.types.kubefed.io updated
federatedtypeconfig.core.kubefed.io/deployments.apps updated in namespace kube-federation-system
`, again.out)
	require.Equal(t, "nothing is written (dry run)\n", again.err)
}

func TestEnableInADryRunWritesNothing(t *testing.T) {
	w := newFederation(t, nil)
	const want = `customresourcedefinition.apiextensions.k8s.io/federatedsecrets.types.kubefed.io created
federatedtypeconfig.core.kubefed.io/secrets created in namespace kube-federation-system
`
	for _, flag := range []string{"--dry-run", "--dry-run=true", "--dry-run=client", "--dry-run=server"} {
		require.Equal(t, want, w.ok("enable", "secrets", flag).out)
	}
	require.Equal(t, want, w.ok("enable", "secrets").out)
}

func TestEnablePrintsWhatItWouldWrite(t *testing.T) {
	w := newFederation(t, nil)
	crdtest.Install(t, w.host.Config(), cronTabs())
	r := w.ok("enable", "ct", "--version", "v1beta1", "--federated-group", "fed.example.com", "--federated-version", "v2", "-o", "yaml")
	golden(t, "enable/crontabs.yaml", r.out)
	require.Empty(t, r.err)
	directive := `apiVersion: core.kubefed.io/v1beta1
kind: EnableTypeDirective
metadata: {name: crontabs.stable.example.com}
spec: {targetVersion: v1beta1, federatedGroup: fed.example.com, federatedVersion: v2}
`
	require.Equal(t, r.out, w.feed(directive, "enable", "-f", "-", "-o", "yaml").out)
	file := filepath.Join(t.TempDir(), "directive.yaml")
	require.NoError(t, os.WriteFile(file, []byte(directive), 0o600))
	fromFile := w.ok("enable", "-f", file, "-o", "yaml", "--version", "v1")
	require.Equal(t, r.out, fromFile.out)
	require.Equal(t, "warning: --version does not count beside -f\n", fromFile.err)
	require.Contains(t, w.ok("enable", "ct", "-o", "json").out, `"kind": "FederatedTypeConfig"`)
}

func TestWrongUsesOfEnableAreSaidInOneLine(t *testing.T) {
	w := newFederation(t, nil)
	for want, args := range map[string][]string{
		"which type? name one, such as deployments.apps, or give -f":                                                  {},
		"-f says which types are meant; leave out secrets pods":                                                       {"secrets", "pods", "-f", "x"},
		"-f: open nowhere: no such file or directory":                                                                 {"-f", "nowhere"},
		"-o xml: want yaml or json":                                                                                   {"secrets", "-o", "xml"},
		`type "gadgets": the host serves no such resource; write its plural name and group, such as deployments.apps`: {"gadgets"},
		`type "secrets": the host does not serve version "v2" of it; it serves v1`:                                    {"secrets", "--version", "v2"},
		`type "secrets": federated group "fed": want a domain with at least one dot, such as types.example.com`:       {"secrets", "--federated-group", "fed"},
		`type "configmaps": it is enabled with the federated type types.kubefed.io/v1beta1, Kind=FederatedConfigMap, not types.kubefed.io/v1, Kind=FederatedConfigMap; disable it first`: {"cm", "--federated-version", "v1"},
		`the host has no namespace "other": nothing of a federation is installed there; "fedctl install" does that`:                                                                      {"secrets", "--kubefed-namespace", "other"},
	} {
		require.Equal(t, result{code: 1, err: "error: " + want + "\n"}, w.fedctl(append([]string{"enable"}, args...)...))
	}
	r := w.feed("kind: Secret\n", "enable", "-f", "-")
	require.Equal(t, "error: -f -: document 1: want apiVersion core.kubefed.io/v1beta1 and kind EnableTypeDirective, not \"\" and \"Secret\"\n", r.err)
}
