package kubeconfig_test

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/federation/kubeconfig"
)

func ExampleNew() {
	registry, err := kubeconfig.New(kubeconfig.Options{
		Bytes: []byte(`
clusters:
- {name: eu, cluster: {server: "https://eu.example:6443"}}
- {name: us, cluster: {server: "https://us.example:6443"}}
contexts:
- {name: eu, context: {cluster: eu}}
- {name: us, context: {cluster: us}}
`),
		Labels: map[string]map[string]string{"eu": {"tier": "gold"}, "us": {"tier": "iron"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { _ = registry.Start(ctx) }()
	for clusters := range registry.Watch(ctx) {
		for c := range clusters.All() {
			fmt.Println(c.Name, c.Labels)
		}
		break
	}
	config, err := registry.Config("eu")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.Host)
	// Output:
	// eu tier=gold
	// us tier=iron
	// https://eu.example:6443
}
