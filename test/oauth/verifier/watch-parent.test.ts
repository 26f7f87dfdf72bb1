import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SYSTEM, TokenryError } from "../../../src/index.ts";
import type { AccessTokenClaims } from "../../../src/oauth/claims.ts";
import type { ParentCheck, ParentState } from "../../../src/oauth/verifier/parent.ts";
import { type WatchParentOptions, watchParent } from "../../../src/oauth/verifier/watch-parent.ts";
import { memoryBus } from "../../../src/storage/memory/bus.ts";
import { type MovableClock, movableClock, START } from "../../support/clock.ts";
import { ADA, BOB } from "../../support/directory.ts";
import { createEndpointWorld, type EndpointWorld } from "../endpoint-world.ts";
import {
  type BreakableBus,
  breakableBus,
  sampleClaims,
  settled,
  type TimeLimits,
  timeLimits,
} from "./parent-samples.ts";

let limits: TimeLimits;
beforeEach(() => {
  limits = timeLimits();
  vi.spyOn(AbortSignal, "timeout").mockImplementation(limits.timeout);
});
afterEach(() => void vi.restoreAllMocks());

interface Fake {
  readonly parent: ParentCheck;
  readonly clock: MovableClock;
  readonly bus: BreakableBus;
  readonly errors: TokenryError[];
  /** The state of an access token that was issued `issuedMs` after the start. */
  check(issuedMs: number, changes?: Partial<AccessTokenClaims>): Promise<ParentState>;
}

/** One that listens since a minute before the clock's start. */
async function createFake(
  options: Partial<WatchParentOptions> = {},
  bus: BreakableBus = breakableBus(),
): Promise<Fake> {
  const clock = movableClock();
  clock.set(START - 60_000);
  const errors: TokenryError[] = [];
  const parent = watchParent({ bus, clock, onError: (error) => errors.push(error), ...options });
  await settled();
  clock.set(START);
  const check: Fake["check"] = async (issuedMs, changes) => {
    const iat = (START + issuedMs) / 1000;
    const claims = sampleClaims({ iat, exp: iat + 900, ...changes });
    return parent.check(claims, "a.b.c", clock.now());
  };
  return { parent, clock, bus, errors, check };
}

describe("changes", () => {
  it.each(["token:tok_1", "*"])(
    "OWN-21: at a time that a clock out of order does not tell, %s has ended all there is",
    async (key) => {
      const { check, clock, bus } = await createFake();
      expect(await check(900_000)).toBe("lives");
      clock.set(Number.NaN);
      await bus.tell(key);
      clock.set(START);
      expect(await check(900_000)).toBe("ended");
    },
  );

  it.each(["token:tok_1", "owner:ada", "owned:ada", "*"])(
    "OWN-21: what was issued before %s has ended, what is issued after it lives",
    async (key) => {
      const { check, clock, bus } = await createFake();
      expect(await check(0)).toBe("lives");
      clock.pass({ seconds: 10 });
      await bus.tell("zones:acme", "token:tok_2", "owner:bob", "owned:bob", "watch:1", "tok_1");
      expect(await check(0)).toBe("lives");
      await bus.tell("x", key);
      expect(await check(0)).toBe("ended");
      // Within the leeway nobody knows which was first.
      expect([await check(10_000), await check(11_000), await check(12_000)]).toEqual([
        ...["ended", "ended", "lives"],
      ]);
      clock.pass({ minutes: 5 });
      expect([await check(0), await check(12_000)]).toEqual(["ended", "lives"]);
    },
  );

  it("counts the leeway that it is told", async () => {
    const { check, clock, bus } = await createFake({ leeway: { seconds: 5 } });
    clock.pass({ seconds: 10 });
    await bus.tell("token:tok_1");
    expect([await check(15_000), await check(16_000)]).toEqual(["ended", "lives"]);
  });

  it("remembers the last of several changes", async () => {
    const { check, clock, bus } = await createFake();
    await bus.tell("token:tok_1");
    clock.pass({ seconds: 20 });
    await bus.tell("token:tok_1");
    expect([await check(10_000), await check(22_000)]).toEqual(["ended", "lives"]);
  });

  it("asks nobody, and answers at once, while the bus is known to work", async () => {
    const { parent, clock, bus } = await createFake();
    clock.set(START - 60_000 + 4999);
    const claims = sampleClaims({ iat: START / 1000 - 55 });
    expect(parent.check(claims, "a.b.c", clock.now())).toBe("lives");
    expect(bus.published).toHaveLength(1);
  });
});

describe("what was not heard", () => {
  it("OWN-21: what was issued before it began to listen has ended", async () => {
    const { check } = await createFake();
    expect([await check(-61_000), await check(-60_000), await check(-59_000)]).toEqual([
      ...["ended", "ended", "ended"],
    ]);
    expect(await check(-58_000)).toBe("lives");
  });

  it("a token that lives longer than changes are remembered is unknown", async () => {
    const { check, clock, bus } = await createFake({ longestLifetime: { minutes: 10 } });
    const iat = START / 1000;
    expect(await check(0, { exp: iat + 600 })).toBe("lives");
    expect(await check(0, { exp: iat + 601 })).toBe("unknown");
    await bus.tell("token:tok_1");
    // Remembered to the last moment at which it is asked for, and then there is nothing to ask for.
    clock.pass({ minutes: 10 });
    await bus.tell("token:tok_2");
    expect(await check(0, { exp: iat + 600 })).toBe("ended");
    clock.pass({ seconds: 1 });
    expect(await check(0, { exp: iat + 600 })).toBe("unknown");
  });

  it("what is older than a day counts no more among them", async () => {
    const { check, clock, bus } = await createFake();
    const keys = Array.from({ length: 1_200_000 }, (_, index) => `token:${index}`);
    await bus.publish(keys.slice(0, 600_000));
    clock.pass({ days: 1, seconds: 2 });
    await bus.publish(keys.slice(600_000));
    expect(await check(86_400_000)).toBe("lives");
  });

  it("remembers changes for a day, and no longer", async () => {
    const { check, clock, bus } = await createFake();
    const day = { exp: START / 1000 + 86_400 };
    await bus.tell("token:tok_1");
    clock.pass({ days: 1 });
    await bus.tell("token:tok_2");
    expect(await check(0, day)).toBe("ended");
    clock.pass({ seconds: 2 });
    await bus.tell("token:tok_2");
    // Of an issuer's clock that is far behind ours: the change is forgotten.
    expect(await check(2000, { exp: START / 1000 + 86_402 })).toBe("lives");
  });

  it("takes too many changes for one of everything", async () => {
    const { check, clock, bus } = await createFake();
    clock.pass({ seconds: 10 });
    const keys = Array.from({ length: 1_000_001 }, (_, index) => `token:${index}`);
    await bus.publish(keys.slice(0, 1_000_000));
    expect(await check(0)).toBe("lives");
    await bus.publish(keys.slice(1_000_000));
    expect([await check(0), await check(12_000)]).toEqual(["ended", "lives"]);
  });
});

describe("the bus", () => {
  it("is tried every heartbeat, by all who ask at once", async () => {
    const { check, clock, bus } = await createFake();
    await Promise.all([check(0), check(0), check(0)]);
    expect(bus.published).toHaveLength(2);
    clock.set(START + 4999);
    await check(0);
    expect(bus.published).toHaveLength(2);
    clock.set(START + 5000);
    await check(0);
    expect(bus.published).toHaveLength(3);
    expect(new Set(bus.published.flat()).size).toBe(3);
    expect(bus.subscriptions).toBe(1);
  });

  it("is not proved by a message that was held up since an earlier try", async () => {
    const { check, clock, bus } = await createFake();
    bus.state = "deaf";
    const early = check(0);
    await settled();
    limits.pass();
    expect(await early).toBe("unknown");
    clock.pass({ seconds: 10 });
    const late = check(0);
    await settled();
    await bus.tell(bus.published.at(-2)?.[0] ?? "");
    await settled();
    limits.pass();
    expect(await late).toBe("unknown");
  });

  it("OWN-21: unknown, within the heartbeat, when it was lost without a word", async () => {
    const { check, clock, bus, errors } = await createFake({ heartbeat: { seconds: 2 } });
    expect(await check(0)).toBe("lives");
    bus.state = "deaf";
    clock.set(START + 1999);
    expect(await check(0)).toBe("lives");
    clock.set(START + 2000);
    const states = Promise.all([check(0), check(0)]);
    await settled();
    limits.pass();
    expect(await states).toEqual(["unknown", "unknown"]);
    expect(errors).toHaveLength(1);
    expect(limits.asked.every((limitMs) => limitMs === 1000)).toBe(true);
    bus.state = "up";
    // What connects again says that anything may have changed.
    await bus.tell("*");
    expect([await check(0), await check(4000)]).toEqual(["ended", "lives"]);
  });

  it("OWN-21: is tried at once when it says that it is lost", async () => {
    const { check, clock, bus, errors } = await createFake();
    expect(await check(0)).toBe("lives");
    clock.pass({ seconds: 1 });
    bus.state = "down";
    await bus.tell("*");
    expect(await check(3000)).toBe("unknown");
    expect(errors[0]).toBeInstanceOf(TokenryError);
    bus.state = "up";
    expect([await check(0), await check(3000)]).toEqual(["ended", "lives"]);
  });

  it("is tried anew when the clock was set back", async () => {
    const { check, clock, bus } = await createFake();
    await check(0);
    const tries = bus.published.length;
    clock.set(START - 1);
    await check(0);
    expect(bus.published).toHaveLength(tries + 1);
  });

  it("unknown until it can be subscribed to; what was issued before has ended", async () => {
    const bus = breakableBus();
    bus.state = "down";
    const { check, clock, errors } = await createFake({}, bus);
    expect([await check(0), await check(0)]).toEqual(["unknown", "unknown"]);
    expect([bus.subscriptions, errors.length]).toEqual([3, 3]);
    clock.pass({ seconds: 30 });
    bus.state = "up";
    expect([await check(0), await check(31_000), await check(32_000)]).toEqual([
      ...["ended", "ended", "lives"],
    ]);
    expect([bus.subscriptions, bus.open]).toEqual([4, 1]);
  });

  it("unknown while a subscription is not answered, and used when it is", async () => {
    const inner = memoryBus();
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const bus = {
      publish: inner.publish,
      subscribe: async (handler: Parameters<typeof inner.subscribe>[0]) => {
        await opened;
        return inner.subscribe(handler);
      },
    };
    const { check, clock } = await createFake({ bus });
    const early = check(0);
    await settled();
    limits.pass();
    expect(await early).toBe("unknown");
    clock.pass({ seconds: 10 });
    open();
    await settled();
    expect([await check(0), await check(12_000)]).toEqual(["ended", "lives"]);
  });

  it("unknown after its end, with no subscription left, and no outage", async () => {
    const { parent, check, bus, errors } = await createFake();
    expect(await check(0)).toBe("lives");
    await parent.close?.();
    expect(bus.open).toBe(0);
    expect(await check(0)).toBe("unknown");
    expect([bus.open, errors.length]).toEqual([0, 0]);
  });
});

describe("with a real server", () => {
  type Change = (world: EndpointWorld, tokenId: string, owner: string) => Promise<unknown>;

  it.each([
    ["revoke", (world, tokenId) => world.tokens.revoke({ tokenId, actor: SYSTEM })],
    ["regenerate", (world, tokenId) => world.tokens.regenerate({ tokenId, actor: SYSTEM })],
    ["update", (world, tokenId) => world.tokens.update({ tokenId, actor: SYSTEM, name: "new" })],
    ["revokeAll", (world, _tokenId, owner) => world.tokens.revokeAll({ owner, actor: SYSTEM })],
    ["ownerChanged", (world, _tokenId, owner) => world.tokens.ownerChanged(owner)],
    ["deprovision", (world, _tokenId, owner) => world.tokens.deprovision({ owner, actor: SYSTEM })],
  ] satisfies readonly [string, Change][])(
    "OWN-21 R7009-06 CORE-39: %s ends the access tokens of whom it concerns, and of nobody else",
    async (_name, change: Change) => {
      const bus = memoryBus();
      const world = await createEndpointWorld({}, { bus });
      const parent = watchParent({ bus, clock: world.clock });
      await settled();
      world.clock.pass({ seconds: 10 });
      const checkOf = async (owner: string): Promise<[string, () => Promise<ParentState>]> => {
        const issued = await world.issue({
          ...{ kind: "application", owner, access: { orders: "full" } },
        });
        const claims = decodeJwt(await world.exchange(issued)) as unknown as AccessTokenClaims;
        return [issued.token.id, async () => parent.check(claims, "", world.clock.now())];
      };
      const [[tokenId, ofAda], [, ofBob]] = [await checkOf(ADA), await checkOf(BOB)];
      world.clock.pass({ seconds: 10 });
      expect([await ofAda(), await ofBob()]).toEqual(["lives", "lives"]);
      await change(world, tokenId, ADA);
      expect([await ofAda(), await ofBob()]).toEqual(["ended", "lives"]);
      await parent.close?.();
    },
  );

  it("a use of the API token, and another exchange, end nothing", async () => {
    const bus = memoryBus();
    const world = await createEndpointWorld({}, { bus });
    const parent = watchParent({ bus, clock: world.clock });
    await settled();
    world.clock.pass({ seconds: 10 });
    const issued = await world.issue();
    const claims = decodeJwt(await world.exchange(issued)) as unknown as AccessTokenClaims;
    world.clock.pass({ minutes: 5 });
    await world.exchange(issued);
    await world.verify(issued.secret);
    await world.tokens.jobs.sweep();
    expect(await parent.check(claims, "", world.clock.now())).toBe("lives");
    await world.tokens.close();
    expect(await parent.check(claims, "", world.clock.now())).toBe("lives");
  });
});

describe("options", () => {
  const bus = memoryBus();
  it.each([
    ["options", null],
    ["options: there is no", { bus, ttl: { seconds: 1 } }],
    ["options.bus", {}],
    ["options.bus.publish", { bus: { subscribe() {} } }],
    ["options.leeway", { bus, leeway: { months: 1 } }],
    ["options.leeway", { bus, leeway: 1 }],
    ["options.longestLifetime", { bus, longestLifetime: { years: 1 } }],
    ["options.heartbeat", { bus, heartbeat: { seconds: -1 } }],
    ["options.timeoutMs", { bus, timeoutMs: 0 }],
    ["options.clock.now", { bus, clock: {} }],
    ["options.onError", { bus, onError: 1 }],
  ])("names %s where it is wrong", (path, options) => {
    expect(() => watchParent(options as WatchParentOptions)).toThrow(path);
  });
});
