import { describe, expect, test } from "vitest";
import {
  type FoundToken,
  type InvalidationBus,
  memoryBus,
  memoryRepository,
  type Repository,
  type Secret,
  SYSTEM,
  type TokenryOptions,
} from "../../src/index.ts";
import { DEFAULT_CHANNEL } from "../../src/model.ts";
import { cachedRepository } from "../../src/storage/cached.ts";
import { outcome } from "../../src/testing/repository/notices.ts";
import { sampleHash, sampleToken } from "../../src/testing/repository/samples.ts";
import { ACCOUNT, ADA, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

const TTL_MS = 5000;
const CACHED: Partial<TokenryOptions> = { cache: { ttl: { seconds: 5 } } };
const CALL = { api: "orders", method: "GET", address: "10.0.0.1" };

/** A cached node and another one over the same store, each with its own memory. */
function twoNodes(bus?: InvalidationBus, options: Partial<TokenryOptions> = {}) {
  const watched = watchedRepository(memoryRepository());
  const here = createWorld({
    ...{ ...CACHED, ...options, repository: watched.repository },
    ...(bus === undefined ? {} : { bus }),
  });
  const there = here.node();
  const codeThere = async (secret: Parameters<World["verify"]>[0]) => {
    const verdict = await there.verify(secret, CALL);
    return verdict.ok ? "ok" : verdict.code;
  };
  return { ...watched, here, there, codeThere };
}

/** A repository whose look-ups answer when they are told to. */
function heldRepository() {
  const repository = memoryRepository();
  const answers: (() => void)[] = [];
  const held: Repository = {
    ...repository,
    findByHash: (hashes) => {
      // The state as of now, whatever happens until it arrives.
      const found = repository.findByHash(hashes);
      return new Promise<FoundToken | undefined>((resolve) => {
        answers.push(() => resolve(found as FoundToken | undefined));
      });
    },
  };
  return { held, answers };
}

describe("a hit", () => {
  test("avoids the repository until the ttl is over, to the millisecond", async () => {
    const { here, calls } = twoNodes();
    const { secret } = await here.issue();
    await here.verify(secret);
    calls.length = 0;
    here.clock.set(here.clock.now() + TTL_MS - 1);
    expect(await here.codeOf(secret)).toBe("ok");
    expect(calls).toEqual([]);
    here.clock.set(here.clock.now() + 1);
    await here.verify(secret);
    expect(calls).toEqual(["findByHash"]);
  });

  test("R7662-07 checks the expiry again", async () => {
    const { here, calls } = twoNodes(undefined, { cache: { ttl: { days: 400 } } });
    const { secret, token } = await here.issue({ kind: "personal" });
    await here.verify(secret);
    calls.length = 0;
    here.clock.set((token.expiresAt?.getTime() ?? 0) - 1);
    expect(await here.codeOf(secret)).toBe("ok");
    here.clock.set(here.clock.now() + 1);
    expect(await here.codeOf(secret)).toBe("expired_token");
    expect(calls).toEqual([]);
  });

  test("follows the uses that were noted: a sliding token lives on", async () => {
    const { here, calls } = twoNodes(undefined, { cache: { ttl: { days: 400 } } });
    const { secret, token } = await here.issue();
    for (let use = 0; use < 3; use++) {
      here.clock.pass({ days: 20 });
      expect(await here.codeOf(secret)).toBe("ok");
      await here.tokens.get({ tokenId: token.id, actor: SYSTEM });
    }
    const verdict = await here.verify(secret);
    expect(verdict.ok && verdict.token).toMatchObject({
      lastUsedAt: new Date(here.clock.now()),
      expiresAt: new Date(here.clock.now() + 30 * 86_400_000),
    });
    expect(calls.filter((method) => method === "findByHash")).toHaveLength(1);
    expect(calls.filter((method) => method === "touch")).toHaveLength(3);
  });

  test("is used up when the clock has stepped back: what is in doubt is read again", async () => {
    const { here, calls } = twoNodes();
    const { secret } = await here.issue();
    await here.verify(secret);
    calls.length = 0;
    here.clock.set(here.clock.now() - 1);
    await here.verify(secret);
    expect(calls).toEqual(["findByHash"]);
  });
});

describe.each(REPOSITORIES)("a change made here is seen at once, over $store", ({ open }) => {
  test.each<[string, (world: World, tokenId: string, secret: string) => Promise<unknown>, string]>([
    ["revoke", ({ tokens }, tokenId) => tokens.revoke({ tokenId, actor: SYSTEM }), "unknown_token"],
    ["revokeCurrent", ({ tokens }, _, secret) => tokens.revokeCurrent(secret), "unknown_token"],
    ["revokeAll", ({ tokens }) => tokens.revokeAll({ owner: ADA, actor: SYSTEM }), "unknown_token"],
    [
      "deprovision",
      ({ tokens }) => tokens.deprovision({ owner: ADA, actor: SYSTEM }),
      "unknown_token",
    ],
    [
      "regenerate",
      ({ tokens }, tokenId) => tokens.regenerate({ tokenId, actor: MANAGER }),
      "unknown_token",
    ],
    [
      "access",
      ({ tokens }, tokenId) => tokens.update({ tokenId, actor: MANAGER, access: "none" }),
      "access_denied",
    ],
    [
      "network",
      ({ tokens }, tokenId) =>
        tokens.update({ tokenId, actor: MANAGER, network: { exclude: ["10.0.0.1"] } }),
      "network_denied",
    ],
    [
      "zone",
      ({ tokens }) =>
        tokens.zones.put({
          account: ACCOUNT,
          name: "bad",
          ranges: ["10.0.0.1"],
          blocked: true,
          actor: MANAGER,
        }),
      "network_denied",
    ],
  ])("%s", async (_name, change, code) => {
    const world = createWorld({ ...CACHED, repository: await open() });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const address = "10.0.0.1";
    expect(await world.codeOf(secret, { address })).toBe("ok");
    await change(world, token.id, secret.reveal());
    expect(await world.codeOf(secret, { address })).toBe(code);
  });

  test("a rotation: the old backup is dead, the others work", async () => {
    const world = createWorld({ ...CACHED, repository: await open() });
    const first = await world.issue({ kind: "direct" });
    const rotate = async () => {
      const rotated = await world.tokens.rotate({ owner: ADA, kind: "direct", actor: ADA });
      if ("pending" in rotated) throw new Error("this kind needs no confirmation");
      return rotated;
    };
    const second = await rotate();
    for (const { secret } of [first, second]) expect(await world.codeOf(secret)).toBe("ok");
    const third = await rotate();
    const codes = [first, second, third].map(({ secret }) => world.codeOf(secret));
    expect(await Promise.all(codes)).toEqual(["unknown_token", "ok", "ok"]);
  });
});

describe("OWN-10 a change made on another node", () => {
  test("is seen at once by the bus", async () => {
    const { here, there, codeThere } = twoNodes(memoryBus());
    const { secret, token } = await here.issue();
    expect(await codeThere(secret)).toBe("ok");
    await here.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    expect(await codeThere(secret)).toBe("unknown_token");
    await there.close();
  });

  test("of a zone is seen at once by the bus, for the account's tokens", async () => {
    const { here, codeThere, calls } = twoNodes(memoryBus());
    const ada = await here.issue();
    const eve = await here.issue({ owner: "eve" });
    for (const { secret } of [ada, eve]) expect(await codeThere(secret)).toBe("ok");
    const zone = { account: ACCOUNT, name: "bad", ranges: ["10.0.0.1"], blocked: true };
    await here.tokens.zones.put({ ...zone, actor: SYSTEM });
    calls.length = 0;
    expect(await codeThere(ada.secret)).toBe("network_denied");
    expect(await codeThere(eve.secret)).toBe("ok");
    expect(calls.filter((method) => method === "findByHash")).toHaveLength(1);
  });

  test("of an owner is seen at once by the bus, and also a message that says everything", async () => {
    const bus = memoryBus();
    const { here, codeThere } = twoNodes(bus);
    const { secret, token } = await here.issue();
    await codeThere(secret);
    here.directory.change(ADA, { active: false });
    expect(await codeThere(secret)).toBe("ok");
    await here.tokens.ownerChanged(ADA);
    expect(await codeThere(secret)).toBe("owner_inactive");

    here.directory.change(ADA, { active: true });
    await here.repository.commit({ remove: [{ id: token.id }], events: [] });
    await bus.publish(["*"]);
    expect(await codeThere(secret)).toBe("unknown_token");
  });

  test("is seen within the ttl without a bus, and not a millisecond later", async () => {
    const { here, codeThere } = twoNodes();
    const { secret, token } = await here.issue();
    expect(await codeThere(secret)).toBe("ok");
    await here.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    here.clock.set(here.clock.now() + TTL_MS - 1);
    expect(await codeThere(secret)).toBe("ok");
    here.clock.set(here.clock.now() + 1);
    expect(await codeThere(secret)).toBe("unknown_token");
  });

  test("is seen at once without a cache", async () => {
    const { here } = twoNodes();
    const plain = here.node({ cache: {} });
    const { secret, token } = await here.issue();
    expect(await plain.verify(secret, CALL)).toMatchObject({ ok: true });
    await here.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    expect(await plain.verify(secret, CALL)).toMatchObject({ code: "unknown_token" });
  });

  test("does not stop revokeCurrent on a node that still knows the token", async () => {
    const { here, there, codeThere } = twoNodes();
    const { secret, token } = await here.issue();
    await codeThere(secret);
    await here.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    expect(await there.revokeCurrent(secret)).toEqual({ revoked: 0 });
    expect(await codeThere(secret)).toBe("unknown_token");
  });
});

describe("a secret that opens nothing", () => {
  test("is remembered for a second", async () => {
    const { here, calls } = twoNodes();
    const { secret } = await createWorld().issue();
    await here.verify(secret);
    here.clock.set(here.clock.now() + 999);
    expect(await here.codeOf(secret)).toBe("unknown_token");
    expect(calls).toEqual(["findByHash"]);
    here.clock.set(here.clock.now() + 1);
    expect(await here.codeOf(secret)).toBe("unknown_token");
    expect(calls).toEqual(["findByHash", "findByHash"]);
  });

  test("does not push out what is used", async () => {
    const { here, calls } = twoNodes(undefined, { cache: { ttl: { seconds: 5 }, max: 4 } });
    const { secret } = await here.issue();
    const foreign = createWorld();
    for (let call = 0; call < 6; call++) {
      await here.verify(secret);
      await here.verify((await foreign.issue()).secret);
    }
    // One read for the used one, and one for each of the six others.
    expect(calls.filter((method) => method === "findByHash")).toHaveLength(7);
  });
});

describe("how much is kept", () => {
  test("at most max tokens, those used last", async () => {
    const { here, calls } = twoNodes(undefined, { cache: { ttl: { seconds: 5 }, max: 2 } });
    const secrets: Secret[] = [];
    for (let count = 0; count < 6; count++) secrets.push((await here.issue()).secret);
    for (const secret of secrets) await here.verify(secret);
    calls.length = 0;
    await here.verify(secrets.at(-1));
    expect(calls).toEqual([]);
    for (const secret of secrets) await here.verify(secret);
    expect(calls.filter((method) => method === "findByHash").length).toBeGreaterThanOrEqual(4);
  });
});

describe("loads", () => {
  test("a stampede of calls is one load, and all get its answer", async () => {
    const watched = watchedRepository(memoryRepository());
    const { repository } = watched;
    const world = createWorld({
      ...CACHED,
      repository: { ...repository, findByHash: async (hashes) => repository.findByHash(hashes) },
    });
    const { secret } = await world.issue();
    watched.calls.length = 0;
    const codes = await Promise.all(Array.from({ length: 100 }, () => world.codeOf(secret)));
    expect(new Set(codes)).toEqual(new Set(["ok"]));
    expect(watched.calls.filter((method) => method === "findByHash")).toHaveLength(1);
  });

  test("one that fails is not kept, and fails those who waited for it", async () => {
    const { here, calls, failing } = twoNodes();
    const { secret } = await here.issue();
    failing.add("findByHash");
    const codes = await Promise.all([here.codeOf(secret), here.codeOf(secret)]);
    expect(codes).toEqual(["unavailable", "unavailable"]);
    failing.clear();
    calls.length = 0;
    expect(await here.codeOf(secret)).toBe("ok");
    expect(calls).toEqual(["findByHash"]);
  });

  test("one on its way during a revoke is not kept, and nobody joins it", async () => {
    const { held, answers } = heldRepository();
    const world = createWorld({ ...CACHED, repository: held });
    const { secret, token } = await world.issue();
    const early = world.codeOf(secret);
    await world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    const late = world.codeOf(secret);
    for (const answer of answers) answer();
    // The first began before the revocation; the second began after it.
    expect([await early, await late]).toEqual(["ok", "unknown_token"]);
    const after = world.codeOf(secret);
    answers.at(-1)?.();
    expect(await after).toBe("unknown_token");
  });

  test("one on its way when another node's message arrives is not kept", async () => {
    const bus = memoryBus();
    const { held, answers } = heldRepository();
    const world = createWorld({ ...CACHED, repository: held, bus });
    const { secret, token } = await world.issue();
    const early = world.codeOf(secret);
    await world.repository.commit({ remove: [{ id: token.id }], events: [] });
    await bus.publish([`token:${token.id}`]);
    answers[0]?.();
    expect(await early).toBe("ok");
    const late = world.codeOf(secret);
    await expect.poll(() => answers).toHaveLength(2);
    answers[1]?.();
    expect(await late).toBe("unknown_token");
  });
});

describe("the repository behind it", () => {
  test("is asked for everything else", async () => {
    const { repository, calls } = watchedRepository(memoryRepository());
    const cached = cachedRepository(repository, { ttlMs: 1000, max: 10, now: () => 0 });
    const token = sampleToken({ expiresAt: 5 });
    await cached.commit({ insert: [token], events: [] });
    await cached.touch([{ id: token.id, usedAt: 1, expiresAt: 7 }]);
    expect(await cached.findById(token.id)).toMatchObject({ lastUsedAt: 1, expiresAt: 7 });
    expect(await cached.listByOwner({ owner: token.owner, limit: 5 })).toHaveLength(1);
    expect(await cached.expiredBefore(7, 5)).toHaveLength(1);
    expect(await cached.expiringBetween(0, 7, 5)).toHaveLength(1);
    expect(await cached.zones(ACCOUNT)).toMatchObject({ revision: 0 });
    expect(await cached.events({ account: ACCOUNT, limit: 5 })).toEqual([]);
    const claim = { channels: [DEFAULT_CHANNEL], limit: 5, leaseMs: 1000, now: 0 };
    expect(await cached.claimNotices(claim)).toEqual([]);
    expect(await cached.settleNotices([outcome(sampleHash(), "delivered")])).toEqual([false]);
    expect(await cached.parkedNotices({ limit: 5 })).toEqual([]);
    expect(await cached.retryNotices({})).toBe(0);
    expect(await cached.pruneEvents(0, 5)).toBe(0);
    expect(calls).toEqual([
      ...["commit", "touch", "findById", "listByOwner", "expiredBefore", "expiringBetween"],
      ...["zones", "events", "claimNotices", "settleNotices"],
      ...["parkedNotices", "retryNotices", "pruneEvents"],
    ]);
  });

  test("is not asked without a hash", async () => {
    const { repository, calls } = watchedRepository(memoryRepository());
    const cached = cachedRepository(repository, { ttlMs: 1000, max: 10, now: () => 0 });
    expect(await cached.findByHash([])).toBeUndefined();
    expect(calls).toEqual([]);
  });

  test("may fail at a commit: what is then unknown is read again", async () => {
    const { repository, calls, failing } = watchedRepository(memoryRepository());
    const cached = cachedRepository(repository, { ttlMs: 1000, max: 10, now: () => 0 });
    const token = sampleToken();
    await cached.commit({ insert: [token], events: [] });
    const hashes = [token.hash ?? ""];
    await cached.findByHash(hashes);
    failing.add("commit");
    await expect(cached.commit({ remove: [{ id: token.id }], events: [] })).rejects.toThrow(
      "out of reach",
    );
    calls.length = 0;
    await cached.findByHash(hashes);
    expect(calls).toEqual(["findByHash"]);
  });

  test("a use shown on what is kept moves nothing back", async () => {
    const { repository } = watchedRepository(memoryRepository());
    const cached = cachedRepository(repository, { ttlMs: 1000, max: 10, now: () => 0 });
    const token = sampleToken({ expiresAt: 100, lastUsedAt: 50 });
    await cached.commit({ insert: [token], events: [] });
    const look = async () => (await cached.findByHash([token.hash ?? ""]))?.token;
    await look();
    await cached.touch([{ id: token.id, usedAt: 60, expiresAt: 120 }]);
    await cached.touch([{ id: token.id, usedAt: 55, expiresAt: 110 }]);
    await cached.touch([{ id: token.id, usedAt: 55, expiresAt: null }]);
    expect(await look()).toMatchObject({ lastUsedAt: 60, expiresAt: 120 });
    await cached.touch([{ id: "unknown", usedAt: 70, expiresAt: 130 }]);
    expect(await look()).toMatchObject({ lastUsedAt: 60, expiresAt: 120 });
  });
});
