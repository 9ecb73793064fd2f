package credential

// Token is a [Credential] that is a bearer token.
type Token struct{ *Credential }

// NewToken makes a token; the empty string is none.
func NewToken(token string) *Token { return &Token{New(Options{Value: Value{Token: token}})} }

// Renew makes token the credential, and reports whether it was another before.
func (t *Token) Renew(token string) bool { return t.Credential.Renew(Value{Token: token}) }
