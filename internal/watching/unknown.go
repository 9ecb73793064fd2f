package watching

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Known is an error that says why it is not known what there is, or nil.
func (w *Watch) Known() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch err := w.failure; {
	case w.listed:
		return nil
	case err == nil:
		return fmt.Errorf("%s of cluster %s have not been listed yet", w.Subject, w.Member)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("the credentials for cluster %s may not list and watch %s; grant it there", w.Member, w.Subject)
	default:
		return fmt.Errorf("list %s of cluster %s: %w", w.Subject, w.Member, plain(err))
	}
}

// plain is what a member answers, or an error without the ephemeral port that is in
// it, so that equal failures get equal words.
func plain(err error) error {
	if answer, ok := errors.AsType[*apierrors.StatusError](err); ok {
		return answer
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		err = operation.Err
	}
	return err
}

// hopeless says of an error of a watch that a list would end in it as well.
func hopeless(err error) bool {
	var answer apierrors.APIStatus
	if err == nil || errors.As(err, &answer) {
		return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err)
	}
	return true
}

// final is an error that a Reflector does not look into: some it would try again
// by itself, in its own time and though it is to end.
type final struct{ error }

// HasFailed says that it was tried to list what there is, and that it failed.
func (w *Watch) HasFailed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.listed && w.failure != nil
}
