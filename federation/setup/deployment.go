package setup

import (
	"context"
	"errors"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Controller is a reference controller that runs on the host.
type Controller struct {
	// Image is that of the program examples/controller; required.
	Image string
	// Replicas are how many instances there are, one of which works; default 2.
	Replicas int32
	// Args are further arguments of the program.
	Args []string
}

// ports of the controller, as its flags have them by default.
const (
	healthPort  = 8080
	metricsPort = 9090
)

// Run has the controller run on the host, as a Deployment in the system namespace with
// the account that [Host.Install] makes. It returns when the API server has it, and does
// not wait for pods.
func (h Host) Run(ctx context.Context, c Controller) error {
	if c.Image == "" {
		return errors.New("controller: Image is required")
	}
	w, err := h.writer()
	if err != nil {
		return err
	}
	return w.apply(ctx, h.deployment(c))
}

func (h Host) deployment(c Controller) placed {
	if c.Replicas == 0 {
		c.Replicas = 2
	}
	labels := map[string]string{"app.kubernetes.io/name": controllerAccount}
	return placed{appsv1.SchemeGroupVersion.WithResource("deployments"), &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: appsv1.SchemeGroupVersion.String(), Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount, Namespace: h.Namespace, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: &c.Replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: h.pod(c)},
		},
	}}
}

// pod keeps to the Pod Security Standard "restricted".
func (h Host) pod(c Controller) corev1.PodSpec {
	yes, no := true, false
	probe := func(path string) *corev1.Probe {
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("health")}}}
	}
	return corev1.PodSpec{
		ServiceAccountName: controllerAccount,
		SecurityContext:    &corev1.PodSecurityContext{RunAsNonRoot: &yes, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers: []corev1.Container{{
			Name:  "controller",
			Image: c.Image,
			Args:  append([]string{"--kubefed-namespace=" + h.Namespace}, c.Args...),
			Ports: []corev1.ContainerPort{
				{Name: "health", ContainerPort: healthPort, Protocol: corev1.ProtocolTCP},
				{Name: "metrics", ContainerPort: metricsPort, Protocol: corev1.ProtocolTCP},
			},
			LivenessProbe:  probe("/healthz"),
			ReadinessProbe: probe("/readyz"),
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
			}},
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes, RunAsNonRoot: &yes,
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
		}},
	}
}
