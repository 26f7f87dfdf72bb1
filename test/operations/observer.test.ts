import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type BudgetStore,
  createTokenry,
  type Duration,
  memoryRepository,
  type Observer,
  SYSTEM,
  singleFixed,
  type VerifyObservation,
} from "../../src/index.ts";
import { ACCOUNT, ADA, MANAGER } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, KINDS, outcomeOf } from "../support/world.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** An observer that keeps what it is told, by method. */
function recordingObserver() {
  const told = {
    verified: [] as VerifyObservation[],
    performed: [] as Parameters<NonNullable<Observer["performed"]>>[0][],
    flushed: [] as Parameters<NonNullable<Observer["flushed"]>>[0][],
    lookedUp: [] as boolean[],
    failed: [] as string[],
  };
  const observer: Observer = {
    verified: (observation) => void told.verified.push(observation),
    performed: (observation) => void told.performed.push(observation),
    flushed: (observation) => void told.flushed.push(observation),
    lookedUp: ({ hit }) => void told.lookedUp.push(hit),
    failed: ({ where }) => void told.failed.push(where),
  };
  return { observer, told };
}

const downBudgets = (onOutage: "deny" | "local"): BudgetStore => ({
  onOutage,
  take() {
    throw new Error("out of reach");
  },
});

describe("verified", () => {
  test("an acceptance has kind, budget, whose it is, and ids", async () => {
    const { observer, told } = recordingObserver();
    const world = createWorld({ observer });
    const { secret, token } = await world.issue();
    const verdict = await world.verify(secret);
    expect(told.verified).toEqual([
      {
        api: "orders",
        method: "GET",
        code: "accepted",
        kind: "service",
        durationMs: expect.any(Number),
        budget: verdict.ok && verdict.budget,
        budgetOf: "token",
        tokenId: token.id,
        owner: ADA,
        account: ACCOUNT,
      },
    ]);
    expect(told.verified[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  test("ASVS 16.3.1, ASVS 16.3.2, ASVS 16.3.3: each refusal has its code, and the kind once the text has the shape of a secret", async () => {
    const { observer, told } = recordingObserver();
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ observer, repository: watched.repository });
    const { secret, token } = await world.issue({ network: { include: ["203.0.113.0/24"] } });
    const gone = await world.issue();
    await world.tokens.revoke({ tokenId: gone.token.id, actor: SYSTEM });
    await world.verify("");
    await world.verify("acme_svc_short");
    await world.verify(gone.secret);
    await world.verify(secret, { address: "198.51.100.1" });
    const from = { address: "203.0.113.1" };
    await world.verify(secret, { ...from, api: "no such" });
    await world.verify(secret, { ...from, cost: 10_000 });
    watched.failing.add("findByHash");
    await world.verify(secret, from);
    const seen = told.verified.map(({ code, kind, tokenId }) => [code, kind, tokenId]);
    expect(seen).toEqual([
      ["missing_token", undefined, undefined],
      ["malformed_token", undefined, undefined],
      ["unknown_token", "service", undefined],
      ["network_denied", "service", token.id],
      ["access_denied", "service", token.id],
      ["budget_exceeded", "service", token.id],
      ["unavailable", "service", undefined],
    ]);
    expect(told.verified[5]).toMatchObject({ budget: { limit: 300 }, budgetOf: "token" });
  });

  test("names that no one configured are one name", async () => {
    const { observer, told } = recordingObserver();
    const world = createWorld({
      observer,
      apis: { orders: { limit: 9, window: { minutes: 1 }, methods: ["GET", "PURGE"] } },
    });
    for (const [api, method] of [
      ["orders", "PURGE"],
      ["__proto__", "get"],
      ["made up", "TRACE"],
      ["orders ", "BREW"],
    ] as const)
      await world.verify("no secret", { api, method });
    expect(told.verified.map(({ api, method }) => [api, method])).toEqual([
      ["orders", "PURGE"],
      ["unknown", "_OTHER"],
      ["unknown", "TRACE"],
      ["unknown", "_OTHER"],
    ]);
  });

  test("it is told before verify returns where every port answers at once", async () => {
    const { observer, told } = recordingObserver();
    const world = createWorld({ observer });
    const { secret } = await world.issue();
    const verdict = world.verify(secret);
    expect(told.verified.map(({ code }) => code)).toEqual(["accepted"]);
    await verdict;
  });

  test("where a port takes its time, it is told once, with that time, before the caller goes on", async () => {
    const { observer, told } = recordingObserver();
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const owner = { id: ADA, account: ACCOUNT, active: true };
    const world = createWorld({
      observer,
      cache: { owner: false },
      directory: { find: () => asked.then(() => owner) },
    });
    const issued = world.issue();
    answer();
    const { secret } = await issued;
    // Its begin, the note of the use, its end.
    const now = vi.spyOn(performance, "now");
    for (const time of [1000, 1003, 1007]) now.mockReturnValueOnce(time);
    const verdict = world.tokens.verify(secret, { api: "orders", method: "GET" });
    expect(told.verified).toEqual([]);
    expect(await verdict).toMatchObject({ ok: true });
    expect(told.verified).toMatchObject([{ code: "accepted", durationMs: 7 }]);
    expect(now).toHaveBeenCalledTimes(3);
  });

  test("a wrong request throws what it throws unobserved, and is no verdict", async () => {
    const { observer, told } = recordingObserver();
    const [observed, bare] = [createWorld({ observer }), createWorld()];
    for (const request of [
      undefined,
      { api: 1, method: "GET" },
      new Proxy({}, { get: () => JSON.parse("") }),
    ]) {
      const failures = [observed, bare].map(({ tokens }) =>
        tokens.verify("x", request as never).catch((error: unknown) => String(error)),
      );
      const [seen, meant] = await Promise.all(failures);
      expect(seen).toMatch(/^TypeError: request/);
      expect(seen).toEqual(meant);
    }
    expect(told.verified).toEqual([]);
  });
});

describe("performed", () => {
  test("every operation and job tells how it ended", async () => {
    const { observer, told } = recordingObserver();
    const { tokens, notifier } = createWorld({ observer });
    const own = { owner: ADA, actor: SYSTEM } as const;
    const { secret, token } = await tokens.issue({ kind: "service", name: "laptop", ...own });
    const app = await tokens.issue({ kind: "application", name: "app", ...own });
    await tokens.issue({ kind: "web", name: "web", ...own });
    await tokens.regenerate({ tokenId: app.token.id, actor: SYSTEM });
    await tokens.rotate({ kind: "web", ...own });
    await tokens.cancelRotation({ kind: "web", ...own });
    await tokens.rotate({ kind: "web", ...own });
    await tokens.resendRotation({ kind: "web", ...own });
    await tokens.jobs.deliver();
    const code = notifier.notices.find((notice) => notice.code !== undefined)?.code ?? "";
    await tokens.confirmRotation({ code });
    await tokens.update({ tokenId: token.id, actor: SYSTEM, name: "desk" });
    await tokens.get({ tokenId: token.id, actor: SYSTEM });
    await tokens.list(own);
    await tokens.events({ account: ACCOUNT, actor: SYSTEM });
    await tokens.exportEvents({ account: ACCOUNT, actor: SYSTEM });
    await tokens.notices.parked({ actor: SYSTEM });
    await tokens.notices.retry({ actor: SYSTEM });
    const zone = { account: ACCOUNT, name: "office", actor: MANAGER };
    await tokens.zones.put({ ...zone, ranges: ["203.0.113.0/24"] });
    await tokens.zones.list({ account: ACCOUNT, actor: MANAGER });
    await tokens.zones.remove(zone);
    await tokens.revokeCurrent(secret);
    await tokens.reportLeak(secret, { source: "scanner" });
    await tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    await tokens.revokeAll({ kind: "web", ...own });
    await tokens.deprovision(own);
    await tokens.jobs.sweep();
    await tokens.jobs.remind();
    await tokens.jobs.prune();
    expect(told.performed.map(({ operation, code }) => [operation, code])).toEqual(
      [
        ...["issue", "issue", "issue", "regenerate", "rotate", "cancelRotation", "rotate"],
        ...["resendRotation", "jobs.deliver", "confirmRotation", "update", "get", "list", "events"],
        ...["exportEvents", "notices.parked", "notices.retry", "zones.put", "zones.list"],
        ...["zones.remove", "revokeCurrent", "reportLeak", "revoke", "revokeAll", "deprovision"],
        ...["jobs.sweep", "jobs.remind", "jobs.prune"],
      ].map((operation) => [operation, "done"]),
    );
    const counted = told.performed.flatMap(({ operation, counts }) =>
      counts ? [{ operation, ...counts }] : [],
    );
    expect(counted).toEqual([
      { operation: "jobs.deliver", delivered: 8, retried: 0, parked: 0 },
      { operation: "revokeCurrent", revoked: 1 },
      { operation: "revokeAll", revoked: 2 },
      { operation: "deprovision", revoked: 1 },
      { operation: "jobs.sweep", removed: 0 },
      { operation: "jobs.remind", reminded: 0 },
      { operation: "jobs.prune", pruned: 0 },
    ]);
    expect(told.performed.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  test("a failure has its code, and reaches the caller as it is", async () => {
    const { observer, told } = recordingObserver();
    const watched = watchedRepository(memoryRepository());
    const { tokens } = createWorld({ observer, repository: watched.repository });
    const get = { tokenId: "none", actor: ADA };
    expect(await outcomeOf(tokens.get(get))).toBe("not_found");
    await expect(tokens.get({ tokenId: 7, actor: ADA } as never)).rejects.toThrow(
      new TypeError("tokenId must be a string"),
    );
    watched.failing.add("findById");
    expect(await outcomeOf(tokens.get(get))).toBe("unavailable");
    expect(told.performed.map(({ code, counts }) => [code, counts])).toEqual([
      ["not_found", undefined],
      ["misuse", undefined],
      ["unavailable", undefined],
    ]);
  });

  test("the jobs of start are told of too, and what they fail at", async () => {
    vi.useFakeTimers();
    const { observer, told } = recordingObserver();
    const watched = watchedRepository(memoryRepository());
    watched.failing.add("expiredBefore");
    const { tokens } = createWorld({
      ...{ observer, repository: watched.repository, keepEvents: { days: 30 } },
    });
    tokens.start({ every: { seconds: 1 } });
    await vi.advanceTimersByTimeAsync(1000);
    await tokens.close();
    // Deliveries have a schedule of their own.
    expect(told.performed.map(({ operation, code }) => `${operation} ${code}`).sort()).toEqual([
      "jobs.deliver done",
      "jobs.prune done",
      "jobs.remind done",
      "jobs.sweep unavailable",
    ]);
    expect(told.failed).toEqual(["jobs"]);
  });
});

describe("flushed", () => {
  test("a batch tells its size and how long the oldest use has waited, through an outage too", async () => {
    vi.useFakeTimers();
    const { observer, told } = recordingObserver();
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ observer, repository: watched.repository });
    const [one, two] = [await world.issue(), await world.issue()];
    watched.failing.add("touch");
    await world.verify(one.secret);
    await vi.advanceTimersByTimeAsync(600);
    await world.verify(two.secret);
    await vi.advanceTimersByTimeAsync(400);
    expect(told.flushed).toEqual([{ uses: 2, lagMs: 1000, ok: false }]);
    watched.failing.clear();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told.flushed.slice(1)).toEqual([{ uses: 2, lagMs: 2000, ok: true }]);
    expect(told.failed).toEqual(["uses"]);
    world.clock.pass({ minutes: 2 });
    await world.verify(one.secret);
    await world.tokens.close();
    expect(told.flushed.slice(2)).toEqual([{ uses: 1, lagMs: 0, ok: true }]);
  });

  test("what is noted while a batch is on its way waits from then on", async () => {
    vi.useFakeTimers();
    const { observer, told } = recordingObserver();
    const repository = memoryRepository();
    const slow = {
      ...repository,
      touch: async (uses: Parameters<typeof repository.touch>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await repository.touch(uses);
      },
    };
    const world = createWorld({ observer, repository: slow });
    const [one, two] = [await world.issue(), await world.issue()];
    await world.verify(one.secret);
    await vi.advanceTimersByTimeAsync(1200);
    await world.verify(two.secret);
    await vi.advanceTimersByTimeAsync(3000);
    expect(told.flushed).toEqual([
      { uses: 1, lagMs: 1500, ok: true },
      { uses: 1, lagMs: 1500, ok: true },
    ]);
  });
});

describe("lookedUp", () => {
  const ttl: Duration = { seconds: 5 };

  test("what is in memory is a hit, also that there is nothing; what is loaded is a miss", async () => {
    const { observer, told } = recordingObserver();
    const world = createWorld({ observer, cache: { ttl } });
    const { secret, token } = await world.issue();
    await Promise.all([world.verify(secret), world.verify(secret)]);
    await world.verify(secret);
    world.clock.pass(ttl);
    await world.verify(secret);
    expect(told.lookedUp).toEqual([false, false, true, false]);
    await world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    await world.verify(secret);
    await world.verify(secret);
    expect(told.lookedUp.slice(4)).toEqual([false, true]);
  });

  test("without a cache there is nothing to tell", async () => {
    const { observer, told } = recordingObserver();
    const world = createWorld({ observer });
    await world.verify((await world.issue()).secret);
    expect(told.lookedUp).toEqual([]);
  });
});

describe("failed", () => {
  test("each error that onError is told of has its place", async () => {
    const { observer, told } = recordingObserver();
    const watched = watchedRepository(memoryRepository());
    const bus = {
      publish: () => Promise.reject(new Error("cut")),
      subscribe: async () => () => {},
    };
    const budgets = downBudgets("local");
    const world = createWorld({ observer, bus, budgets, repository: watched.repository });
    const { secret } = await world.issue({ network: { include: ["203.0.113.0/24"] } });
    await world.tokens.ownerChanged(ADA);
    await world.verify(secret, { address: "203.0.113.1" });
    world.notifier.failure = new Error("no mail");
    await world.tokens.jobs.deliver();
    for (const method of ["findByHash", "commit", "touch"] as const) watched.failing.add(method);
    await world.verify(secret, { address: "203.0.113.1" });
    watched.failing.delete("findByHash");
    await world.verify(secret);
    await world.tokens.close();
    expect(new Set(told.failed)).toEqual(
      new Set(["bus", "budgets", "notifier", "verify", "background", "uses"]),
    );
    expect(told.failed).toHaveLength(world.errors.length);
  });
});

describe("an observer that is out of order", () => {
  const fault = new Error("the observer is broken");
  const shout = (): never => {
    throw fault;
  };
  const broken: Observer = {
    ...{ verified: shout, performed: shout, flushed: shout, lookedUp: shout, failed: shout },
  };
  // A cast, as the types let an async method pass where the linter does not.
  const late = (() => Promise.reject(fault)) as () => unknown as () => void;
  const brokenLater: Observer = {
    ...{ verified: late, performed: late, flushed: late, lookedUp: late, failed: late },
  };

  /** What a caller sees of a life with an outage in it. */
  async function life(observer: Observer | undefined) {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({
      ...(observer && { observer }),
      repository: watched.repository,
      cache: { ttl: { seconds: 5 } },
    });
    const { secret } = await world.issue();
    const outcomes = [await world.codeOf(secret), await world.codeOf("no secret")];
    watched.failing.add("findByHash").add("touch");
    world.clock.pass({ minutes: 5 });
    outcomes.push(await world.codeOf(secret));
    outcomes.push(await outcomeOf(world.tokens.get({ tokenId: "none", actor: ADA })));
    watched.failing.clear();
    outcomes.push(await world.codeOf(secret), JSON.stringify(await world.tokens.jobs.sweep()));
    await world.tokens.close();
    return { outcomes, errors: world.errors.map(({ cause }) => cause) };
  }

  test.each([
    ["throws", broken],
    ["rejects", brokenLater],
  ])("that %s changes nothing, and onError is told", async (_how, observer) => {
    const bare = await life(undefined);
    const seen = await life(observer);
    expect(seen.outcomes).toEqual(bare.outcomes);
    expect(seen.errors).toContain(fault);
    expect(seen.errors.filter((error) => error !== fault)).toEqual(bare.errors);
  });

  test.each([
    [{ observer: null }, "observer must be an object"],
    [{ observer: { verified: true } }, "observer.verified must be a function"],
    [{ observer: { refused: {} } }, "observer.refused must be a function"],
  ])("%j is refused by its path", (options, message) => {
    const least = {
      kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
      apis: { orders: { limit: 600, window: { minutes: 1 } } },
      directory: { find: () => undefined },
    };
    expect(() => createTokenry({ ...least, ...(options as object) })).toThrow(
      new TypeError(message),
    );
  });

  test("its methods keep their object", async () => {
    class Counter implements Observer {
      readonly codes: string[] = [];
      verified({ code }: VerifyObservation): void {
        this.codes.push(code);
      }
    }
    const observer = new Counter();
    await createWorld({ observer }).verify("");
    expect(observer.codes).toEqual(["missing_token"]);
  });
});

describe("unobserved", () => {
  test.each([
    ["no observer", undefined],
    ["an observer of nothing", {}],
    ["an observer of refusals and failures", { refused: () => {}, failed: () => {} }],
  ])("with %s, no time is taken", async (_who, observer) => {
    const now = vi.spyOn(performance, "now");
    const world = createWorld({
      ...(observer && { observer }),
      cache: { ttl: { seconds: 5 } },
      kinds: KINDS,
    });
    const { secret } = await world.issue();
    await world.verify(secret);
    await world.verify("no secret");
    await world.tokens.jobs.sweep();
    await world.tokens.revokeCurrent(secret);
    expect(now).not.toHaveBeenCalled();
    await world.tokens.close();
  });
});
