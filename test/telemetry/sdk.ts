import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** A series of an instrument, as it is exported. */
export interface Series {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A counter's. */
  readonly total: number | undefined;
  /** A histogram's. */
  readonly histogram: Histogram | undefined;
}

/** The SDK, exporting into memory. */
export interface Sdk {
  readonly meterProvider: MeterProvider;
  readonly tracerProvider: BasicTracerProvider;
  metrics(): Promise<ReadonlyMap<string, MetricData>>;
  series(name: string): Promise<readonly Series[]>;
  spans(): readonly ReadableSpan[];
}

export function createSdk(): Sdk {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const spanExporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
  });
  const metrics = async (): Promise<ReadonlyMap<string, MetricData>> => {
    await meterProvider.forceFlush();
    const scopes = metricExporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return new Map(
      scopes
        .filter(({ scope }) => scope.name === "tokenry")
        .flatMap((scope) => scope.metrics)
        .map((data) => [data.descriptor.name, data]),
    );
  };
  return {
    meterProvider,
    tracerProvider,
    metrics,
    async series(name) {
      const data = (await metrics()).get(name);
      return (data?.dataPoints ?? []).map(({ attributes, value }) => ({
        attributes,
        total: typeof value === "number" ? value : undefined,
        // A cast: no instrument here is exponential.
        histogram: typeof value === "number" ? undefined : (value as Histogram),
      }));
    },
    spans: () => spanExporter.getFinishedSpans(),
  };
}

/** What `@opentelemetry/context-async-hooks` is, as far as spans need it. */
export function asyncContexts(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, run, self, ...args) =>
      storage.run(context, () => run.call(self as never, ...args)),
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
