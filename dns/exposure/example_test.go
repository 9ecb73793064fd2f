package exposure_test

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// lost are members that nobody can reach.
type lost struct{ *federation.Members }

// Config implements [exposure.Clusters].
func (lost) Config(federation.ClusterName) (*rest.Config, error) {
	return nil, errors.New("its credentials have expired")
}

// Whoever follows a Service is told of each change, and looks.
func Example() {
	told := make(chan exposure.Subject, 1)
	w, err := exposure.New(exposure.Options{
		Clusters: lost{federation.NewMembers(federation.Cluster{Name: "berlin"})},
		Changed:  func(_ federation.ClusterName, s exposure.Subject) { told <- s },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	web := exposure.Subject{Kind: exposure.Service, Namespace: "shop", Name: "web"}
	w.Follow("web", exposure.Following{Subject: web, Clusters: []federation.ClusterName{"berlin"}, Endpoints: true})
	_, err = w.Look("berlin", web)
	fmt.Println(err)

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go w.Start(ctx)
	seen, err := w.Look("berlin", <-told)
	fmt.Println(seen.Addresses, seen.ReadyEndpoints, err)
	// Output:
	// not seen yet: services of cluster berlin are not watched yet
	// [] 0 connect to cluster berlin: its credentials have expired
}
