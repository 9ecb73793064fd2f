package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
)

// logOf is a log in a cluster.
type logOf struct {
	member    host.Member
	namespace string
	pod       string
	container string
}

// ofPod are the logs of the pod of a name, in each cluster that has one.
func (r *reading) ofPod(ctx context.Context, name string) (logs []logOf, partly, err error) {
	if name == "" {
		return nil, nil, fmt.Errorf("%q: want the name of a pod, or TYPE/NAME", name)
	}
	if r.host, err = r.Host(); err != nil {
		return nil, nil, err
	}
	if r.namespace, err = r.Flags.Namespace(); err != nil {
		return nil, nil, err
	}
	members, partly, err := allMembers(ctx, r.Session, r.host)
	if err == nil {
		members, err = host.Only(members, r.clusters)
	}
	if err != nil {
		return nil, nil, err
	}
	one := metav1.ListOptions{FieldSelector: "metadata.name=" + name} // for this the right to list is enough
	answers := host.Ask(ctx, r.host, members, r.Flags.MemberTimeout, func(ctx context.Context, config *rest.Config) (*corev1.PodList, error) {
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		return client.CoreV1().Pods(r.namespace).List(ctx, one)
	})
	for _, a := range answers {
		if a.Err != nil {
			continue
		}
		for i := range a.Value.Items {
			logs = append(logs, r.ofContainers(a.Member, &a.Value.Items[i])...)
		}
	}
	return logs, cmp.Or(unanswered(ctx, r.Session, answers), partly), nil
}

// ofObject are the logs of the pods that the copies of an object own.
func (r *reading) ofObject(ctx context.Context, o found) (logs []logOf, partly, err error) {
	members, err := o.host.Members(ctx)
	if members == nil && err != nil {
		return nil, nil, err
	}
	only, err := host.Only(members, r.clusters)
	if err != nil {
		return nil, nil, err
	}
	var clusters []standing.Cluster
	for _, m := range only {
		clusters = append(clusters, standing.Cluster{Name: m.Name})
	}
	families, partly, err := familiesOf(ctx, r.Session, o, clusters)
	if err != nil {
		return nil, nil, err
	}
	for i, f := range families {
		for _, object := range f.All() {
			if object.GetKind() != "Pod" {
				continue
			}
			pod, err := host.As[corev1.Pod](&object)
			if err != nil {
				return nil, nil, fmt.Errorf("cluster %s: %w", f.cluster.Name, err)
			}
			logs = append(logs, r.ofContainers(only[i], pod)...)
		}
	}
	return logs, partly, nil
}

// ofContainers are the logs of those containers of a pod that were asked for.
func (r *reading) ofContainers(m host.Member, pod *corev1.Pod) []logOf {
	names := []string{cmp.Or(r.options.Container, defaultContainer(pod))}
	if r.all {
		names = nil
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			names = append(names, c.Name)
		}
	}
	var logs []logOf
	for _, name := range names {
		logs = append(logs, logOf{m, pod.Namespace, pod.Name, name})
	}
	return logs
}

// defaultContainer is the one that the pod says, as kubectl reads it, or its first.
func defaultContainer(pod *corev1.Pod) string {
	said := pod.Annotations["kubectl.kubernetes.io/default-container"]
	if slices.ContainsFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == said }) {
		return said
	}
	if len(pod.Spec.Containers) == 0 {
		return ""
	}
	return pod.Spec.Containers[0].Name
}

// prefix is what each line of a log begins with, where there are others.
func (l logOf) prefix(containers bool) string {
	parts := []string{l.member.Name, l.pod}
	if containers {
		parts = append(parts, l.container)
	}
	return strings.Join(parts, "/") + " "
}
