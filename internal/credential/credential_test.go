package credential_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/credential"
)

// sent remembers the Authorization of the last request.
type sent struct{ authorization string }

func (s *sent) RoundTrip(req *http.Request) (*http.Response, error) {
	s.authorization = req.Header.Get("Authorization")
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestTokenOfTheMomentGoesWithEachRequest(t *testing.T) {
	var wire sent
	token := credential.NewToken("first")
	client := token.Wrapper("eu:6443")(&wire)
	ask := func(url string) string {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		require.NoError(t, err)
		_, err = client.RoundTrip(req)
		require.NoError(t, err)
		require.Empty(t, req.Header, "the caller's request is not changed")
		return wire.authorization
	}
	require.Equal(t, "Bearer first", ask("https://eu:6443/version"))
	require.True(t, token.Renew("second"))
	require.False(t, token.Renew("second"), "it is the same")
	require.Equal(t, "Bearer second", ask("https://eu:6443/version"))
	require.Empty(t, ask("https://elsewhere:6443/version"), "a redirect does not carry it away")
	require.True(t, token.Renew(""))
	require.Empty(t, ask("https://eu:6443/version"), "there is none any more")
}

func TestRequestKeepsAnAuthorizationOfItsOwn(t *testing.T) {
	var wire sent
	req, err := http.NewRequest(http.MethodGet, "https://eu:6443/", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer mine")
	_, err = credential.NewToken("theirs").Wrapper("eu:6443")(&wire).RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, "Bearer mine", wire.authorization)
}

func TestTokenDoesNotShowInPrint(t *testing.T) {
	token := credential.NewToken("secret")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, token), "secret")
	}
}
