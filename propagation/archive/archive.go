// Package archive keeps what deleted declarations leave behind in clusters that
// could not be reached: as ConfigMaps on the host, one for each declaration.
//
//	apiVersion: v1
//	kind: ConfigMap
//	metadata:
//	  name: left-behind-configmaps-0a9e…
//	  namespace: kube-federation-system
//	  labels: {fedrail.io/left-behind: configmaps}
//	data:
//	  remains: {"namespace":"shop","name":"web","parent":"0a9e…","clusters":["tokyo"]} # as text
//
// One is there only from when a declaration is let go of until its copies are
// gone or their clusters have left the federation. To delete one by hand is to
// leave the copies where they are, from the next start of the controller on.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Label is on every ConfigMap of this package; its value is the type whose
// copies are left, or a hash of it where that is too long for a label.
const Label = "fedrail.io/left-behind"

// Options are what [ConfigMaps] are made of. All are required.
type Options struct {
	// Client needs list, create, patch and delete of ConfigMaps in Namespace.
	Client dynamic.Interface
	// Namespace is on the host, and never federated.
	Namespace string
	// Type is that of the copies.
	Type federation.Type
}

// ConfigMaps is a propagation.Archive. Make it with [New].
type ConfigMaps struct {
	client dynamic.ResourceInterface
	label  string
}

var _ propagation.Archive = (*ConfigMaps)(nil)

// New makes the archive of one type, and asks nobody for anything.
func New(o Options) (*ConfigMaps, error) {
	if o.Client == nil || o.Namespace == "" || o.Type.Resource == "" {
		return nil, errors.New("archive: Options need Client, Namespace and Type")
	}
	label := o.Type.String()
	if len(validation.IsValidLabelValue(label)) > 0 {
		sum := sha256.Sum256([]byte(label))
		label = hex.EncodeToString(sum[:16])
	}
	resource := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	return &ConfigMaps{client: o.Client.Resource(resource).Namespace(o.Namespace), label: label}, nil
}

// page is how many are read at a time.
const page = 500

// List implements [propagation.Archive]. What cannot be read, because somebody
// changed it, is logged and left out.
func (c *ConfigMaps) List(ctx context.Context) ([]propagation.Remains, error) {
	var all []propagation.Remains
	o := metav1.ListOptions{LabelSelector: Label + "=" + c.label, Limit: page}
	for {
		list, err := c.client.List(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("list ConfigMaps with label %s: %w", o.LabelSelector, err)
		}
		for _, stored := range list.Items {
			remains, err := read(&stored)
			if err != nil {
				logr.FromContextOrDiscard(ctx).Error(err, "record of what was left behind is not understood", "namespace", stored.GetNamespace(), "name", stored.GetName())
				continue
			}
			all = append(all, remains)
		}
		if o.Continue = list.GetContinue(); o.Continue == "" {
			return all, nil
		}
	}
}

// Keep implements [propagation.Archive].
func (c *ConfigMaps) Keep(ctx context.Context, r propagation.Remains) error {
	content, err := json.Marshal(recordOf(r))
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err = c.client.Apply(ctx, c.name(r), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": c.name(r), "labels": map[string]any{Label: c.label}},
		"data":     map[string]any{dataKey: string(content)},
	}}, metav1.ApplyOptions{FieldManager: "fedrail", Force: true})
	return err
}

// Drop implements [propagation.Archive].
func (c *ConfigMaps) Drop(ctx context.Context, r propagation.Remains) error {
	err := c.client.Delete(ctx, c.name(r), metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (c *ConfigMaps) name(r propagation.Remains) string {
	return "left-behind-" + c.label + "-" + string(r.Removal.Parent)
}

// dataKey is where in a ConfigMap the record is.
const dataKey = "remains"

// record is propagation.Remains as it is stored.
type record struct {
	Namespace string                      `json:"namespace,omitempty"`
	Name      string                      `json:"name"`
	Parent    types.UID                   `json:"parent"`
	Clusters  []federation.ClusterName    `json:"clusters"`
	Orphan    bool                        `json:"orphan,omitempty"`
	Spare     types.UID                   `json:"spare,omitempty"`
	Grace     *int64                      `json:"gracePeriodSeconds,omitempty"`
	Policy    *metav1.DeletionPropagation `json:"propagationPolicy,omitempty"`
}

func recordOf(r propagation.Remains) record {
	return record{
		Namespace: r.Key.Namespace, Name: r.Key.Name, Parent: r.Removal.Parent, Clusters: r.Clusters,
		Orphan: r.Removal.Orphan, Spare: r.Removal.Spare, Grace: r.Removal.Grace, Policy: r.Removal.Policy,
	}
}

func read(stored *unstructured.Unstructured) (propagation.Remains, error) {
	content, _, err := unstructured.NestedString(stored.Object, "data", dataKey)
	if err != nil {
		return propagation.Remains{}, err
	}
	var r record
	if err := json.Unmarshal([]byte(content), &r); err != nil {
		return propagation.Remains{}, fmt.Errorf("data[%s]: %w", dataKey, err)
	}
	if r.Parent == "" || r.Name == "" {
		return propagation.Remains{}, fmt.Errorf("data[%s]: parent and name are required", dataKey)
	}
	return propagation.Remains{
		Key:      propagation.Key{Namespace: r.Namespace, Name: r.Name},
		Clusters: r.Clusters,
		Removal:  propagation.Removal{Parent: r.Parent, Orphan: r.Orphan, Spare: r.Spare, Grace: r.Grace, Policy: r.Policy},
	}, nil
}
