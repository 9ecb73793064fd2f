package renewal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// claims are what a token says of itself. Nobody has checked that: it is about when
// to ask for another one, and the member checks what it is shown.
type claims struct {
	Subject string  `json:"sub"`
	Issued  float64 `json:"iat"` // in seconds, as is
	Expires float64 `json:"exp"` // which may be missing
}

// readClaims understands a token. No error holds anything of it.
func readClaims(token string) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, errors.New("it is no token of a service account")
	}
	var c claims
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(body, &c) != nil {
		return claims{}, errors.New("it is no token of a service account that can be read")
	}
	return c, nil
}

// lasting says whether it never ends.
func (c claims) lasting() bool { return c.Expires == 0 }

func (c claims) end() time.Time { return time.Unix(int64(c.Expires), 0) }

// lifetime is how long it is good, from when it was issued.
func (c claims) lifetime() time.Duration { return time.Duration(c.Expires-c.Issued) * time.Second }

// due is when it is to be renewed, if it was issued then.
func (c claims) due(issued time.Time) time.Time { return issued.Add(c.lifetime() * 2 / 3) }

// account is the service account whose token the Secret is said to hold. It has to
// be that of the token: a Secret cannot ask for the token of somebody else.
func (s subject) account(c claims) (types.NamespacedName, error) {
	said := s.secret.GetAnnotations()[corev1beta1.RenewTokenAnnotation]
	namespace, name, separated := strings.Cut(said, "/")
	switch {
	case !separated || namespace == "" || name == "":
		return types.NamespacedName{}, fmt.Errorf("annotation %s: got %q: write namespace/name of the service account", corev1beta1.RenewTokenAnnotation, said)
	case c.Subject != "system:serviceaccount:"+namespace+":"+name:
		return types.NamespacedName{}, fmt.Errorf("annotation %s: the token is not of the service account %s: name its own", corev1beta1.RenewTokenAnnotation, said)
	}
	return types.NamespacedName{Namespace: namespace, Name: name}, nil
}
