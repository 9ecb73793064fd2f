package follow

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
)

// Reference names an object that a pod template refers to. It is in the
// namespace of the pods.
type Reference struct {
	Type federation.Type
	Name string
	// Optional says that pods run without it, too.
	Optional bool
}

// Types are the types of objects that follow: ConfigMaps, Secrets,
// ServiceAccounts and PersistentVolumeClaims.
func Types() []federation.Type {
	return []federation.Type{configMaps(), secrets(), ServiceAccounts(), claims()}
}

// ServiceAccounts are the type that follows and refers to others itself.
func ServiceAccounts() federation.Type { return core("ServiceAccount", "serviceaccounts") }

func core(kind, resource string) federation.Type {
	return federation.Type{Version: "v1", Kind: kind, Resource: resource, Scope: federation.NamespaceScoped}
}

func configMaps() federation.Type { return core("ConfigMap", "configmaps") }
func secrets() federation.Type    { return core("Secret", "secrets") }
func claims() federation.Type     { return core("PersistentVolumeClaim", "persistentvolumeclaims") }

// everywhere are names that each cluster has in each namespace by itself.
func everywhere(r Reference) bool {
	return r.Type == configMaps() && r.Name == "kube-root-ca.crt" || r.Type == ServiceAccounts() && r.Name == "default"
}

// podSpecs are the places where a pod's spec may be: in a Deployment and all
// that are like it, in a CronJob, in a PodTemplate, and in a Pod itself.
func podSpecs() [][]string {
	return [][]string{
		{"spec", "template", "spec"},
		{"spec", "jobTemplate", "spec", "template", "spec"},
		{"template", "spec"},
		{"spec"},
	}
}

// References finds what the pod template of an object refers to, in order and
// each once. The template is found by its place, whatever the kind; an object
// without one, and nil, refer to nothing. What every namespace has by itself, as
// the ServiceAccount "default", is left out. The object is not changed.
func References(o *unstructured.Unstructured) []Reference {
	if o == nil {
		return nil
	}
	for _, path := range podSpecs() {
		spec := child(o.Object, path...)
		if _, is := spec["containers"].([]any); is {
			return referencesOf(spec)
		}
	}
	return nil
}

func referencesOf(spec map[string]any) []Reference {
	var found references
	found.add(ServiceAccounts(), spec, "serviceAccountName")
	found.add(ServiceAccounts(), spec, "serviceAccount") // its old name
	for _, secret := range items(spec, "imagePullSecrets") {
		found.add(secrets(), secret, "name")
	}
	for _, volume := range items(spec, "volumes") {
		found.addVolume(volume)
	}
	for _, list := range []string{"containers", "initContainers", "ephemeralContainers"} {
		for _, container := range items(spec, list) {
			found.addContainer(container)
		}
	}
	found.all = slices.DeleteFunc(found.all, everywhere)
	return found.once()
}

// once are the references in order, each once; it is optional if it is wherever
// it is made.
func (r *references) once() []Reference {
	slices.SortFunc(r.all, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(a.Type.Kind, b.Type.Kind), cmp.Compare(a.Name, b.Name), compareOptional(a, b))
	})
	return slices.CompactFunc(r.all, func(a, b Reference) bool { return a.Type == b.Type && a.Name == b.Name })
}

// compareOptional puts what is needed first.
func compareOptional(a, b Reference) int {
	switch {
	case a.Optional == b.Optional:
		return 0
	case b.Optional:
		return -1
	}
	return 1
}

// references are those that were found so far.
type references struct{ all []Reference }

// add takes the name at a path, if there is one.
func (r *references) add(t federation.Type, in map[string]any, path ...string) {
	last := len(path) - 1
	from := child(in, path[:last]...)
	if name, _ := from[path[last]].(string); name != "" {
		optional, _ := from["optional"].(bool)
		r.all = append(r.all, Reference{Type: t, Name: name, Optional: optional})
	}
}

func (r *references) addVolume(volume map[string]any) {
	r.add(configMaps(), volume, "configMap", "name")
	r.add(claims(), volume, "persistentVolumeClaim", "claimName")
	r.add(secrets(), volume, "secret", "secretName")
	r.add(secrets(), volume, "azureFile", "secretName")
	r.add(secrets(), volume, "csi", "nodePublishSecretRef", "name")
	for _, kind := range []string{"cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"} {
		r.add(secrets(), volume, kind, "secretRef", "name")
	}
	for _, source := range items(child(volume, "projected"), "sources") {
		r.add(configMaps(), source, "configMap", "name")
		r.add(secrets(), source, "secret", "name")
	}
}

func (r *references) addContainer(container map[string]any) {
	for _, variable := range items(container, "env") {
		r.add(configMaps(), variable, "valueFrom", "configMapKeyRef", "name")
		r.add(secrets(), variable, "valueFrom", "secretKeyRef", "name")
	}
	for _, source := range items(container, "envFrom") {
		r.add(configMaps(), source, "configMapRef", "name")
		r.add(secrets(), source, "secretRef", "name")
	}
}

// child is the object at a path; nil when there is none.
func child(o map[string]any, path ...string) map[string]any {
	for _, field := range path {
		o, _ = o[field].(map[string]any)
	}
	return o
}

// items are the objects in a list; whatever else is in it is left out.
func items(o map[string]any, field string) []map[string]any {
	list, _ := o[field].([]any)
	var found []map[string]any
	for _, item := range list {
		if object, is := item.(map[string]any); is {
			found = append(found, object)
		}
	}
	return found
}
