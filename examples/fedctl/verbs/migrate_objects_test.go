package verbs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"github.com/fedrail/fedrail/internal/controlplane"
)

func object(apiVersion, kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind}}
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

func (k *kubefed) read(name string) []byte {
	k.Helper()
	content, err := os.ReadFile(filepath.Join("..", "migrate", "testdata", name))
	require.NoError(k, err)
	return content
}

func (k *kubefed) feedAll(name string) {
	k.Helper()
	k.feedYAML(k.host, installers, string(k.read(name)))
}

func (k *kubefed) feedYAML(in *controlplane.Server, who, text string) {
	k.Helper()
	for _, o := range k.documents(text) {
		k.create(in, who, o)
	}
}

func (k *kubefed) documents(text string) []*unstructured.Unstructured {
	k.Helper()
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	var all []*unstructured.Unstructured
	for {
		o, raw := &unstructured.Unstructured{}, runtime.RawExtension{}
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(k, err)
		require.NoError(k, o.UnmarshalJSON(raw.Raw))
		all = append(all, o)
	}
}

// create makes an object, as soon as its kind is served.
func (k *kubefed) create(in *controlplane.Server, who string, o *unstructured.Unstructured) {
	k.Helper()
	_, err := k.at(in, o).Create(k.Context(), o, metav1.CreateOptions{FieldManager: who})
	require.NoError(k, err, "%s %s", o.GetKind(), o.GetName())
}

func (k *kubefed) status(o *unstructured.Unstructured, status map[string]any) {
	k.Helper()
	client := k.at(k.host, o)
	found, err := client.Get(k.Context(), o.GetName(), metav1.GetOptions{})
	require.NoError(k, err)
	found.Object["status"] = status
	_, err = client.UpdateStatus(k.Context(), found, metav1.UpdateOptions{FieldManager: theirs})
	require.NoError(k, err)
}

// at is where an object is.
func (k *kubefed) at(in *controlplane.Server, o *unstructured.Unstructured) dynamic.ResourceInterface {
	k.Helper()
	client, err := dynamic.NewForConfig(in.Config())
	require.NoError(k, err)
	return client.Resource(k.resource(in, o.GroupVersionKind())).Namespace(o.GetNamespace())
}

func (k *kubefed) resource(in *controlplane.Server, kind schema.GroupVersionKind) schema.GroupVersionResource {
	k.Helper()
	if k.mappers[in] == nil {
		client, err := discovery.NewDiscoveryClientForConfig(in.Config())
		require.NoError(k, err)
		k.mappers[in] = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client))
	}
	var mapping *meta.RESTMapping
	require.Eventually(k, func() bool {
		var err error
		if mapping, err = k.mappers[in].RESTMapping(kind.GroupKind(), kind.Version); err != nil {
			k.mappers[in].Reset()
		}
		return err == nil
	}, soon, tick, "%s is served", kind)
	return mapping.Resource
}

// held are all copies in the members, by member, kind and name.
func (k *kubefed) held(ctx context.Context) map[string]*unstructured.Unstructured {
	k.Helper()
	all := map[string]*unstructured.Unstructured{}
	for _, member := range k.clusters {
		client, err := dynamic.NewForConfig(member.Config())
		require.NoError(k, err)
		for _, kind := range []string{"apps/v1 Deployment", "apps/v1 ReplicaSet", "batch/v1 Job", "networking.k8s.io/v1 Ingress", "v1 ConfigMap",
			"v1 Namespace", "v1 Secret", "v1 Service", "v1 ServiceAccount", "rbac.authorization.k8s.io/v1 ClusterRole"} {
			version, name, _ := strings.Cut(kind, " ")
			list, err := client.Resource(k.resource(member, schema.FromAPIVersionAndKind(version, name))).List(ctx, metav1.ListOptions{LabelSelector: "kubefed.io/managed=true"})
			require.NoError(k, err)
			for i := range list.Items {
				all[member.Cluster()+" "+name+" "+list.Items[i].GetName()] = &list.Items[i]
			}
		}
	}
	return all
}
