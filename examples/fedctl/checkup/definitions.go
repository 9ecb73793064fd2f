package checkup

import (
	"context"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

// definitions compares what is installed with what this program would install, and
// says whether the kinds are there at all.
func (e *examination) definitions(ctx context.Context) bool {
	_, err := e.host.Dynamic.Resource(corev1beta1.KubeFedClusters()).Namespace(e.host.Namespace).List(ctx, metav1.ListOptions{Limit: 1})
	if apierrors.IsNotFound(err) {
		e.add(Finding{Subject: "definitions", Verdict: Bad, Message: "the host does not know the federation's kinds", Mend: "fedctl install"})
		return false
	}
	var all []setup.Change
	on := e.host.Setup()
	on.Writing, on.Told = setup.OnTrial, func(c setup.Change) { all = append(all, c) }
	err = on.Install(ctx)
	if apierrors.IsForbidden(err) {
		e.add(Finding{Subject: "definitions", Verdict: Unknown, Message: "you may not try an installation: " + err.Error(), Mend: "ask as an administrator"})
		return true
	}
	e.compared(all, err)
	return true
}

// compared tells what an installation would change.
func (e *examination) compared(all []setup.Change, err error) {
	var lacks, differ []string
	for _, c := range all {
		name := strings.ToLower(c.Object.GetKind()) + " " + c.Object.GetName()
		switch c.Done {
		case setup.Created:
			lacks = append(lacks, name)
		case setup.Changed:
			differ = append(differ, name)
		}
	}
	if len(lacks) > 0 {
		e.add(Finding{Subject: "definitions", Verdict: Bad, Message: "not installed: " + strings.Join(lacks, ", "), Mend: "fedctl install"})
	}
	if len(differ) > 0 {
		e.add(Finding{Subject: "definitions", Verdict: Warning, Message: "of another version than this program: " + strings.Join(differ, ", "),
			Mend: "fedctl install, if this program is the newer one"})
	}
	switch {
	case err != nil:
		e.unknown("definitions", err)
	case len(lacks)+len(differ) == 0:
		e.good("definitions", "%d objects are installed as this program would do it", len(all))
	}
}

// config looks at the KubeFedConfig.
func (e *examination) config(ctx context.Context) {
	const subject = "config"
	object, err := e.host.Dynamic.Resource(corev1beta1.KubeFedConfigs()).Namespace(e.host.Namespace).Get(ctx, corev1beta1.ConfigName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		e.add(Finding{Subject: subject, Verdict: Warning, Message: "there is no KubeFedConfig " + e.host.Namespace + "/" + corev1beta1.ConfigName + ": the controller makes one when it starts"})
		return
	case err != nil:
		e.unknown(subject, err)
		return
	}
	config, err := host.As[corev1beta1.KubeFedConfig](object)
	if err == nil {
		err = config.WithDefaults().Validate().ToAggregate()
	}
	if err != nil {
		e.add(Finding{Subject: subject, Verdict: Bad, Message: err.Error(), Mend: "kubectl edit kubefedconfig -n " + e.host.Namespace + " " + corev1beta1.ConfigName})
		return
	}
	e.good(subject, "scope %s", config.Spec.Scope)
}

// serves says whether the host serves a type.
func (e *examination) serves(resource schema.GroupVersionResource) bool {
	list, err := e.host.Discovery.ServerResourcesForGroupVersion(resource.GroupVersion().String())
	if err != nil {
		return false
	}
	for _, r := range list.APIResources {
		if r.Name == resource.Resource {
			return true
		}
	}
	return false
}
