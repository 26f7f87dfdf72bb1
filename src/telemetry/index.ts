export { type OtelObserverOptions, otelObserver } from "./otel.ts";
