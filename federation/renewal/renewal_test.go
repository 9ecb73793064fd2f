package renewal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation/renewal"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation/budget"
)

// proof is which token the member was shown.
func (b *bed) proof(client kubernetes.Interface) string {
	answer, err := client.AuthenticationV1().SelfSubjectReviews().Create(b.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(answer.Status.UserInfo.Extra["authentication.kubernetes.io/credential-id"])
}

func TestTokenIsRenewedWhenTwoThirdsOfItsTimeAreOver(t *testing.T) {
	b := newBed(t)
	b.join(servers.Shared(t, "m1")[0], 10*time.Minute)
	before := b.token("m1")
	require.EqualValues(t, 600, before.Expires-before.Issued)
	reached, _ := b.registry.Snapshot().Get("m1")
	config, err := b.registry.Config("m1")
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	require.Equal(t, "[JTI="+before.ID+"]", b.proof(client))

	b.renew(6 * time.Minute)
	b.until("the controller watches the host", func() bool {
		return b.requests.Requests().Only(func(r budget.Request) bool { return r.Verb == "watch" }).Total() == 2
	})
	b.touch("m1")
	b.ahead.Store(int64(7 * time.Minute))
	b.touch("m1")
	b.until("the Secret has another token", func() bool { return b.token("m1") != before })
	after := b.token("m1")
	require.Equal(t, before.Subject, after.Subject)
	require.EqualValues(t, 600, after.Expires-after.Issued)
	b.until("a client that was made before uses it", func() bool { return b.proof(client) == "[JTI="+after.ID+"]" })
	for range 3 {
		b.touch("m1")
	}
	b.until("it was looked at again", func() bool { return b.told.lines("token was renewed") == 1 })
	now, _ := b.registry.Snapshot().Get("m1")
	require.Equal(t, reached, now, "the member is reached as before")

	require.Equal(t, budget.Requests{
		{Cluster: "m1", Verb: "create", Resource: "serviceaccounts", Subresource: "token"}: 1,
		{Cluster: "host", Verb: "patch", Resource: "secrets"}:                              1,
	}, b.requests.Requests().Only(func(r budget.Request) bool { return r.Verb != "list" && r.Verb != "watch" }), "%v", b.told.logged)
	require.Empty(t, b.told.events(), "nobody is told of what goes well")
}

func TestTroubleIsToldOnceAndOnceMoreWhenTheEndIsNear(t *testing.T) {
	b := newBed(t)
	member := servers.Shared(t, "m1")[0]
	b.join(member, 0)
	before := b.token("m1")
	end := time.Unix(before.Expires, 0).UTC().Format(time.RFC3339)
	roles := controlplanetest.Client(t, member).RbacV1().RoleBindings(namespace)
	require.NoError(t, roles.Delete(t.Context(), "fedrail-m1-token", metav1.DeleteOptions{}))
	b.until("the member knows", func() bool { return !b.mayRenew(controlplanetest.Client(t, member)) })

	const day = 24 * time.Hour
	b.renew(21 * day)
	b.until("it is told", func() bool { return len(b.told.events()) == 1 })
	b.touch("m1")
	b.until("it is tried again", func() bool { return b.told.lines("token was not renewed again") > 0 })
	b.ahead.Store(int64(29*day + time.Hour))
	b.touch("m1")
	b.until("it is told once more", func() bool { return len(b.told.events()) == 2 })
	tried := b.told.lines("token was not renewed again")
	b.touch("m1")
	b.until("it is tried again", func() bool { return b.told.lines("token was not renewed again") > tried })
	require.Equal(t, before, b.token("m1"), "the token is left as it is")

	require.NoError(t, b.setup.Join(t.Context(), joined(member)))
	b.until("somebody else has mended it", func() bool { return b.told.lines("token is good again") == 1 })
	const why = `token of service account kube-federation-system/fedrail-m1: serviceaccounts "fedrail-m1" is forbidden: User "system:serviceaccount:kube-federation-system:fedrail-m1" ` +
		`cannot create resource "serviceaccounts/token" in API group "" in the namespace "kube-federation-system": join the cluster again, or grant the account create on serviceaccounts/token, for its own name`
	require.Equal(t, []string{
		`m1 Warning TokenNotRenewed: the token in Secret "m1-token" is good until ` + end + ` and was not renewed yet: ` + why,
		`m1 Warning TokenExpires: the token in Secret "m1-token" is good until ` + end + ` and cannot be renewed: ` + why,
		`m1 Normal TokenRenewed: the token in Secret "m1-token" was renewed`,
	}, b.told.events())
}

func (b *bed) mayRenew(admin kubernetes.Interface) bool {
	answer, err := admin.AuthorizationV1().SubjectAccessReviews().Create(b.Context(), &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{
			User: "system:serviceaccount:" + namespace + ":fedrail-m1",
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: "create", Resource: "serviceaccounts", Subresource: "token", Name: "fedrail-m1",
			},
		},
	}, metav1.CreateOptions{})
	return err != nil || answer.Status.Allowed
}

func TestOptionsAreAllNamed(t *testing.T) {
	_, err := renewal.New(renewal.Options{})
	require.EqualError(t, err, "renewal: options: Host is required\noptions: Members are required")
}
