package kubefed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
)

func TestAClusterIsReadWithoutAskingIt(t *testing.T) {
	since := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	object := &corev1beta1.KubeFedCluster{
		ObjectMeta: metav1.ObjectMeta{Name: "eu", Labels: map[string]string{"tier": "gold"}},
		Spec:       corev1beta1.KubeFedClusterSpec{Unschedulable: true, Region: "eu-west"},
		Status: corev1beta1.KubeFedClusterStatus{
			Region: "somewhere", Zones: []string{"a", "b"},
			Conditions: []corev1beta1.ClusterCondition{{
				Type: corev1beta1.ClusterReady, Status: metav1.ConditionFalse, LastTransitionTime: since,
				Message: "/healthz responded without ok: etcd is down",
			}},
		},
	}
	require.Equal(t, federation.Cluster{
		Name: "eu", Labels: map[string]string{"tier": "gold"}, Message: "etcd is down", Turned: since.Time,
		Region: "eu-west", Zones: []string{"a", "b"},
		Taints: []corev1.Taint{{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}},
	}, kubefed.ClusterOf(object))

	object.Status.Conditions = nil
	require.Equal(t, "it was not probed yet", kubefed.ClusterOf(object).Message)
}

func TestAMemberIsReachedWithoutARegistry(t *testing.T) {
	server := servers.Shared(t, "member1")[0]
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "1"}}
	object := &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{Name: "eu"}, Spec: corev1beta1.KubeFedClusterSpec{
		APIEndpoint: server.URL(), CABundle: server.CABundle(), SecretRef: corev1beta1.LocalSecretReference{Name: "eu-token"},
	}}
	_, err := kubefed.ConfigOf(object, nil)
	require.EqualError(t, err, `KubeFedCluster "eu": spec.secretRef.name: there is no Secret "eu-token": create it in the same namespace, with the key "token"`)
	secret.Data = map[string][]byte{"token": []byte("x")}
	config, err := kubefed.ConfigOf(object, secret)
	require.NoError(t, err)
	require.Equal(t, server.URL(), config.Host)
}
