package push

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// attempt is what was tried, and how it is called when it fails or gets no
// answer.
type attempt struct {
	what        string
	state, late status.State
	key         propagation.Key
	version     string // the apiVersion that was asked for; empty is the type's own
}

func writeOf(w *write) attempt {
	a := attempt{what: "create", state: status.CreationFailed, late: status.CreationTimedOut, key: w.key, version: w.want.GetAPIVersion()}
	if w.held {
		a.what, a.state, a.late = "update", status.UpdateFailed, status.UpdateTimedOut
	}
	return a
}

func deletionOf(key propagation.Key) attempt {
	return attempt{what: "delete", state: status.DeletionFailed, late: status.DeletionTimedOut, key: key}
}

// explain makes a Problem of what a member answered: what is wrong, and what
// mends it. What a Secret holds is in no message.
func (m *member) explain(err error, a attempt) *propagation.Problem {
	t := m.options.Type
	switch {
	case !answered(err):
		return pressed(propagation.Problemf(a.late, propagation.RetryLater, "%s: %s; it is tried again", a.what, silence(err)))
	case apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return pressed(propagation.Problemf(a.late, propagation.RetryLater, "%s: %s; it is tried again", a.what, m.words(err)))
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err):
		p := pressed(propagation.Problemf(a.late, propagation.RetryLater, "%s: the member has too much to do: %s; it is tried again", a.what, m.words(err)))
		seconds, _ := apierrors.SuggestsClientDelay(err)
		p.After = time.Duration(seconds) * time.Second
		return p
	case apierrors.IsNotFound(err) && missingNamespace(err, a.key), isLeaving(err):
		return m.missedNamespace(a.key, err)
	case apierrors.IsNotFound(err) && notServed(err):
		return m.noKind(a)
	case apierrors.IsForbidden(err):
		return passing(propagation.Problemf(a.state, propagation.RetryLater,
			"%s: not allowed: %s; if a role is missing, grant the member's credentials get, list, watch, create, patch and delete of %s", a.what, m.words(err), t))
	case apierrors.IsUnauthorized(err):
		return passing(propagation.Problemf(a.state, propagation.RetryLater, "%s: the member refuses the credentials; renew the token in the cluster's Secret", a.what))
	case apierrors.IsInternalError(err), apierrors.IsUnexpectedServerError(err):
		return passing(propagation.Problemf(a.state, propagation.RetryLater, "%s: %s", a.what, m.words(err)))
	case apierrors.IsInvalid(err) && cannotChange(err):
		return propagation.Problemf(a.state, propagation.RetryLater,
			"%s: %s; change it back, or have copies recreated where a field cannot change", a.what, m.words(err))
	default:
		return propagation.Problemf(a.state, propagation.RetryLater, "%s: %s", a.what, m.words(err))
	}
}

// cannotChange says whether a change was refused because a field cannot change,
// going by the words that API servers use for that.
func cannotChange(err error) bool {
	text := err.Error()
	return strings.Contains(text, "immutable") || strings.Contains(text, "may not change")
}

// pressed marks what a member that has too much to do answered.
func pressed(p *propagation.Problem) *propagation.Problem {
	p.Pressed = true
	return p
}

// passing marks what another object would have been answered as well.
func passing(p *propagation.Problem) *propagation.Problem {
	p.Passing = true
	return p
}

// words are the API server's own, save for a Secret: there an API server may
// repeat values in its refusals.
func (m *member) words(err error) string {
	if m.options.Type.Kind == "Secret" {
		return secretWords(answerOf(err))
	}
	return err.Error()
}

// silence says why there is no answer at all. There is no ephemeral port in it,
// so that equal failures get equal words.
func silence(err error) string {
	if timeout, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout() {
		return "no answer in time"
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		err = operation.Err
	}
	return fmt.Sprintf("no answer: %v", err)
}

// unanswered returns the error when it leaves open whether a write was carried
// out.
func unanswered(err error) error {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	case ok && timeout.Timeout():
		return err
	case apierrors.IsTimeout(err), apierrors.IsServerTimeout(err), apierrors.IsInternalError(err):
		return err
	case err != nil && apierrors.ReasonForError(err) == metav1.StatusReasonUnknown:
		return err // no answer of an API server at all
	}
	return nil
}

// missingNamespace says whether an answer of "not found" is about the namespace
// and not about the object.
func missingNamespace(err error, key propagation.Key) bool {
	_, about := answerOf(err)
	return key.Namespace != "" && about.Kind == "namespaces" && about.Name == key.Namespace
}

// notServed says whether an answer of "not found" is about the resource and not
// about an object: the API server then names none.
func notServed(err error) bool {
	_, about := answerOf(err)
	return apierrors.IsNotFound(err) && about.Name == ""
}

// answered says whether an API server answered at all.
func answered(err error) bool {
	answer, _ := answerOf(err)
	return answer.Code != 0
}

// answerOf returns what an API server answered; the zero Status when the error
// is not one of its answers.
func answerOf(err error) (metav1.Status, metav1.StatusDetails) {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) {
		return metav1.Status{}, metav1.StatusDetails{}
	}
	if details := answer.Status().Details; details != nil {
		return answer.Status(), *details
	}
	return answer.Status(), metav1.StatusDetails{}
}

func notConnected(name federation.ClusterName) *propagation.Problem {
	return propagation.Problemf(status.ClientRetrievalFailed, propagation.RetryOnChange, "there is no connection to cluster %s yet", name)
}

// notListed is the Problem of a member whose copies are not known.
func notListed(o Options, name federation.ClusterName, err error) *propagation.Problem {
	t := o.Type
	switch {
	case err == nil:
		return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange, "the copies in cluster %s have not been listed yet", name)
	case notServed(err):
		return notServedAtAll(t, name)
	case apierrors.IsForbidden(err):
		return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange,
			"the credentials for cluster %s may not list and watch %s in %s; grant it there", name, t, o.where())
	case !answered(err):
		return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange, "list %s in cluster %s: %s", t, name, silence(err))
	default:
		return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange, "list %s in cluster %s: %w", t, name, err)
	}
}
