package renewal_test

import (
	"context"
	"fmt"

	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/federation/renewal"
)

func ExampleNew() {
	host := &rest.Config{Host: "https://host.example:6443"}
	registry, err := kubefed.New(kubefed.Options{Host: host})
	if err != nil {
		fmt.Println(err)
		return
	}
	controller, err := renewal.New(renewal.Options{Host: host, Members: registry})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	stop() // a program goes on until it is told to stop
	fmt.Println(controller.Start(ctx))
	// Output: <nil>
}
