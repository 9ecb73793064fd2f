package checkup

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
	info "k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// VersionOf asks an API server which version it has, such as v1.36.3.
func VersionOf(ctx context.Context, config *rest.Config) (string, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return "", err
	}
	body, err := client.RESTClient().Get().AbsPath("/version").Do(ctx).Raw()
	if err != nil {
		return "", err
	}
	var told info.Info
	if err := json.Unmarshal(body, &told); err != nil {
		return "", fmt.Errorf("its version: %w", err)
	}
	return told.GitVersion, nil
}

// TooOld says what is wrong with a version that is too old; nil when it is not.
func TooOld(told string) error {
	if f := skew("", told); f.Verdict == Bad {
		return fmt.Errorf("it has %s: %s", f.Message, f.Mend)
	}
	return nil
}

// The versions of Kubernetes that a federation is made for. Server-side apply, which
// everything is written with, is in all of them; older ones make tokens by themselves
// that nobody asked for. Newer ones than our client's are not tried yet.
const (
	oldest = "1.24"
	newest = "1.37"
)

// skew judges the version that an API server says it has.
func skew(subject, told string) Finding {
	f := Finding{Subject: subject, Verdict: Good, Message: "Kubernetes " + told}
	at, err := version.ParseGeneric(told)
	switch {
	case err != nil:
		f.Verdict, f.Message = Unknown, fmt.Sprintf("its version %q cannot be read", told)
	case at.LessThan(version.MustParseGeneric(oldest)):
		f.Verdict, f.Mend = Bad, "upgrade it to "+oldest+" or newer"
	case version.MustParseGeneric(newest).LessThan(version.MustParseGeneric(fmt.Sprintf("%d.%d", at.Major(), at.Minor()))):
		f.Verdict, f.Mend = Warning, "this program knows Kubernetes up to "+newest+": look for a newer one"
	}
	return f
}
