package federated_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
)

var (
	serviceAccounts = federation.Type{Version: "v1", Kind: "ServiceAccount", Resource: "serviceaccounts", Scope: federation.NamespaceScoped}
	claims          = federation.Type{Version: "v1", Kind: "PersistentVolumeClaim", Resource: "persistentvolumeclaims", Scope: federation.NamespaceScoped}
)

// onHost makes a plain object on the host.
func onHost(b *testbed.Bed, t federation.Type, name string, content fields) {
	b.Helper()
	o := &unstructured.Unstructured{Object: content}
	o.SetAPIVersion(t.GroupVersionKind().GroupVersion().String())
	o.SetKind(t.Kind)
	o.SetName(name)
	_, err := b.In(b.Host, t).Create(b.Context(), o, metav1.CreateOptions{})
	require.NoError(b, err)
}

func changeOnHost(b *testbed.Bed, t federation.Type, name, change string) {
	b.Helper()
	_, err := b.In(b.Host, t).Patch(b.Context(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(b, err)
}

// deploy declares a Deployment with these in its pods' spec; its dependencies
// follow.
func deploy(b *testbed.Bed, name string, pods fields, clusters ...string) {
	b.Helper()
	pods["containers"] = []any{fields{"name": "main", "image": "example.test/web:1", "envFrom": pods["envFrom"]}}
	delete(pods, "envFrom")
	labels := fields{"app": name}
	b.Create(deployments, name, fields{
		"template": fields{"spec": fields{
			"selector": fields{"matchLabels": labels},
			"template": fields{"metadata": fields{"labels": labels}, "spec": pods},
		}},
		"placement": placedIn(clusters...),
	})
	b.Patch(deployments, name, `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":"true"}}}`)
}

func placedIn(clusters ...string) fields {
	named := []any{}
	for _, name := range clusters {
		named = append(named, fields{"name": name})
	}
	return fields{"clusters": named}
}

func moveTo(b *testbed.Bed, name, clusters string) {
	b.Helper()
	b.Patch(deployments, name, `{"spec":{"placement":{"clusters":[`+clusters+`]}}}`)
}

// fromConfigMap are pods with variables of a ConfigMap.
func fromConfigMap(name string) fields {
	return fields{"envFrom": []any{fields{"configMapRef": fields{"name": name}}}}
}

// untilHeld waits until exactly these members hold a copy.
func untilHeld(b *testbed.Bed, t federation.Type, name string, members ...string) {
	b.Helper()
	b.Until(name+" is in "+strings.Join(members, ", "), func() bool {
		var holders []string
		for _, s := range b.Servers {
			if o := b.Copy(s, t, name); o != nil && o.GetLabels()[propagation.ManagedLabel] == "true" {
				holders = append(holders, s.Cluster())
			}
		}
		return strings.Join(holders, " ") == strings.Join(members, " ")
	})
}

// followBed runs a federation in which all that can follow does.
func followBed(t *testing.T) *testbed.Bed {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], deployments, configMaps, secrets, serviceAccounts, claims)
	b.Run()
	return b
}

// TestWhatAPodTemplateRefersToFollows with what was declared of it, and nothing
// that the host made of it.
func TestWhatAPodTemplateRefersToFollows(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}, "metadata": fields{
		"labels": fields{"team": "a"}, "annotations": fields{"note": "n", "kubectl.kubernetes.io/last-applied-configuration": "{}"}}})
	onHost(b, configMaps, "unused", fields{"data": fields{"color": "red"}})
	onHost(b, secrets, "password", fields{"stringData": fields{"p": "s3cret"}, "type": "Opaque"})
	onHost(b, secrets, "pull", fields{"stringData": fields{".dockerconfigjson": "{}"}, "type": "kubernetes.io/dockerconfigjson"})
	onHost(b, serviceAccounts, "builder", fields{"secrets": []any{fields{"name": "token"}}, "imagePullSecrets": []any{fields{"name": "pull"}}})
	onHost(b, claims, "data", fields{"spec": fields{"accessModes": []any{"ReadWriteOnce"}, "volumeName": "pv-of-the-host",
		"resources": fields{"requests": fields{"storage": "1Gi"}}}})
	deploy(b, "web", fields{
		"serviceAccountName": "builder", "imagePullSecrets": []any{fields{"name": "pull"}},
		"envFrom": []any{fields{"secretRef": fields{"name": "password"}}},
		"volumes": []any{fields{"name": "c", "configMap": fields{"name": "config"}}, fields{"name": "d", "persistentVolumeClaim": fields{"claimName": "data"}}},
	}, "member1")
	for _, held := range []struct {
		of   federation.Type
		name string
	}{{configMaps, "config"}, {secrets, "password"}, {secrets, "pull"}, {serviceAccounts, "builder"}, {claims, "data"}} {
		untilHeld(b, held.of, held.name, "member1")
	}
	untilHeld(b, configMaps, "unused")
	member := b.Servers[0]
	config := b.Copy(member, configMaps, "config")
	require.Equal(t, fields{"color": "blue"}, config.Object["data"])
	require.Equal(t, map[string]string{"team": "a", propagation.ManagedLabel: "true"}, config.GetLabels())
	notes := config.GetAnnotations()
	delete(notes, "fedrail.io/origin")
	require.Equal(t, map[string]string{"note": "n"}, notes)
	require.Equal(t, "Opaque", b.Copy(member, secrets, "password").Object["type"])
	require.Equal(t, fields{"p": "czNjcmV0"}, b.Copy(member, secrets, "password").Object["data"])
	require.NotContains(t, b.Copy(member, serviceAccounts, "builder").Object, "secrets")
	require.Equal(t, []any{fields{"name": "pull"}}, b.Copy(member, serviceAccounts, "builder").Object["imagePullSecrets"])
	claim, _, _ := unstructured.NestedMap(b.Copy(member, claims, "data").Object, "spec")
	require.NotContains(t, claim, "volumeName")

	before := b.Quiet()
	changeOnHost(b, configMaps, "config", `{"data":{"color":"green"}}`)
	b.Until("the change follows", func() bool { return field(b, 0, "config", "color") == "green" })
	made := b.Quiet().Since(before)
	require.Equal(t, 1, made.Writes("member1"), made)
	require.Zero(t, made.Writes(testbed.HostName), "nothing is written to the host: %s", made)
}

// TestPlacementsOfReferrersAddUp, and the copy goes when nobody refers any more.
func TestPlacementsOfReferrersAddUp(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	deploy(b, "one", fromConfigMap("config"), "member1")
	untilHeld(b, configMaps, "config", "member1")
	deploy(b, "two", fromConfigMap("config"), "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
	b.Delete(deployments, "one")
	untilHeld(b, configMaps, "config", "member2")
	moveTo(b, "two", `{"name":"member1"}`)
	untilHeld(b, configMaps, "config", "member1")
	b.Patch(deployments, "two", `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":"false"}}}`)
	untilHeld(b, configMaps, "config")
	b.Patch(deployments, "two", `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":"true"}}}`)
	untilHeld(b, configMaps, "config", "member1")

	require.NoError(t, b.In(b.Host, configMaps).Delete(t.Context(), "config", metav1.DeleteOptions{}))
	untilHeld(b, configMaps, "config")
	onHost(b, configMaps, "config", fields{"data": fields{"color": "red"}})
	untilHeld(b, configMaps, "config", "member1")
	require.NotNil(t, b.Copy(b.Host, configMaps, "config"))
}

// TestAClaimStaysWithItsData when nobody refers to it any more.
func TestAClaimStaysWithItsData(t *testing.T) {
	b := followBed(t)
	onHost(b, claims, "data", fields{"spec": fields{"accessModes": []any{"ReadWriteOnce"}, "resources": fields{"requests": fields{"storage": "1Gi"}}}})
	deploy(b, "web", fields{"volumes": []any{fields{"name": "d", "persistentVolumeClaim": fields{"claimName": "data"}}}}, "member1")
	untilHeld(b, claims, "data", "member1")
	b.Delete(deployments, "web")
	untilHeld(b, claims, "data")
	left := b.Copy(b.Servers[0], claims, "data")
	require.NotNil(t, left)
	require.Nil(t, left.GetDeletionTimestamp())
}

// TestWhatIsDeclaredDoesNotFollow: a federated object of that name is the one that
// counts, and takes the copies over where it is placed.
func TestWhatIsDeclaredDoesNotFollow(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	deploy(b, "web", fromConfigMap("config"), "member1", "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
	uid := b.Copy(b.Servers[1], configMaps, "config").GetUID()
	b.Create(configMaps, "config", fields{"template": fields{"data": fields{"color": "declared"}}, "placement": placedIn("member2")})
	untilHeld(b, configMaps, "config", "member2")
	b.Until("it is the declared one", func() bool { return field(b, 1, "config", "color") == "declared" })
	require.Equal(t, uid, b.Copy(b.Servers[1], configMaps, "config").GetUID(), "the copy was taken over, not made anew")
	b.Delete(configMaps, "config")
	untilHeld(b, configMaps, "config", "member1", "member2")
	b.Until("it follows again", func() bool { return field(b, 1, "config", "color") == "blue" })
}

// TestARestartChangesNothing of what follows; what nobody refers to any more
// since then goes.
func TestARestartChangesNothingOfWhatFollows(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	onHost(b, configMaps, "other", fields{"data": fields{"color": "red"}})
	deploy(b, "web", fromConfigMap("config"), "member1")
	deploy(b, "more", fromConfigMap("other"), "member1", "member2")
	untilHeld(b, configMaps, "config", "member1")
	untilHeld(b, configMaps, "other", "member1", "member2")
	before := b.Quiet()
	b.Stop()
	b.Run()
	made := b.Quiet().Since(before)
	require.Empty(t, made.Only(budget.Request.Write), "a restart writes nothing")
	b.Stop()
	b.Patch(deployments, "more", `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":null}}}`)
	b.Run()
	untilHeld(b, configMaps, "other")
	untilHeld(b, configMaps, "config", "member1")
}

// TestATypeWhoseDependenciesFollow needs no annotation.
func TestATypeWhoseDependenciesFollow(t *testing.T) {
	b := followBed(t)
	_, err := b.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(b.System).Patch(context.Background(), "deployments.apps",
		types.MergePatchType, []byte(`{"spec":{"followDependencies":"Enabled"}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	deploy(b, "web", fromConfigMap("config"), "member1")
	b.Patch(deployments, "web", `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":null}}}`)
	untilHeld(b, configMaps, "config", "member1")
	b.Patch(deployments, "web", `{"metadata":{"annotations":{"fedrail.io/follow-dependencies":"false"}}}`)
	untilHeld(b, configMaps, "config")
}
