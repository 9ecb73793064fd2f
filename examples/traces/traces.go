// Package traces makes OpenTelemetry traces of what a federation does. It uses
// the API of OpenTelemetry alone: whoever embeds it brings the TracerProvider,
// and with it the exporter.
//
//	options.Telemetry = traces.New(provider) // propagation.Options, or plane.Options
//
// A change of a declaration is one trace. Its root is the plan; below it are each
// attempt in each cluster and each report, until the object is at rest. A copy
// that changed in a member, and what is done about it, is a trace of its own.
package traces

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/fedrail/fedrail/propagation"
)

// Scope is the name that the spans are made under.
const Scope = "github.com/fedrail/fedrail/propagation"

// New makes a Telemetry whose spans go to the provider. Spans that are not
// sampled get no attributes and cost little. The requests of a Propagator are made
// in the context of the attempt, so a transport that is instrumented (otelhttp)
// continues the trace into the members' API servers.
func New(provider trace.TracerProvider) propagation.Telemetry {
	return telemetry{provider.Tracer(Scope)}
}

type telemetry struct{ tracer trace.Tracer }

// Begin implements propagation.Telemetry.
func (t telemetry) Begin(ctx context.Context, s propagation.Step) (context.Context, propagation.Span) {
	if of, ok := s.Of.(*span); ok {
		ctx = trace.ContextWithSpanContext(ctx, of.SpanContext())
	}
	ctx, begun := t.tracer.Start(ctx, string(s.Work)+" "+s.Loop)
	return ctx, &span{Span: begun, step: s}
}

// span is a step that is under way.
type span struct {
	trace.Span
	step propagation.Step
}

// End implements propagation.Span.
func (s *span) End(r propagation.Result) {
	if s.IsRecording() {
		s.SetAttributes(attributes(s.step, r)...)
		if r.Err != nil {
			s.SetStatus(codes.Error, r.Err.Error())
		}
	}
	s.step.Of = nil // else each step would keep the one before
	s.Span.End()
}

// attributes have the keys of the log. What is empty is left out.
func attributes(s propagation.Step, r propagation.Result) []attribute.KeyValue {
	all := []attribute.KeyValue{attribute.String("name", s.Key.Name), attribute.Int64("generation", r.Generation)}
	for _, one := range []struct{ key, value string }{
		{"type", s.Loop}, {"kind", r.Kind}, {"namespace", s.Key.Namespace}, {"cluster", string(s.Cluster)},
		{"action", string(r.Action)}, {"state", string(r.State)},
	} {
		if one.value != "" {
			all = append(all, attribute.String(one.key, one.value))
		}
	}
	return all
}
