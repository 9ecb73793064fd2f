package traces_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/traces"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// The exporter keeps the spans in memory. Put otlptracehttp.New, or any other, in
// its place.
func Example() {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdk.NewTracerProvider(sdk.WithSyncer(exporter))

	var (
		wishes   memory.Intents
		clusters memory.Propagator
		members  = federation.NewMembers(federation.Cluster{Name: "berlin", Ready: true}, federation.Cluster{Name: "boston", Ready: true})
	)
	controller, err := propagation.New(propagation.Options{
		Registry: members, Source: &wishes, Ledger: &wishes, Propagator: &clusters,
		Name: "configmaps", Telemetry: traces.New(provider),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- controller.Start(ctx) }()

	key := propagation.Key{Namespace: "shop", Name: "settings"}
	wishes.Declare(propagation.Intent{
		Key: key, Parent: "the UID of what declares it",
		Template:  &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}},
		Placement: placement.Request{Want: placement.Placement{Clusters: []federation.ClusterName{"berlin", "boston"}}},
	})
	everywhere := func(s status.Summary) bool { return len(s.Clusters) == 2 }
	if err := wishes.Await(ctx, key, everywhere); err != nil {
		fmt.Println(err)
	}
	stop()
	<-ended

	plan := exporter.GetSpans()[0]
	fmt.Println(line(plan))
	var below []string
	for _, span := range exporter.GetSpans() {
		if span.Parent.SpanID() == plan.SpanContext.SpanID() && !strings.Contains(line(span), "Unchanged") {
			below = append(below, "  "+line(span))
		}
	}
	slices.Sort(below)
	fmt.Println(strings.Join(slices.Compact(below), "\n"))
	// Output:
	// plan configmaps: generation=1 kind=ConfigMap name=settings namespace=shop type=configmaps
	//   carry configmaps: action=Applied cluster=berlin generation=1 kind=ConfigMap name=settings namespace=shop type=configmaps
	//   carry configmaps: action=Applied cluster=boston generation=1 kind=ConfigMap name=settings namespace=shop type=configmaps
	//   report configmaps: generation=1 kind=ConfigMap name=settings namespace=shop type=configmaps
}

// line is the span's name and its attributes, in order.
func line(span tracetest.SpanStub) string {
	var attributes []string
	for _, a := range span.Attributes {
		attributes = append(attributes, string(a.Key)+"="+a.Value.String())
	}
	slices.Sort(attributes)
	return span.Name + ": " + strings.Join(attributes, " ")
}
