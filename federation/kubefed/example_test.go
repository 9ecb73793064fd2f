package kubefed_test

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubefed"
)

func ExampleNew() {
	registry, err := kubefed.New(kubefed.Options{Host: &rest.Config{Host: "https://host.example:6443"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	stop() // a program goes on until it is told to stop
	if err := registry.Start(ctx); err != nil {
		fmt.Println(err)
	}
	_, err = registry.Config("eu")
	fmt.Println(err, errors.Is(err, federation.ErrClusterNotFound))
	// Output: cluster "eu": not a member of the federation true
}
