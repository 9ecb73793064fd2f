package federatedkind

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type (
	property   = apiextensionsv1.JSONSchemaProps
	properties = map[string]apiextensionsv1.JSONSchemaProps
)

// schema is that of the federated kind.
func (k Kind) schema() *apiextensionsv1.JSONSchemaProps {
	root := object(fmt.Sprintf("%s declares a %s in the clusters of a federation.", k.Federated().Kind, k.Target.Kind), properties{
		"apiVersion": text("The group and version of this object."),
		"kind":       text("The kind of this object."),
		"metadata":   {Type: "object"},
		"spec":       k.specSchema(),
		"status":     statusSchema(),
	}, "spec")
	return &root
}

func (k Kind) specSchema() property {
	fields := properties{
		"template":  anything("The object before overrides, without kind, name and namespace."),
		"placement": placementSchema(),
		"overrides": overridesSchema(),
		"rollout":   rolloutSchema(),
	}
	if k.Replicas {
		fields["retainReplicas"] = property{Type: "boolean",
			Description: "Leave spec.replicas in the clusters to whoever set it there, such as an autoscaler."}
	}
	return object("What should be where.", fields)
}

func placementSchema() property {
	return object("The clusters that should hold the object.", properties{
		"clusters":        list("Exactly these clusters; none when the list is empty. The selector counts only when there is no list.", clusterSchema()),
		"clusterSelector": selectorSchema(),
		"tolerations":     tolerationsSchema(),
	})
}

func clusterSchema() property {
	return object("", properties{"name": text("The name of a cluster.")}, "name")
}

func selectorSchema() property {
	return object("The clusters whose labels match; all when the selector is empty.", properties{
		"matchLabels": {Type: "object", Description: "Labels that a cluster must have.",
			AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true, Schema: &property{Type: "string"}}},
		"matchExpressions": list("What a cluster's labels must fulfil.", object("", properties{
			"key":      text("The key of a label."),
			"operator": text("In, NotIn, Exists or DoesNotExist."),
			"values":   list("The values that In and NotIn look for.", text("")),
		}, "key", "operator")),
	})
}

func overridesSchema() property {
	op := text("What to do; replace when it is empty.")
	op.Pattern = "^(add|remove|replace)?$"
	preserve := true
	return list("What differs from cluster to cluster.", object("", properties{
		"clusterName": text("The cluster that this is about."),
		"clusterOverrides": list("Operations of a JSON patch, applied in order.", object("", properties{
			"op":    op,
			"path":  text("A JSON pointer to what is changed, such as /spec/replicas."),
			"value": {XPreserveUnknownFields: &preserve, Nullable: true, Description: "What to add, or to put in place of what is there."},
		}, "path")),
	}))
}

func statusSchema() property {
	conditions := list("Each of another type: Propagation, Ready, Scheduled, Applied and Available.", conditionSchema())
	byType := "map"
	conditions.XListType, conditions.XListMapKeys = &byType, []string{"type"}
	return object("How the object fares.", properties{
		"observedGeneration": integer("The generation of the object that the status speaks of."),
		"conditions":         conditions,
		"clusters": list("How the object fares in each cluster that holds it or should.", object("", properties{
			"name":               text("The name of the cluster."),
			"status":             text("What is wrong, in one word; absent when nothing is."),
			"message":            text("What is wrong and how to mend it."),
			"health":             text("How the object fares in the cluster: Healthy, Suspended, Progressing, Terminating, Unknown or Degraded; absent where it is not judged."),
			"healthMessage":      text("What it lacks."),
			"observedGeneration": integer("The generation of the object in the cluster that its status speaks of."),
			"counts":             numbers("Numbers of its status that are worth adding up, by name."),
			"remoteStatus":       anything("The status of the object in the cluster, where it is collected."),
			"rollout": object("How far the cluster is with a change that goes from cluster to cluster; absent when none is under way.", properties{
				"phase":   text("Changing, Healthy or Failed."),
				"version": text("The version that the cluster was released for."),
				"since":   date("When the phase began."),
			}, "phase", "version"),
		}, "name")),
		"totals": numbers("The sums of the counts of all clusters, by name."),
		"worst": object("The cluster in which the object fares worst; absent where it is not judged.", properties{
			"cluster": text("The name of the cluster."),
			"health":  text("How the object fares there."),
			"message": text("What it lacks."),
		}, "cluster", "health"),
	})
}

func conditionSchema() property {
	return object("", properties{
		"type":               text("What the condition speaks of."),
		"status":             text("True, False or Unknown."),
		"reason":             text("Why, in one word."),
		"message":            text("Why, and how to mend it."),
		"observedGeneration": integer("The generation of the object that the condition speaks of."),
		"lastUpdateTime":     date("When the condition, or the clusters beside it, changed."),
		"lastTransitionTime": date("When the status of the condition changed."),
	}, "type", "status")
}

func object(description string, fields properties, required ...string) property {
	return property{Type: "object", Description: description, Properties: fields, Required: required}
}

func list(description string, items property) property {
	return property{Type: "array", Description: description, Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &items}}
}

func text(description string) property {
	return property{Type: "string", Description: description}
}

func integer(description string) property {
	return property{Type: "integer", Format: "int64", Description: description}
}

func date(description string) property {
	return property{Type: "string", Format: "date-time", Description: description}
}

// numbers is an object whose fields are numbers.
func numbers(description string) property {
	n := integer("")
	return property{Type: "object", Description: description,
		AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true, Schema: &n}}
}

// anything is an object whose fields are kept, whatever they are.
func anything(description string) property {
	preserve := true
	return property{Type: "object", Description: description, XPreserveUnknownFields: &preserve}
}
