package renewal

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

const (
	fieldManager = "fedrail-renewal"
	// timeout is how long the member, or the host, may take to answer.
	timeout = 10 * time.Second
	// glance is when to look again at the latest: a machine that slept does not
	// notice how late it is.
	glance = time.Hour
)

// look renews the token of a Secret if that is due, and sees to it that somebody
// looks again when it will be.
func (c *Controller) look(ctx context.Context, name string) {
	s, wanted := c.find(name)
	if !wanted {
		c.queue.Forget(name)
		c.remember(name, standing{})
		return
	}
	known := c.standing(name)
	if older(s.secret.GetResourceVersion(), known.version) {
		return // what we wrote comes with the watch
	}
	token, account, err := s.read()
	switch wait := c.due(s, token, known).Sub(c.options.Clock()); {
	case err != nil:
		c.troubledBy(ctx, s, trouble{err: err, stage: stuck}) // until the Secret is another
	case token.lasting():
		c.calm(ctx, s)
	case wait > 0:
		c.calm(ctx, s)
		c.queue.AddAfter(name, min(wait, glance))
	default:
		c.renew(ctx, s, renewal{token: token, account: account})
	}
}

// older says whether a version is one before the other; an empty one is before none.
func older(version, than string) bool {
	if than == "" {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(version, than)
	return err == nil && order < 0
}

// read is what the token says of itself, and whose it is.
func (s subject) read() (claims, types.NamespacedName, error) {
	token, err := readClaims(s.token())
	if err != nil {
		return claims{}, types.NamespacedName{}, fmt.Errorf("key %q: %w: take the annotation %s away", corev1beta1.TokenKey, err, corev1beta1.RenewTokenAnnotation)
	}
	account, err := s.account(token)
	return token, account, err
}

// due is when the token is to be renewed. Of one that was got here that is known by
// our own clock: by a member's that is behind, it would be due again at once.
func (c *Controller) due(s subject, token claims, known standing) time.Time {
	if s.secret.GetResourceVersion() == known.version {
		return known.due
	}
	return token.due(time.Unix(int64(token.Issued), 0))
}

// renewal is what is to be renewed.
type renewal struct {
	token   claims
	account types.NamespacedName
}

// renew puts a new token into the Secret.
func (c *Controller) renew(ctx context.Context, s subject, old renewal) {
	name := s.secret.GetName()
	began := c.options.Clock()
	fresh, err := c.ask(ctx, s.member(), old)
	var version string
	if err == nil {
		version, err = c.put(ctx, s, fresh.text)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.troubledBy(ctx, s, trouble{err: err, stage: c.stageOf(old.token), end: old.token.end()})
		c.queue.AddRateLimited(name)
	default:
		logr.FromContextOrDiscard(ctx).V(1).Info("token was renewed", "cluster", s.member(), "name", name)
		due := fresh.due(began)
		c.calm(ctx, s)
		c.remember(name, standing{version: version, due: due})
		c.queue.AddAfter(name, min(due.Sub(began), glance))
	}
}

// calm notes that all is well with a token.
func (c *Controller) calm(ctx context.Context, s subject) {
	name := s.secret.GetName()
	c.queue.Forget(name)
	if known := c.standing(name); known.told != fine {
		known.told = fine
		c.remember(name, known)
		c.relieved(ctx, s)
	}
}

func (s subject) member() federation.ClusterName { return federation.ClusterName(s.cluster.GetName()) }

// given is a token that the member gave.
type given struct {
	claims
	text string
}

// ask asks the member for another token for the account, good for as long as the
// present one, which it is asked with.
func (c *Controller) ask(ctx context.Context, member federation.ClusterName, old renewal) (given, error) {
	config, err := c.options.Members.Config(member)
	if err != nil {
		return given{}, err
	}
	config.Timeout = timeout
	client, err := typedcorev1.NewForConfig(config)
	if err != nil {
		return given{}, err
	}
	seconds := int64(old.token.lifetime().Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	answer, err := client.ServiceAccounts(old.account.Namespace).CreateToken(unlogged(ctx), old.account.Name, request, metav1.CreateOptions{})
	if err != nil {
		return given{}, fmt.Errorf("token of service account %s: %w%s", old.account, err, mend(err))
	}
	fresh, err := readClaims(answer.Status.Token)
	switch {
	case err != nil:
		return given{}, fmt.Errorf("token of service account %s, as the member gave it: %w", old.account, err)
	case !fresh.lasting() && fresh.Expires < old.token.Expires:
		return given{}, errors.New("the member gave a token that ends before the present one")
	}
	return given{claims: fresh, text: answer.Status.Token}, nil
}

// mend says what to do about an error that does not pass by itself.
func mend(err error) string {
	switch {
	case apierrors.IsUnauthorized(err):
		return ": join the cluster again, or put a good token into the Secret"
	case apierrors.IsForbidden(err):
		return ": join the cluster again, or grant the account create on serviceaccounts/token, for its own name"
	}
	return ""
}

// put writes the token into the Secret, if it is still as it was seen, and returns
// the version that it has then.
func (c *Controller) put(ctx context.Context, s subject, token string) (string, error) {
	ctx, cancel := context.WithTimeout(unlogged(ctx), timeout)
	defer cancel()
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": s.secret.GetUID(), "resourceVersion": s.secret.GetResourceVersion()},
		"data":     map[string]any{corev1beta1.TokenKey: base64.StdEncoding.EncodeToString([]byte(token))},
	})
	if err != nil {
		return "", errors.New("the token cannot be encoded")
	}
	after, err := c.host.Resource(secrets()).Namespace(c.options.Namespace).
		Patch(ctx, s.secret.GetName(), types.MergePatchType, body, metav1.PatchOptions{FieldManager: fieldManager})
	if err != nil {
		return "", fmt.Errorf("host: patch Secret %q: %w", s.secret.GetName(), err)
	}
	return after.GetResourceVersion(), nil
}

func (c *Controller) standing(name string) standing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.standings[name]
}

// remember keeps how a token stands; the zero standing is forgotten.
func (c *Controller) remember(name string, s standing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s == (standing{}) {
		delete(c.standings, name)
		return
	}
	c.standings[name] = s
}
