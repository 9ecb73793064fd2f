package cli

import (
	"errors"
	"fmt"

	"k8s.io/client-go/rest"
)

// Access says whose credentials members are asked with. It is a flag; the zero Access
// is ByFederation.
type Access string

// The kinds of Access.
const (
	ByFederation Access = ""           // those that the host has of the members
	ByKubeconfig Access = "kubeconfig" // those of the context that has the member's name
)

// String implements pflag.Value.
func (a *Access) String() string {
	if *a == ByFederation {
		return "federation"
	}
	return string(*a)
}

// Set implements pflag.Value.
func (a *Access) Set(text string) error {
	switch text {
	case "federation":
		*a = ByFederation
	case string(ByKubeconfig):
		*a = ByKubeconfig
	default:
		return errors.New("want federation or kubeconfig")
	}
	return nil
}

// Type implements pflag.Value.
func (a *Access) Type() string { return "access" }

// member is how the kubeconfig files reach a member.
func (f *Flags) member(name string) (*rest.Config, error) {
	config, err := f.Config(name)
	if err != nil {
		return nil, fmt.Errorf("--member-access=kubeconfig: %w", err)
	}
	config.QPS = -1 // the API server's own fairness decides
	return rest.AddUserAgent(config, "fedctl"), nil
}
