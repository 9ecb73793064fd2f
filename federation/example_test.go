package federation_test

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/federation"
)

// Members are watched while one joins and one leaves. Each snapshot is whole: who
// is missing has left.
func ExampleMembers() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	members := federation.NewMembers(federation.Cluster{Name: "paris"}, federation.Cluster{Name: "berlin"})
	for set := range members.Watch(ctx) {
		fmt.Println(set.Names())
		switch set.Len() {
		case 2:
			members.Put(federation.Cluster{Name: "boston"})
		case 3:
			members.Replace(federation.NewClusterSet())
		default:
			cancel()
		}
	}
	// Output:
	// [berlin paris]
	// [berlin boston paris]
	// []
}

func ExampleClusterSet() {
	set := federation.NewClusterSet(
		federation.Cluster{Name: "paris", Region: "eu-west", Ready: true},
		federation.Cluster{Name: "boston", Region: "us-east"},
	)
	for c := range set.All() {
		fmt.Println(c.Name, c.Region, c.Ready)
	}
	_, found := set.Get("berlin")
	fmt.Println("berlin:", found)
	// Output:
	// boston us-east false
	// paris eu-west true
	// berlin: false
}
