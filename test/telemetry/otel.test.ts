import { context, metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memoryRepository, SYSTEM, type TokenryOptions } from "../../src/index.ts";
import { type OtelObserverOptions, otelObserver } from "../../src/telemetry/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";
import { asyncContexts, createSdk } from "./sdk.ts";

afterEach(() => {
  vi.useRealTimers();
  for (const api of [context, metrics, trace]) api.disable();
});

/** A world that an operator watches. */
function observedWorld(options: OtelObserverOptions = {}, more: Partial<TokenryOptions> = {}) {
  const sdk = createSdk();
  const { meterProvider, tracerProvider } = sdk;
  const observer = otelObserver({ meterProvider, tracerProvider, ...options });
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ observer, repository: watched.repository, ...more });
  return { ...world, sdk, observer, failing: watched.failing };
}

describe("metrics", () => {
  test("instruments have the units of the conventions", async () => {
    const world = observedWorld({}, { cache: { ttl: { seconds: 5 } } });
    const { secret } = await world.issue();
    await world.verify(secret);
    world.failing.add("touch");
    await world.tokens.jobs.sweep();
    await world.tokens.revokeCurrent(secret);
    world.observer.refused?.({ code: "invalid_request" });
    const exported = [...(await world.sdk.metrics()).values()].map(
      ({ descriptor: { name, unit }, dataPointType }) => [
        name,
        unit,
        dataPointType === DataPointType.HISTOGRAM ? "HISTOGRAM" : "COUNTER",
      ],
    );
    expect(exported.sort()).toEqual([
      ["tokenry.budget.utilization", "1", "HISTOGRAM"],
      ["tokenry.cache.lookups", "{lookup}", "COUNTER"],
      ["tokenry.failures", "{failure}", "COUNTER"],
      ["tokenry.http.refusals", "{refusal}", "COUNTER"],
      ["tokenry.operation.duration", "s", "HISTOGRAM"],
      ["tokenry.operation.items", "{item}", "COUNTER"],
      ["tokenry.uses.flush.lag", "s", "HISTOGRAM"],
      ["tokenry.uses.flush.size", "{use}", "HISTOGRAM"],
      ["tokenry.verify.duration", "s", "HISTOGRAM"],
      ["tokenry.verify.verdicts", "{verdict}", "COUNTER"],
    ]);
  });

  test("verdicts are counted by API, method, code and kind", async () => {
    const world = observedWorld();
    const { secret } = await world.issue();
    await world.verify(secret);
    await world.verify(secret);
    await world.verify(secret, { api: "made up", method: "BREW" });
    await world.verify("no secret");
    const call = { "tokenry.api": "orders", "http.request.method": "GET" };
    const kind = { "tokenry.kind": "service" };
    expect(await world.sdk.series("tokenry.verify.verdicts")).toMatchObject([
      { total: 2, attributes: { ...call, ...kind, "tokenry.code": "accepted" } },
      {
        total: 1,
        attributes: {
          ...{ "tokenry.api": "unknown", "http.request.method": "_OTHER" },
          ...{ ...kind, "tokenry.code": "access_denied" },
        },
      },
      { total: 1, attributes: { ...call, "tokenry.code": "malformed_token" } },
    ]);
  });

  test("durations are in seconds, in buckets from a microsecond on", async () => {
    const { sdk, observer } = observedWorld();
    const facts = { api: "orders", method: "GET", code: "accepted", kind: "service" } as const;
    const ids = { tokenId: undefined, owner: undefined, account: undefined };
    const budget = { budget: undefined, budgetOf: undefined };
    for (const durationMs of [0.0015, 1.5, 15_000])
      observer.verified?.({ ...facts, ...ids, ...budget, durationMs });
    const [series] = await sdk.series("tokenry.verify.duration");
    expect(series?.attributes).toEqual({ "tokenry.api": "orders", "tokenry.code": "accepted" });
    const { boundaries, counts } = series?.histogram?.buckets ?? { boundaries: [], counts: [] };
    expect(series?.histogram?.sum).toBeCloseTo(15.0015015, 9);
    expect(counts.flatMap((count, bucket) => (count > 0 ? [boundaries[bucket]] : []))).toEqual([
      2e-6,
      0.002,
      undefined,
    ]);
  });

  test("a budget's use is its share, by holder", async () => {
    const world = observedWorld();
    const { secret } = await world.issue();
    await world.verify(secret, { cost: 75 });
    await world.verify(secret, { cost: 225 });
    await world.verify(secret);
    const [series] = await world.sdk.series("tokenry.budget.utilization");
    expect(series?.attributes).toEqual({
      ...{ "tokenry.api": "orders", "tokenry.budget.holder": "token" },
    });
    expect(series?.histogram).toMatchObject({ count: 3, min: 0.25, max: 1, sum: 2.25 });
  });

  test("cache look-ups are hits and misses", async () => {
    const world = observedWorld({}, { cache: { ttl: { seconds: 5 } } });
    const { secret } = await world.issue();
    for (let call = 0; call < 4; call++) await world.verify(secret);
    expect(await world.sdk.series("tokenry.cache.lookups")).toMatchObject([
      { total: 1, attributes: { "tokenry.cache.result": "miss" } },
      { total: 3, attributes: { "tokenry.cache.result": "hit" } },
    ]);
  });

  test("a flush shows its lag and size, and whether it went through", async () => {
    vi.useFakeTimers();
    const world = observedWorld();
    const { secret } = await world.issue();
    world.failing.add("touch");
    await world.verify(secret);
    await vi.advanceTimersByTimeAsync(1000);
    world.failing.clear();
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    const [failed, written] = await world.sdk.series("tokenry.uses.flush.lag");
    expect([failed, written]).toMatchObject([
      { attributes: { "tokenry.flush.outcome": "failed" }, histogram: { sum: 1, count: 1 } },
      { attributes: { "tokenry.flush.outcome": "written" }, histogram: { sum: 2, count: 1 } },
    ]);
    expect(await world.sdk.series("tokenry.uses.flush.size")).toMatchObject([
      { histogram: { sum: 1 } },
      { histogram: { sum: 1 } },
    ]);
    expect(await world.sdk.series("tokenry.failures")).toMatchObject([
      { total: 1, attributes: { "tokenry.where": "uses" } },
    ]);
  });

  test("operations are timed by name and code, and what they dealt with is counted", async () => {
    const world = observedWorld();
    await world.issue();
    await world.issue();
    await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM });
    await outcomeOf(world.tokens.get({ tokenId: "none", actor: ADA }));
    const durations = await world.sdk.series("tokenry.operation.duration");
    const ended = durations.map(({ attributes, histogram }) => [attributes, histogram?.count]);
    expect(ended).toEqual([
      [{ "tokenry.operation": "issue", "tokenry.code": "done" }, 2],
      [{ "tokenry.operation": "revokeAll", "tokenry.code": "done" }, 1],
      [{ "tokenry.operation": "get", "tokenry.code": "not_found" }, 1],
    ]);
    expect(await world.sdk.series("tokenry.operation.items")).toMatchObject([
      { total: 2, attributes: { "tokenry.operation": "revokeAll", "tokenry.outcome": "revoked" } },
    ]);
  });

  test("the refusals of the HTTP layer are counted by code", async () => {
    const { sdk, observer } = observedWorld();
    observer.refused?.({ code: "too_many_failures" });
    expect(await sdk.series("tokenry.http.refusals")).toMatchObject([
      { total: 1, attributes: { "tokenry.code": "too_many_failures" } },
    ]);
  });
});

describe("spans", () => {
  test("a verify is a span of its own length, within the span that is active", async () => {
    context.setGlobalContextManager(asyncContexts());
    const owner = { id: ADA, account: ACCOUNT, active: true };
    const find = () => new Promise<typeof owner>((resolve) => setTimeout(resolve, 20, owner));
    const world = observedWorld({}, { directory: { find }, cache: { owner: false } });
    const { secret } = await world.issue();
    const tracer = world.sdk.tracerProvider.getTracer("host");
    const [before, parent] = [Date.now(), tracer.startSpan("GET /orders")];
    await context.with(trace.setSpan(context.active(), parent), () => world.verify(secret));
    const after = Date.now();
    const span = world.sdk.spans().find(({ name }) => name === "tokenry.verify");
    expect(span).toMatchObject({
      kind: SpanKind.INTERNAL,
      parentSpanContext: { spanId: parent.spanContext().spanId },
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        "tokenry.api": "orders",
        "http.request.method": "GET",
        "tokenry.code": "accepted",
        "tokenry.kind": "service",
        "tokenry.budget.limit": 300,
        "tokenry.budget.remaining": 299,
        "tokenry.budget.holder": "token",
      },
    });
    const ms = ([seconds, nanoseconds]: readonly [number, number] = [0, 0]): number =>
      seconds * 1000 + nanoseconds / 1e6;
    expect(ms(span?.duration)).toBeGreaterThanOrEqual(19);
    // The SDK's wall clock has whole milliseconds.
    expect(ms(span?.startTime)).toBeGreaterThanOrEqual(before - 2);
    expect(ms(span?.endTime)).toBeLessThanOrEqual(after + 2);
  });

  test("only what could not be decided is an error", async () => {
    const world = observedWorld();
    const { secret } = await world.issue();
    await world.verify("no secret");
    await world.verify(secret, { cost: 1000 });
    world.failing.add("findByHash");
    await world.verify(secret);
    const spans = world.sdk.spans().filter(({ name }) => name === "tokenry.verify");
    const seen = spans.map(({ attributes, status }) => [
      attributes["tokenry.code"],
      attributes["error.type"],
      status.code,
    ]);
    expect(seen).toEqual([
      ["malformed_token", undefined, SpanStatusCode.UNSET],
      ["budget_exceeded", undefined, SpanStatusCode.UNSET],
      ["unavailable", "unavailable", SpanStatusCode.ERROR],
    ]);
  });

  test("an operation and a job are spans, with what they dealt with", async () => {
    const world = observedWorld();
    await world.issue();
    await world.tokens.jobs.sweep();
    await outcomeOf(world.tokens.get({ tokenId: "none", actor: ADA }));
    world.failing.add("findById");
    await outcomeOf(world.tokens.get({ tokenId: "none", actor: ADA }));
    const seen = world.sdk
      .spans()
      .map(({ name, attributes, status }) => ({ name, ...attributes, status: status.code }));
    const ok = { "tokenry.code": "done", status: SpanStatusCode.UNSET };
    const get = { name: "tokenry.get", "tokenry.operation": "get" };
    const down = { "tokenry.code": "unavailable", "error.type": "unavailable" };
    expect(seen).toEqual([
      { name: "tokenry.issue", "tokenry.operation": "issue", ...ok },
      {
        name: "tokenry.jobs.sweep",
        "tokenry.operation": "jobs.sweep",
        "tokenry.items.removed": 0,
        ...ok,
      },
      { ...get, "tokenry.code": "not_found", status: SpanStatusCode.UNSET },
      { ...get, ...down, status: SpanStatusCode.ERROR },
    ]);
  });

  test.each([
    ["all", ["tokenry.issue", "tokenry.verify"]],
    ["operations", ["tokenry.issue"]],
    ["none", []],
  ] as const)("spans: %s", async (spans, names) => {
    const world = observedWorld({ spans });
    await world.verify((await world.issue()).secret);
    expect(world.sdk.spans().map(({ name }) => name)).toEqual(names);
    expect(await world.sdk.series("tokenry.verify.verdicts")).toHaveLength(1);
  });

  test("ids are on the spans of verifies when asked for, and never on metrics", async () => {
    const world = observedWorld({ identifiers: true });
    const { secret, token } = await world.issue();
    await world.verify(secret);
    const span = world.sdk.spans().find(({ name }) => name === "tokenry.verify");
    expect(span?.attributes).toMatchObject({
      ...{ "tokenry.token.id": token.id, "tokenry.owner.id": ADA, "tokenry.account.id": ACCOUNT },
    });
    const metrics = JSON.stringify([...(await world.sdk.metrics()).values()]);
    expect(metrics).not.toContain(token.id);
  });
});

describe("providers", () => {
  test("by default the global ones, also when they are registered after the first call", async () => {
    const world = createWorld({ observer: otelObserver() });
    const { secret } = await world.issue();
    await world.verify(secret);
    const sdk = createSdk();
    metrics.setGlobalMeterProvider(sdk.meterProvider);
    trace.setGlobalTracerProvider(sdk.tracerProvider);
    await world.verify(secret);
    expect(await sdk.series("tokenry.verify.verdicts")).toMatchObject([{ total: 1 }]);
    expect(sdk.spans().map(({ name }) => name)).toEqual(["tokenry.verify"]);
  });

  test.each([
    [{ spans: "some" }, RangeError, "options.spans must be one of"],
    [{ identifiers: 1 }, TypeError, "options.identifiers must be true or false"],
    [{ meterProvider: {} }, TypeError, "options.meterProvider.getMeter must be a function"],
    [{ tracerProvider: {} }, TypeError, "options.tracerProvider.getTracer must be a function"],
    [{ span: "all" }, TypeError, 'options: there is no "span"'],
  ])("%j is refused by its path", (options, type, message) => {
    const make = () => otelObserver(options as OtelObserverOptions);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});
