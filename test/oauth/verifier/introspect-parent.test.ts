import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SYSTEM, TokenryError } from "../../../src/index.ts";
import type { AccessTokenClaims } from "../../../src/oauth/claims.ts";
import { generateKeys } from "../../../src/oauth/keys/generate-keys.ts";
import {
  type IntrospectParentOptions,
  introspectParent,
} from "../../../src/oauth/verifier/introspect-parent.ts";
import type { ParentCheck, ParentState } from "../../../src/oauth/verifier/parent.ts";
import { memoryBus } from "../../../src/storage/memory/bus.ts";
import { type MovableClock, movableClock, START } from "../../support/clock.ts";
import { ADA, BOB } from "../../support/directory.ts";
import { createEndpointWorld, ISSUER } from "../endpoint-world.ts";
import {
  breakableBus,
  sampleClaims,
  settled,
  type TimeLimits,
  timeLimits,
} from "./parent-samples.ts";

const ENDPOINT = "https://login.example.com/introspect";
const CLIENT = { id: "orders-api", secret: "acme_svc_1" };

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
  readonly form: URLSearchParams;
  answer(body: unknown, status?: number): Promise<void>;
  fail(): Promise<void>;
}

interface Fake {
  readonly parent: ParentCheck;
  readonly clock: MovableClock;
  readonly asked: Asked[];
  readonly errors: TokenryError[];
  /** Asks at the clock's time. */
  check(claims?: AccessTokenClaims, token?: string): Promise<ParentState>;
  /** Asks, and answers the request, which there must be. */
  checkAnswered(active: boolean, claims?: AccessTokenClaims, token?: string): Promise<ParentState>;
}

function createFake(options: Partial<IntrospectParentOptions> = {}): Fake {
  const clock = movableClock();
  const asked: Asked[] = [];
  const errors: TokenryError[] = [];
  const parent = introspectParent({
    ...{ endpoint: ENDPOINT, client: CLIENT, clock },
    onError: (error) => errors.push(error),
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        asked.push({
          ...{ url, init, form: new URLSearchParams(String(init.body)) },
          async answer(body, status = 200) {
            resolve(Response.json(body, { status }));
            await new Promise(setImmediate);
          },
          async fail() {
            reject(new TypeError("no connection"));
            await settled();
          },
        });
      }),
    ...options,
  });
  const check: Fake["check"] = async (claims = sampleClaims(), token = "a.b.c") =>
    parent.check(claims, token, clock.now());
  return {
    ...{ parent, clock, asked, errors, check },
    async checkAnswered(active, claims, token) {
      const before = asked.length;
      const state = check(claims, token);
      await settled();
      expect(asked.length).toBe(before + 1);
      await asked.at(-1)?.answer({ active });
      return state;
    },
  };
}

describe("what is asked", () => {
  it("R7662-01: posts the token in a form, with the secret, and follows no redirect", async () => {
    const fake = createFake({ client: { id: "a b:c", secret: "s+ö%" } });
    await fake.checkAnswered(true);
    const { url, init, form } = fake.asked[0] as Asked;
    expect([url, init.method, init.redirect]).toEqual([ENDPOINT, "POST", "error"]);
    expect([...form]).toEqual([
      ["token", "a.b.c"],
      ["token_type_hint", "access_token"],
    ]);
    const headers = init.headers as Record<string, string>;
    expect(headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(atob(headers.authorization?.replace("Basic ", "") ?? "")).toBe("a+b%3Ac:s%2B%C3%B6%25");
  });

  it.each(["RS256", "ES256", "EdDSA"] as const)(
    "RFC 7523: signs an assertion by %s, another for each request",
    async (algorithm) => {
      const { current } = await generateKeys({ algorithm });
      const fake = createFake({ client: { id: "orders-api", privateKey: current } });
      // Keys are imported by the platform, which takes its time.
      const ask = async (token: string): Promise<string> => {
        const state = fake.check(sampleClaims(), token);
        await vi.waitUntil(() => fake.asked.some(({ form }) => form.get("token") === token));
        await fake.asked.at(-1)?.answer({ active: true });
        expect(await state).toBe("lives");
        const { form, init } = fake.asked.at(-1) as Asked;
        expect(init.headers).not.toHaveProperty("authorization");
        expect(form.get("client_assertion_type")).toBe(
          "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        );
        return form.get("client_assertion") ?? "";
      };
      const [first, second] = [await ask("a.b.c"), await ask("d.e.f")];
      const { jti, ...claims } = decodeJwt(first);
      const now = START / 1000;
      expect(claims).toEqual({
        ...{ iss: "orders-api", sub: "orders-api", aud: ENDPOINT, iat: now, exp: now + 60 },
      });
      expect(decodeProtectedHeader(first)).toEqual({ alg: algorithm, kid: current.kid });
      expect(jti).toMatch(/^[\w-]{22}$/);
      expect(decodeJwt(second).jti).not.toBe(jti);
    },
  );

  it("names another audience, and no kid that the key has not", async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const fake = createFake({
      client: { id: "x", privateKey: await exportJWK(privateKey), audience: ISSUER },
    });
    const state = fake.check();
    await vi.waitUntil(() => fake.asked.length === 1);
    const assertion = fake.asked[0]?.form.get("client_assertion") ?? "";
    expect(decodeJwt(assertion).aud).toBe(ISSUER);
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: "ES256" });
    await fake.asked[0]?.answer({ active: false });
    expect(await state).toBe("ended");
  });
});

describe("what is kept", () => {
  it("OWN-21: keeps an answer for 10 seconds, counted from the question", async () => {
    const fake = createFake();
    expect(await fake.checkAnswered(true)).toBe("lives");
    fake.clock.set(START + 9999);
    expect(fake.parent.check(sampleClaims(), "a.b.c", fake.clock.now())).toBe("lives");
    expect(fake.asked).toHaveLength(1);
    fake.clock.set(START + 10_000);
    expect(await fake.checkAnswered(false)).toBe("ended");
    expect(await fake.check()).toBe("ended");
    expect(fake.asked).toHaveLength(2);
  });

  it("counts from the question also when the answer takes long", async () => {
    const fake = createFake({ ttl: { seconds: 3 } });
    const state = fake.check();
    await settled();
    fake.clock.pass({ seconds: 2 });
    await fake.asked[0]?.answer({ active: true });
    expect(await state).toBe("lives");
    fake.clock.pass({ seconds: 1 });
    expect(await fake.checkAnswered(false)).toBe("ended");
  });

  it("R7662-07: keeps no answer past the token's expiry", async () => {
    const fake = createFake({ ttl: { hours: 1 } });
    await fake.checkAnswered(true);
    fake.clock.set(START + 899_999);
    expect(await fake.check()).toBe("lives");
    fake.clock.set(START + 900_000);
    expect(await fake.checkAnswered(false)).toBe("ended");
  });

  it("asks anew when the clock was set back", async () => {
    const fake = createFake();
    await fake.checkAnswered(true);
    fake.clock.set(START - 1);
    expect(await fake.checkAnswered(false)).toBe("ended");
  });

  it("asks once for all who ask for one token at a time", async () => {
    const fake = createFake();
    const states = Array.from({ length: 50 }, () => fake.check());
    const other = fake.check(sampleClaims(), "d.e.f");
    await settled();
    expect(fake.asked.map(({ form }) => form.get("token"))).toEqual(["a.b.c", "d.e.f"]);
    await fake.asked[0]?.answer({ active: true });
    await fake.asked[1]?.answer({ active: false });
    expect(new Set(await Promise.all(states))).toEqual(new Set(["lives"]));
    expect(await other).toBe("ended");
  });

  it("keeps at most as many as it may, and forgets the oldest", async () => {
    const fake = createFake({ max: 2 });
    for (const token of ["1", "2", "3"]) await fake.checkAnswered(true, undefined, token);
    expect(await fake.check(undefined, "2")).toBe("lives");
    expect(await fake.check(undefined, "3")).toBe("lives");
    expect(await fake.checkAnswered(false, undefined, "1")).toBe("ended");
  });
});

describe("outages", () => {
  let limits: TimeLimits;
  beforeEach(() => {
    limits = timeLimits();
    vi.spyOn(AbortSignal, "timeout").mockImplementation(limits.timeout);
  });
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ["401", (asked: Asked) => asked.answer({ error: "invalid_client" }, 401)],
    ["503", (asked: Asked) => asked.answer({ active: true }, 503)],
    ["204", (asked: Asked) => asked.answer({ active: true }, 201)],
    ["no JSON of the kind", (asked: Asked) => asked.answer({ active: "true" })],
    ["null", (asked: Asked) => asked.answer(null)],
    ["a list", (asked: Asked) => asked.answer([true])],
    ["no connection", (asked: Asked) => asked.fail()],
    ["nothing in time", async () => limits.pass()],
  ])("unknown, and not kept, for %s; the host is told", async (_name, answer) => {
    const fake = createFake();
    const state = fake.check();
    await settled();
    await answer(fake.asked[0] as Asked);
    expect(await state).toBe("unknown");
    expect(fake.errors).toHaveLength(1);
    expect(fake.errors[0]).toBeInstanceOf(TokenryError);
    expect(fake.errors[0]?.cause).toBeInstanceOf(Error);
    const told = `${fake.errors[0]?.message} ${fake.errors[0]?.cause}`;
    expect(told).not.toContain("a.b.c");
    expect(told).not.toContain(CLIENT.secret);
    expect(await fake.checkAnswered(true)).toBe("lives");
    expect(limits.asked).toEqual([5000, 5000]);
  });

  it("tells the request that it was given up", async () => {
    const fake = createFake({ timeoutMs: 7 });
    const state = fake.check();
    await settled();
    expect(fake.asked[0]?.init.signal?.aborted).toBe(false);
    limits.pass();
    expect(await state).toBe("unknown");
    expect([fake.asked[0]?.init.signal?.aborted, limits.asked]).toEqual([true, [7]]);
  });

  it("an error handler that throws changes nothing", async () => {
    const fake = createFake({
      onError() {
        throw new Error("of the host");
      },
    });
    const state = fake.check();
    await settled();
    await fake.asked[0]?.fail();
    expect(await state).toBe("unknown");
  });
});

describe("with a bus", () => {
  it.each(["token:tok_1", "owner:ada", "owned:ada", "*"])(
    "OWN-21: %s drops what is kept at once",
    async (key) => {
      const bus = memoryBus();
      const fake = createFake({ bus });
      await settled();
      await fake.checkAnswered(true);
      await bus.publish(["zones:acme", "token:tok_2", "owner:bob", "owned:bob", "watch:1"]);
      expect(await fake.check()).toBe("lives");
      await bus.publish(["x", key]);
      expect(await fake.checkAnswered(false)).toBe("ended");
    },
  );

  it("OWN-21: an answer that was on its way when the message came is not kept, and joined by nobody", async () => {
    const bus = memoryBus();
    const fake = createFake({ bus });
    await settled();
    const before = fake.check();
    await settled();
    await bus.publish(["token:tok_1"]);
    const after = fake.check();
    await settled();
    expect(fake.asked).toHaveLength(2);
    await fake.asked[1]?.answer({ active: false });
    await fake.asked[0]?.answer({ active: true });
    expect([await before, await after]).toEqual(["lives", "ended"]);
    expect(await fake.check()).toBe("ended");
  });

  it("an answer that did not come takes away none that was asked for after it", async () => {
    const bus = memoryBus();
    const fake = createFake({ bus });
    await settled();
    const before = fake.check();
    await settled();
    await bus.publish(["token:tok_1"]);
    expect(await fake.checkAnswered(true)).toBe("lives");
    await fake.asked[0]?.fail();
    expect([await before, await fake.check()]).toEqual(["unknown", "lives"]);
  });

  it("keeps nothing until it listens, and tries again, a second apart", async () => {
    const bus = breakableBus();
    bus.state = "down";
    const fake = createFake({ bus });
    await settled();
    expect(await fake.checkAnswered(true)).toBe("lives");
    expect(await fake.checkAnswered(false)).toBe("ended");
    expect([bus.subscriptions, fake.errors.length]).toEqual([1, 1]);
    bus.state = "up";
    fake.clock.pass({ seconds: 1 });
    // This one begins before it listens.
    expect(await fake.checkAnswered(true)).toBe("lives");
    expect(bus.subscriptions).toBe(2);
    expect(await fake.checkAnswered(true)).toBe("lives");
    expect(await fake.check()).toBe("lives");
    await bus.tell("token:tok_1");
    expect(await fake.checkAnswered(false)).toBe("ended");
  });

  it("ends its subscription, also one that is on its way", async () => {
    const bus = breakableBus();
    const fake = createFake({ bus });
    const early = fake.parent.close?.();
    await early;
    await settled();
    expect([bus.subscriptions, bus.open]).toEqual([1, 0]);
    const another = createFake({ bus });
    await settled();
    expect(bus.open).toBe(1);
    await another.parent.close?.();
    expect(bus.open).toBe(0);
    expect(await another.checkAnswered(true)).toBe("lives");
    expect(await another.checkAnswered(true)).toBe("lives");
  });
});

describe("with a real server", () => {
  it.each(["secret", "key"])(
    "OWN-21 R7009-06: a client by %s hears of every end at once, over the bus",
    async (way) => {
      const bus = memoryBus();
      const world = await createEndpointWorld({}, { bus });
      const { id, secret, privateKey } = world.ordersApi;
      const errors: unknown[] = [];
      const parent = introspectParent({
        endpoint: `${ISSUER}/introspect`,
        client: way === "secret" ? { id, secret } : { id, privateKey },
        ...{ bus, clock: world.clock, ttl: { minutes: 10 } },
        fetch: (url, init) => world.handler(new Request(url, init)),
        onError: (error) => errors.push(error),
      });
      await settled();
      const changes: readonly ((tokenId: string, owner: string) => Promise<unknown>)[] = [
        (tokenId) => world.tokens.revoke({ tokenId, actor: SYSTEM }),
        (tokenId) => world.tokens.regenerate({ tokenId, actor: SYSTEM }),
        (tokenId) => world.tokens.update({ tokenId, actor: SYSTEM, access: { orders: "none" } }),
        (_tokenId, owner) => world.tokens.revokeAll({ owner, actor: SYSTEM }),
        (_tokenId, owner) => {
          world.directory.change(owner, { active: false });
          return world.tokens.ownerChanged(owner);
        },
        (_tokenId, owner) => world.tokens.deprovision({ owner, actor: SYSTEM }),
      ];
      for (const [index, change] of changes.entries()) {
        const owner = index === changes.length - 1 ? BOB : ADA;
        const issued = await world.issue({
          ...{ kind: "application", name: `${index}`, owner, access: { orders: "full" } },
        });
        const token = await world.exchange(issued);
        const claims = decodeJwt(token) as unknown as AccessTokenClaims;
        const check = async (): Promise<ParentState> =>
          parent.check(claims, token, world.clock.now());
        expect([index, await check(), await check()]).toEqual([index, "lives", "lives"]);
        world.clock.pass({ seconds: 1 });
        await change(issued.token.id, owner);
        expect([index, await check()]).toEqual([index, "ended"]);
      }
      expect(errors).toEqual([]);
      await parent.close?.();
    },
  );
});

describe("options", () => {
  const key = { kty: "EC", crv: "P-256", x: "a", y: "b", d: "very-secret" };
  it.each([
    ["options", null],
    ["options", { endpoint: ENDPOINT, client: CLIENT, cache: 1 }],
    ["options.endpoint", { endpoint: "http://login.example.com", client: CLIENT }],
    ["options.client", { endpoint: ENDPOINT }],
    ["options.client", { endpoint: ENDPOINT, client: { ...CLIENT, audience: "x" } }],
    ["options.client", { endpoint: ENDPOINT, client: { ...CLIENT, privateKey: key } }],
    ["options.client.id", { endpoint: ENDPOINT, client: { ...CLIENT, id: "" } }],
    ["options.client.secret", { endpoint: ENDPOINT, client: { id: "x" } }],
    ["options.client.privateKey", { endpoint: ENDPOINT, client: { id: "x", privateKey: key } }],
    ["options.client.privateKey", { endpoint: ENDPOINT, client: { id: "x", privateKey: "x" } }],
    [
      "options.client.audience",
      { endpoint: ENDPOINT, client: { id: "x", privateKey: key, audience: 1 } },
    ],
    ["options.ttl", { endpoint: ENDPOINT, client: CLIENT, ttl: { months: 1 } }],
    ["options.bus.subscribe", { endpoint: ENDPOINT, client: CLIENT, bus: { publish() {} } }],
    ["options.max", { endpoint: ENDPOINT, client: CLIENT, max: 0 }],
    ["options.timeoutMs", { endpoint: ENDPOINT, client: CLIENT, timeoutMs: 60_001 }],
    ["options.fetch", { endpoint: ENDPOINT, client: CLIENT, fetch: "x" }],
    ["options.onError", { endpoint: ENDPOINT, client: CLIENT, onError: {} }],
    ["options.clock.now", { endpoint: ENDPOINT, client: CLIENT, clock: {} }],
  ])("names %s where it is wrong, and no secret", (path, options) => {
    const make = (): unknown => introspectParent(options as IntrospectParentOptions);
    expect(make).toThrow(path);
    expect(make).not.toThrow(/very-secret|acme_svc_1/);
  });
});
