import {
  type Attributes,
  context,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";

/** Something that has ended just now. */
export interface Ended {
  readonly name: string;
  readonly durationMs: number;
  readonly attributes: Attributes;
  /** Present when it failed: what with. */
  readonly error?: string | undefined;
}

/** Makes what records spans. Of the global provider a tracer follows one that is registered later. */
export function createSpans(
  provider: TracerProvider | undefined,
  scope: string,
): (ended: Ended) => void {
  const tracer: Tracer = provider?.getTracer(scope) ?? trace.getTracer(scope);
  return ({ name, durationMs, attributes, error }) => {
    // Of performance.now, as TimeInput allows: an SDK sets it right with the wall clock, and keeps the microseconds.
    const endTime = performance.now();
    const span = tracer.startSpan(
      name,
      {
        kind: SpanKind.INTERNAL,
        startTime: endTime - durationMs,
        attributes: error === undefined ? attributes : { ...attributes, "error.type": error },
      },
      context.active(),
    );
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  };
}
