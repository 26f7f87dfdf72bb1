import {
  type Attributes,
  type MeterProvider,
  metrics,
  type TracerProvider,
} from "@opentelemetry/api";
import { checkFlag, checkKeys, checkMethods, checkOneOf } from "../checks.ts";
import type { BudgetState } from "../model.ts";
import type { Observer, OperationObservation, VerifyObservation } from "../ports/observer.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { createSpans } from "./spans.ts";

/** How tokenry is shown to OpenTelemetry. */
export interface OtelObserverOptions {
  /** Default: the global one of `@opentelemetry/api`, also when it is registered later. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one of `@opentelemetry/api`, also when it is registered later. */
  readonly meterProvider?: MeterProvider;
  /** What gets spans: verifies and operations (`"all"`, the default), `"operations"` and jobs alone, or `"none"`. */
  readonly spans?: "all" | "operations" | "none";
  /**
   * Whether the spans of verifies hold the ids of token, owner and account. Default false: an owner's id may be a mail address or otherwise
   * name a person, and traces are kept elsewhere, for longer and for more readers than the audit trail. Metrics never hold them: each id
   * would be a series of its own.
   */
  readonly identifiers?: boolean;
}

const KEYS: ReadonlySet<string> = new Set([
  "tracerProvider",
  "meterProvider",
  "spans",
  "identifiers",
]);

const SCOPE = "tokenry";

/**
 * Makes an observer that records spans and metrics by OpenTelemetry. No attribute holds a secret, a hash or an address, and none by default
 * an id.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const tokens = createTokenry({ kinds, apis, directory, observer: otelObserver() });
 */
export function otelObserver(options: OtelObserverOptions = {}): Observer {
  checkKeys(options, KEYS, "options");
  const { tracerProvider, meterProvider, spans = "all" } = options;
  checkOneOf(spans, ["all", "operations", "none"], "options.spans");
  const hasIdentifiers = checkFlag(options.identifiers, "options.identifiers");
  if (tracerProvider !== undefined)
    checkMethods(tracerProvider, ["getTracer"], "options.tracerProvider");
  if (meterProvider !== undefined)
    checkMethods(meterProvider, ["getMeter"], "options.meterProvider");

  const instruments = instrumentsOf(meterProvider);
  const record = createSpans(tracerProvider, SCOPE);
  return {
    verified(observation) {
      countVerify(instruments(), observation);
      if (spans === "all") record(verifySpan(observation, hasIdentifiers));
    },
    performed(observation) {
      countOperation(instruments(), observation);
      if (spans !== "none") record(operationSpan(observation));
    },
    flushed({ uses, lagMs, ok }) {
      const { flushLag, flushSize } = instruments();
      const outcome: Attributes = { "tokenry.flush.outcome": ok ? "written" : "failed" };
      flushLag.record(lagMs / 1000, outcome);
      flushSize.record(uses, outcome);
    },
    lookedUp({ hit }) {
      instruments().cacheLookUps.add(1, hit ? HIT : MISS);
    },
    failed({ where }) {
      instruments().failures.add(1, { "tokenry.where": where });
    },
    refused({ code }) {
      instruments().httpRefusals.add(1, { "tokenry.code": code });
    },
  };
}

const HIT: Attributes = { "tokenry.cache.result": "hit" };
const MISS: Attributes = { "tokenry.cache.result": "miss" };

/** A meter of the global provider does not follow one that is registered later, as a tracer does: it is asked for anew. */
function instrumentsOf(given: MeterProvider | undefined): () => Instruments {
  let known: { readonly provider: MeterProvider; readonly instruments: Instruments } | undefined;
  return () => {
    const provider = given ?? metrics.getMeterProvider();
    if (known?.provider !== provider)
      known = { provider, instruments: createInstruments(provider.getMeter(SCOPE)) };
    return known.instruments;
  };
}

function countVerify(
  { verdicts, verifyDuration, budgetUtilization }: Instruments,
  observation: VerifyObservation,
): void {
  const { api, code, durationMs, budget, budgetOf } = observation;
  verdicts.add(1, verifyAttributes(observation));
  verifyDuration.record(durationMs / 1000, { "tokenry.api": api, "tokenry.code": code });
  if (budget === undefined || budgetOf === undefined) return;
  budgetUtilization.record(utilization(budget), {
    "tokenry.api": api,
    "tokenry.budget.holder": budgetOf,
  });
}

function verifyAttributes({ api, method, code, kind }: VerifyObservation): Attributes {
  const attributes: Attributes = {
    "tokenry.api": api,
    "http.request.method": method,
    "tokenry.code": code,
  };
  if (kind !== undefined) attributes["tokenry.kind"] = kind;
  return attributes;
}

function utilization({ limit, remaining }: BudgetState): number {
  return (limit - remaining) / limit;
}

/** A refusal is what verify is for: an error is only what could not be decided. */
function verifySpan(observation: VerifyObservation, hasIdentifiers: boolean) {
  const { code, durationMs, budget, budgetOf } = observation;
  const attributes = verifyAttributes(observation);
  if (budget !== undefined) {
    attributes["tokenry.budget.limit"] = budget.limit;
    attributes["tokenry.budget.remaining"] = budget.remaining;
    attributes["tokenry.budget.holder"] = budgetOf;
  }
  if (hasIdentifiers) {
    attributes["tokenry.token.id"] = observation.tokenId;
    attributes["tokenry.owner.id"] = observation.owner;
    attributes["tokenry.account.id"] = observation.account;
  }
  const error = code === "unavailable" ? code : undefined;
  return { name: "tokenry.verify", durationMs, attributes, error };
}

function countOperation(
  { operationDuration, operationItems }: Instruments,
  { operation, code, durationMs, counts = {} }: OperationObservation,
): void {
  operationDuration.record(durationMs / 1000, operationAttributes(operation, code));
  for (const [outcome, count] of Object.entries(counts)) {
    if (count > 0)
      operationItems.add(count, { "tokenry.operation": operation, "tokenry.outcome": outcome });
  }
}

function operationAttributes(operation: string, code: string): Attributes {
  return { "tokenry.operation": operation, "tokenry.code": code };
}

/** What a person may have caused is no error of the service. */
function operationSpan({ operation, code, durationMs, counts = {} }: OperationObservation) {
  const attributes = operationAttributes(operation, code);
  for (const [outcome, count] of Object.entries(counts))
    attributes[`tokenry.items.${outcome}`] = count;
  const error = code === "unavailable" || code === "misuse" ? code : undefined;
  return { name: `tokenry.${operation}`, durationMs, attributes, error };
}
