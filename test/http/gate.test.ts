import { describe, expect, test, vi } from "vitest";
import { type Admission, Gate } from "../../src/http/gate.ts";
import type { HttpOptions } from "../../src/http/options.ts";
import type { Requirement } from "../../src/http/requirement.ts";
import { memoryRepository, type Repository } from "../../src/index.ts";
import { createWorld, type World } from "../support/world.ts";
import { requestWith, type TestRequest, testReader } from "./request.ts";

function gateOf({ tokens, clock }: World, options: HttpOptions<TestRequest> = {}) {
  return new Gate(tokens, { clock, ...options }, testReader);
}

async function issued(world: World): Promise<string> {
  return `Bearer ${(await world.issue()).secret.reveal()}`;
}

const PREFLIGHT = {
  method: "OPTIONS",
  fields: [
    ["origin", "https://a.example"],
    ["access-control-request-method", "GET"],
  ],
} as const;

async function revocationOf(
  gate: ReturnType<typeof gateOf>,
  request: TestRequest,
): Promise<number | string> {
  const revocation = await gate.revokeCurrent(request);
  return revocation.outcome === "preflight" ? revocation.outcome : revocation.answer.status;
}

function statusOf(admission: Admission): number | string {
  return admission.outcome === "refused" ? admission.answer.status : admission.outcome;
}

function bodyOf(admission: Admission): unknown {
  return admission.outcome === "refused" ? JSON.parse(admission.answer.body) : undefined;
}

describe("Gate", () => {
  test("lets a good token through, with the verdict and what the answer is to tell", async () => {
    const world = createWorld();
    const admission = await gateOf(world).protect("orders")(requestWith(await issued(world)));
    expect(admission).toMatchObject({
      outcome: "accepted",
      verdict: { owner: { id: "ada" } },
      headers: [
        ["ratelimit-policy", '"token";q=300;w=60'],
        ["ratelimit", '"token";r=299;t=1'],
        ["token-expires-at", "2026-12-22T12:00:00.000Z"],
      ],
    });
  });

  test("tells nothing that it was told not to tell", async () => {
    const world = createWorld();
    const gate = gateOf(world, { rateLimit: false, expiryHeader: false });
    const admission = await gate.protect("orders")(requestWith(await issued(world)));
    expect(admission).toMatchObject({ outcome: "accepted", headers: [] });
  });

  test("an answer to a token in a field of its own is nobody else's", async () => {
    const world = createWorld();
    const gate = gateOf(world, { credentials: { headers: ["x-api-key"] }, rateLimit: false });
    const secret = (await world.issue()).secret.reveal();
    const request = requestWith(undefined, { fields: [["x-api-key", secret]] });
    const admission = await gate.protect("orders")(request);
    expect(admission).toMatchObject({
      headers: [
        ["token-expires-at", expect.anything()],
        ["cache-control", "private"],
      ],
    });
  });

  test("DEC-12: a preflight is not looked at; any other OPTIONS is", async () => {
    const admit = gateOf(createWorld()).protect("orders");
    const { fields } = PREFLIGHT;
    expect(await admit(PREFLIGHT)).toEqual({ outcome: "preflight" });
    for (const some of [[], fields.slice(0, 1), fields.slice(1), [...fields, ...fields]])
      expect(statusOf(await admit({ method: "OPTIONS", fields: some }))).toBe(401);
    expect(statusOf(await admit({ method: "GET", fields }))).toBe(401);
    const empty = fields.map(([name]) => [name, ""] as const);
    expect(statusOf(await admit({ method: "OPTIONS", fields: empty }))).toBe(401);
  });

  test("R6750-03: no browser sends credentials with a preflight", async () => {
    const admit = gateOf(createWorld()).protect("orders");
    expect(statusOf(await admit(requestWith("Bearer nonsense", PREFLIGHT)))).toBe(401);
  });

  test("a host that has every method behind the guard has preflights end there", async () => {
    const gate = gateOf(createWorld(), { passPreflights: false });
    const answer = { status: 204, headers: [], body: "" };
    expect(await gate.protect("orders")(PREFLIGHT)).toEqual({ outcome: "refused", answer });
    expect(await gate.revokeCurrent(PREFLIGHT)).toEqual({ outcome: "refused", answer });
  });

  test("AP-5: what belongs to no API is refused, once it is known who asks", async () => {
    const world = createWorld();
    const admit = gateOf(world).protect(() => undefined);
    expect(statusOf(await admit(requestWith(undefined)))).toBe(401);
    expect(bodyOf(await admit(requestWith(await issued(world))))).toMatchObject({
      code: "access_denied",
    });
  });

  test("finds the API of a request by a function", async () => {
    const world = createWorld();
    const admit = gateOf(world).protect(({ method }) => (method === "POST" ? undefined : "orders"));
    const authorization = await issued(world);
    expect(statusOf(await admit(requestWith(authorization)))).toBe("accepted");
    expect(statusOf(await admit(requestWith(authorization, { method: "POST" })))).toBe(403);
  });

  test("takes the cost of a request, of the one presented with a token only", async () => {
    const world = createWorld();
    const cost = vi.fn(() => 7);
    const admit = gateOf(world).protect("orders", { cost });
    expect(statusOf(await admit(requestWith(undefined)))).toBe(401);
    expect(cost).not.toHaveBeenCalled();
    const admission = await admit(requestWith(await issued(world)));
    expect(admission).toMatchObject({ verdict: { budget: { remaining: 293 } } });
  });

  test("what the host's own functions throw is the host's", async () => {
    const world = createWorld();
    const request = requestWith(await issued(world));
    const admitNaN = gateOf(world).protect("orders", { cost: () => Number.NaN });
    await expect(admitNaN(request)).rejects.toThrow(RangeError);
    const thrown = new Error("no API");
    const admit = gateOf(world).protect(() => {
      throw thrown;
    });
    await expect(admit(request)).rejects.toBe(thrown);
  });

  // A cast, as a host without types may do so. What rejects unheard fails the run of the tests.
  const rejects = (): never => Promise.reject(new Error("the host's own")) as never;

  test.each<[string, HttpOptions<TestRequest>, Requirement, string]>([
    ["the cost", {}, { cost: rejects }, "request.cost must be a number"],
    ["clientAddress", { clientAddress: rejects }, {}, "options.clientAddress must answer"],
  ])("%s by a promise is an error, and nothing is left to reject", async (...given) => {
    const [, options, requirement, message] = given;
    const world = createWorld();
    const admit = gateOf(world, options).protect("orders", requirement);
    await expect(admit(requestWith(await issued(world)))).rejects.toThrow(message);
  });

  test("nothing is left to reject of an API or an answer that comes by a promise", async () => {
    const world = createWorld();
    const admit = gateOf(world).protect(rejects);
    const error = "request.api must be a string";
    await expect(admit(requestWith(await issued(world)))).rejects.toThrow(error);
    const refused = await gateOf(world, { refusal: rejects }).protect("orders")(requestWith("x"));
    expect(refused.outcome).toBe("refused");
  });

  test("permits by a promise is an outage, and nothing is left to reject", async () => {
    const world = createWorld();
    const admit = gateOf(world).protect("orders", { permits: rejects });
    expect(statusOf(await admit(requestWith(await issued(world))))).toBe(503);
    expect(world.errors).toHaveLength(1);
  });

  test.each([
    [{ level: "all" }, RangeError, "requirement.level"],
    [{ level: [] }, RangeError, "requirement.level"],
    [{ permits: true }, TypeError, "requirement.permits"],
    [{ cost: 0 }, RangeError, "requirement.cost"],
    [{ cost: "1" }, TypeError, "requirement.cost"],
    [{ scope: "x" }, TypeError, "requirement: there is no"],
  ])("a wrong requirement shows when the route is protected: %j", (requirement, error, message) => {
    const gate = gateOf(createWorld());
    // A cast, as these are what the compiler refuses.
    const protect = () => gate.protect("orders", requirement as Requirement);
    expect(protect).toThrow(error);
    expect(protect).toThrow(message);
  });

  test("a host makes its own answers, and knows the precise reason", async () => {
    const world = createWorld();
    const seen: unknown[] = [];
    const gate = gateOf(world, {
      refusal(refusal, answer, request) {
        seen.push(refusal.code, request.method);
        return refusal.status === 401 ? { ...answer, status: 404, body: "" } : undefined;
      },
    });
    const admit = gate.protect("orders");
    expect(statusOf(await admit(requestWith("Bearer nonsense", { method: "PUT" })))).toBe(404);
    expect(statusOf(await admit(requestWith("Bearer")))).toBe(400);
    expect(seen).toEqual(["malformed_token", "PUT", "invalid_request", undefined]);
  });

  test("CORE-03, CORE-68: the thirty-first attempt is refused before any look-up", async () => {
    const real = memoryRepository();
    let lookUps = 0;
    const repository: Repository = {
      ...real,
      findByHash(hashes) {
        lookUps += 1;
        return real.findByHash(hashes);
      },
    };
    const world = createWorld({ repository });
    const refused = vi.fn();
    const gate = gateOf(world, { observer: { refused } });
    const admit = gate.protect("orders");
    const authorization = await issued(world);
    const forged = authorization.slice(0, -1);
    for (let attempt = 0; attempt < 30; attempt += 1)
      expect(statusOf(await admit(requestWith(forged)))).toBe(401);
    lookUps = 0;
    const admission = await admit(requestWith(authorization));
    expect(admission).toMatchObject({ outcome: "refused", answer: { status: 429 } });
    expect(lookUps).toBe(0);
    expect(refused).toHaveBeenCalledExactlyOnceWith({ code: "too_many_failures" });
    expect(statusOf(await admit(requestWith(authorization, { peer: "203.0.113.8" })))).toBe(
      "accepted",
    );
    expect(await revocationOf(gate, requestWith(authorization))).toBe(429);
    world.clock.pass({ seconds: 2 });
    expect(statusOf(await admit(requestWith(authorization)))).toBe("accepted");
  });

  test("who presents nothing, or is refused for another reason, guesses nothing", async () => {
    const world = createWorld();
    const admit = gateOf(world, { guessing: { limit: 1 } }).protect("orders", {
      permits: () => false,
    });
    const authorization = await issued(world);
    for (const line of [undefined, "Bearer", authorization])
      for (let attempt = 0; attempt < 3; attempt += 1) await admit(requestWith(line));
    expect(statusOf(await admit(requestWith("Bearer nonsense")))).toBe(401);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("full");
      },
    ],
    ["rejects", () => Promise.reject(new Error("full"))],
  ])("an observer that %s has no say", async (_how, refused) => {
    // A cast, as a promise is what its type says that it does not give.
    const gate = gateOf(createWorld(), { observer: { refused: refused as () => void } });
    expect(statusOf(await gate.protect("orders")(requestWith("Bearer")))).toBe(400);
  });

  test("CORE-38: whoever has a token may end it, once", async () => {
    const world = createWorld();
    const gate = gateOf(world);
    const request = requestWith(await issued(world));
    expect(await gate.revokeCurrent(request)).toEqual({
      outcome: "revoked",
      answer: { status: 204, headers: [["cache-control", "no-store"]], body: "" },
    });
    expect(await revocationOf(gate, request)).toBe(401);
    expect(await revocationOf(gate, requestWith(undefined))).toBe(401);
    expect(await revocationOf(gate, requestWith("Bearer a b"))).toBe(400);
    expect(await revocationOf(gate, PREFLIGHT)).toBe("preflight");
  });

  test("an outage while a token is to be ended is an outage", async () => {
    const real = memoryRepository();
    const commit: Repository["commit"] = (change) =>
      (change.remove ?? []).length === 0 ? real.commit(change) : Promise.reject(new Error("gone"));
    const world = createWorld({ repository: { ...real, commit } });
    const request = requestWith(await issued(world));
    expect(await revocationOf(gateOf(world), request)).toBe(503);
  });
});
