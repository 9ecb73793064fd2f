package traces_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/fedrail/fedrail/examples/traces"
	"github.com/fedrail/fedrail/propagation"
)

var carrying = propagation.Step{Work: propagation.Carrying, Loop: "configmaps", Key: propagation.Key{Name: "web"}, Cluster: "berlin"}

func TestWhatGoesBackToAStepIsInItsTrace(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	told := traces.New(sdk.NewTracerProvider(sdk.WithSyncer(exporter)))
	_, plan := told.Begin(t.Context(), propagation.Step{Work: propagation.Planning, Loop: "configmaps"})
	plan.End(propagation.Result{})
	s := carrying
	s.Of = plan
	ctx, attempt := told.Begin(t.Context(), s)
	attempt.End(propagation.Result{State: "UpdateFailed", Err: errors.New("no answer")})

	spans := exporter.GetSpans()
	require.Len(t, spans, 2)
	require.Equal(t, spans[0].SpanContext.TraceID(), spans[1].SpanContext.TraceID())
	require.Equal(t, spans[0].SpanContext.SpanID(), spans[1].Parent.SpanID())
	require.Equal(t, spans[1].SpanContext, trace.SpanContextFromContext(ctx), "requests belong to the attempt")
	require.Equal(t, sdk.Status{Code: codes.Error, Description: "no answer"}, spans[1].Status)
}

func BenchmarkStep(b *testing.B) {
	for name, provider := range map[string]trace.TracerProvider{
		"no provider": noop.NewTracerProvider(),
		"not sampled": sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample())),
		"sampled":     sdk.NewTracerProvider(),
	} {
		told := traces.New(provider)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, s := told.Begin(context.Background(), carrying)
				s.End(propagation.Result{Action: propagation.Unchanged})
			}
		})
	}
}
