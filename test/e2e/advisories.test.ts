// Faults of others that were published or measured, each shown not to be one of tokenry. `peers.md` is the project's study of its peers,
// with the runs and sources behind each; a number after a repository's name is that of an issue or a pull request. What is about addresses,
// proxies and header fields is in advisories-http.test.ts.
import { describe, expect, test } from "vitest";
import {
  manySliding,
  memoryBus,
  memoryRepository,
  primaryBackup,
  SYSTEM,
  type TokenryOptions,
} from "../../src/index.ts";
import { ADA, BOB, STRANGER } from "../support/directory.ts";
import { jitteredRepository, watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";
import { openSite, type Site } from "./advisories/site.ts";

const FRESH_OWNERS = { cache: { owner: false } } as const;
const TEN_A_MINUTE: TokenryOptions["apis"] = { orders: { limit: 10, window: { minutes: 1 } } };
const WHOLE: TokenryOptions["kinds"] = {
  service: manySliding({ prefix: "acme_svc", budgetPercent: 100 }),
};

/** Tells of a world and a site over it, which ends with the test. */
interface Place extends AsyncDisposable {
  readonly world: World;
  readonly site: Site;
}

async function open(
  options: Partial<TokenryOptions> = {},
  http: Parameters<typeof openSite>[1] = {},
): Promise<Place> {
  const world = createWorld(options);
  const site = await openSite(world.tokens, { clock: world.clock, ...http });
  return { world, site, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

const ORDERS = { api: "orders", method: "GET" } as const;

function tokensOf(world: World) {
  return world.tokens.list({ owner: ADA, actor: SYSTEM });
}

describe("tokens that outlive their owner", () => {
  test("better-auth (peers.md, finding 1; dorasto/sayr#311): a banned user's key still verified", async () => {
    await using place = await open(FRESH_OWNERS);
    const { world, site } = place;
    const { secret } = await world.issue();
    expect(await site.status(secret)).toBe(200);
    world.directory.change(ADA, { active: false });
    expect(await site.status(secret)).toBe(401);
  });

  test("better-auth (peers.md, finding 1; masumi-network/sokosumi#4412): a removed user's key still verified", async () => {
    await using place = await open(FRESH_OWNERS);
    const { world, site } = place;
    const { secret } = await world.issue();
    world.directory.remove(ADA);
    expect(await site.status(secret)).toBe(401);
  });

  test("Unkey (peers.md, finding 1): a deleted identity left its keys valid", async () => {
    await using place = await open();
    const { world, site } = place;
    const { secret } = await world.issue();
    await world.tokens.deprovision({ owner: ADA, actor: SYSTEM });
    expect(await site.status(secret)).toBe(401);
  });

  test("marmotdata/marmot#252: a deactivated user's key worked for ever; here no longer than the directory's answer is kept", async () => {
    await using place = await open();
    const { world, site } = place;
    const { secret } = await world.issue();
    expect(await site.status(secret)).toBe(200);
    world.directory.change(ADA, { active: false });
    world.clock.pass({ seconds: 5 });
    expect(await site.status(secret)).toBe(401);
  });

  test("keephq/keep#5269: a deleted key could still be used", async () => {
    await using place = await open({ cache: { ttl: { minutes: 10 } } });
    const { world, site } = place;
    const { secret, token } = await world.issue();
    expect(await site.status(secret)).toBe(200);
    await world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    expect(await site.status(secret)).toBe(401);
  });
});

describe("races", () => {
  test("keypal (peers.md, finding 4): a verify under way brought back 20 to 28 of 30 keys revoked at the same time", async () => {
    const world = createWorld({ repository: jitteredRepository(memoryRepository()) });
    await using site = await openSite(world.tokens);
    const issued = await Promise.all(range(30).map(() => world.issue()));
    const calls = issued.flatMap(({ secret, token }) => [
      ...range(3).map(() => site.status(secret)),
      world.tokens.revoke({ tokenId: token.id, actor: SYSTEM }),
    ]);
    await Promise.all(calls);
    await world.tokens.close();
    const after = await Promise.all(
      issued.map(({ secret }) => world.node().verify(secret, ORDERS)),
    );
    expect(after.map((verdict) => verdict.ok)).toEqual(issued.map(() => false));
  });

  test("keypal (peers.md, 4.2): a key disabled on one node was valid on another until its cache forgot it", async () => {
    const shared = { repository: memoryRepository(), bus: memoryBus() };
    const world = createWorld({ ...shared, cache: { ttl: { minutes: 10 } } });
    await using here = await openSite(world.tokens);
    await using there = await openSite(world.node());
    const { secret, token } = await world.issue();
    expect([await here.status(secret), await there.status(secret)]).toEqual([200, 200]);
    await world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
    expect([await here.status(secret), await there.status(secret)]).toEqual([401, 401]);
  });

  test("keypal (peers.md, 4.2): revoking all of an owner's keys failed if one was revoked already", async () => {
    await using place = await open();
    const { world, site } = place;
    const issued = await Promise.all(range(3).map(() => world.issue()));
    await world.tokens.revoke({ tokenId: issued[0]?.token.id ?? "", actor: SYSTEM });
    expect(await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 2 });
    for (const { secret } of issued) expect(await site.status(secret)).toBe(401);
  });

  test("django-rest-knox (peers.md, finding 6, #391): a limit per user that was counted first and inserted after", async () => {
    const kinds = { service: manySliding({ prefix: "acme_svc", maxPerOwner: 3 }) };
    const world = createWorld({ kinds, repository: jitteredRepository(memoryRepository()) });
    const outcomes = await Promise.all(range(20).map(() => outcomeOf(world.issue())));
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(3);
    expect(new Set(outcomes)).toEqual(new Set(["ok", "limit_reached"]));
  });

  test("better-auth (peers.md, finding 3): 50 of 50 calls at once went through a limit of 5", async () => {
    const apis = { orders: { limit: 5, window: { minutes: 1 } } };
    await using place = await open({ apis, kinds: WHOLE });
    const { secret } = await place.world.issue();
    const statuses = await Promise.all(range(50).map(() => place.site.status(secret)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(45);
  });
});

describe("budgets", () => {
  test("better-auth (peers.md, finding 2; #6035): a client at 67 % of its limit had a third of its calls refused", async () => {
    await using place = await open({ apis: TEN_A_MINUTE, kinds: WHOLE });
    const { world, site } = place;
    const { secret } = await world.issue();
    for (const _ of range(30)) {
      expect(await site.status(secret)).toBe(200);
      world.clock.pass({ seconds: 9 });
    }
  });

  test("better-auth (peers.md, finding 2): calls that were refused used up the quota", async () => {
    await using place = await open({ apis: TEN_A_MINUTE, kinds: WHOLE });
    const { world, site } = place;
    const { secret } = await world.issue();
    const first = await Promise.all(range(110).map(() => site.status(secret)));
    expect(first.filter((status) => status === 200)).toHaveLength(10);
    world.clock.pass({ seconds: 6 });
    expect([await site.status(secret), await site.status(secret)]).toEqual([200, 429]);
  });

  test("better-auth/better-auth#9505: a call over the limit was answered with 401, and when to come back was not said (#7692)", async () => {
    await using place = await open({ apis: TEN_A_MINUTE, kinds: WHOLE });
    const { secret } = await place.world.issue();
    for (const _ of range(10)) await place.site.call(secret);
    const { status, headers } = await place.site.call(secret);
    expect(status).toBe(429);
    expect(headers).toMatchObject({ "retry-after": "6" });
    expect(headers["www-authenticate"]).toBeUndefined();
  });

  test("better-auth/better-auth#4023: one request counted twice", async () => {
    await using place = await open({ apis: TEN_A_MINUTE, kinds: WHOLE });
    const { secret } = await place.world.issue();
    const answers = [await place.site.call(secret), await place.site.call(secret)];
    expect(answers.map(({ headers }) => headers.ratelimit)).toEqual([
      expect.stringContaining(";r=9;"),
      expect.stringContaining(";r=8;"),
    ]);
  });

  test("Unkey (peers.md, 4.3): an error of the rate limiter let every call pass; here that is a choice", async () => {
    const fails = () => Promise.reject(new Error("out of reach"));
    await using place = await open({ budgets: { take: fails, onOutage: "deny" } });
    const { secret } = await place.world.issue();
    expect(await place.site.status(secret)).toBe(503);
  });
});

describe("secrets", () => {
  test("lukevella/rallly#2605, Kastalien-Research/thoughtbox#430 (peers.md, finding 9): 11.8 % of keys did not work at all, for an underscore in them", async () => {
    const apis = { orders: { limit: 1_000_000, window: { minutes: 1 } } };
    await using place = await open({ apis });
    for (const _ of range(100)) {
      const { secret } = await place.world.issue();
      expect(await place.site.status(secret)).toBe(200);
    }
  });

  test("Seam (peers.md, finding 9): a key was accepted with another key's public part, or another prefix", async () => {
    await using place = await open();
    const issue = async () => (await place.world.issue()).secret.reveal();
    const first = await issue();
    const at = first.lastIndexOf("_") + 1;
    let second = await issue();
    // One that begins alike would be itself again.
    while (second.charAt(at) === first.charAt(at)) second = await issue();
    for (const cut of [1, 6, 12]) {
      const mixed = `${first.slice(0, at + cut)}${second.slice(at + cut)}`;
      expect(await place.site.status(mixed)).toBe(401);
    }
    expect(await place.site.status(first.replace("acme_svc", "acme_pat"))).toBe(401);
    expect(await place.site.status(first)).toBe(200);
  });

  test("Sanctum (peers.md, finding 9): a checksum that nobody checked; here a mistyped token costs no look-up", async () => {
    const { repository, calls } = watchedRepository(memoryRepository());
    await using place = await open({ repository });
    const { secret } = await place.world.issue();
    calls.length = 0;
    const text = secret.reveal();
    for (const index of [text.length - 1, text.length - 20]) {
      const other = text.charAt(index) === "x" ? "y" : "x";
      expect(await place.site.status(text.slice(0, index) + other + text.slice(index + 1))).toBe(
        401,
      );
    }
    expect(calls).toEqual([]);
  });

  test("better-auth/better-auth#5397: an upgrade broke the keys that were issued before", async () => {
    const repository = memoryRepository();
    const { secret } = await createWorld({ repository }).issue();
    const renamed = manySliding({ prefix: "acme_key", formerPrefixes: ["acme_svc"] });
    await using place = await open({ repository, kinds: { service: renamed } });
    expect(await place.site.status(secret)).toBe(200);
  });

  test("better-auth (peers.md, 4.1) and keypal (4.2): the raw key, or its hash, was in what a host gets back", async () => {
    await using place = await open();
    const issued = await place.world.issue();
    const { body } = await place.site.call(issued.secret);
    const { tokens } = await tokensOf(place.world);
    for (const text of [body, JSON.stringify(issued), JSON.stringify(tokens)]) {
      expect(text).not.toContain(issued.secret.reveal());
      expect(text).not.toMatch(/hash/i);
    }
  });

  test("Talos (peers.md, 4.8) answers every failure alike; others tell a revoked key from an unknown one", async () => {
    await using place = await open(FRESH_OWNERS);
    const { world, site } = place;
    const issued = await Promise.all([world.issue(), world.issue(), world.issue({ owner: BOB })]);
    const [revoked, expired, ownerless] = issued.map(({ secret }) => secret);
    await world.tokens.revoke({ tokenId: issued[0]?.token.id ?? "", actor: SYSTEM });
    world.clock.pass({ days: 31 });
    const { secret: living } = await world.issue({ owner: BOB });
    world.directory.change(BOB, { active: false });
    const answers = [revoked, expired, ownerless, living, "nonsense"].map(async (secret) => {
      const { status, body, headers } = await site.call(secret);
      return { status, body, challenge: headers["www-authenticate"] };
    });
    const [first, ...others] = await Promise.all(answers);
    expect(first?.status).toBe(401);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe("replacement and expiry", () => {
  test("Unkey (peers.md, finding 6 a): a rotation lengthened the life of the old key", async () => {
    const web = primaryBackup({
      ...{ prefix: "acme_web", confirmRotation: false, backupFor: { days: 14 } },
      expiry: { type: "fixed", after: { days: 10 } },
    });
    await using place = await open({ kinds: { web } });
    const { world, site } = place;
    const old = await world.issue({ kind: "web" });
    world.clock.pass({ days: 9 });
    const rotated = await world.tokens.rotate({ owner: ADA, kind: "web", actor: SYSTEM });
    expect(await site.status(old.secret)).toBe(200);
    world.clock.pass({ days: 1 });
    expect(await site.status(old.secret)).toBe(401);
    expect(await site.status("secret" in rotated ? rotated.secret : undefined)).toBe(200);
  });

  test("Unkey (peers.md, finding 6 b) and keypal (4.2): an expired key could be replaced", async () => {
    await using place = await open();
    const { world, site } = place;
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    world.clock.pass({ months: 6 });
    const replaced = world.tokens.regenerate({ tokenId: token.id, actor: SYSTEM });
    expect(await outcomeOf(replaced)).toBe("expired");
    expect(await site.status(secret)).toBe(401);
  });

  test("Unkey (peers.md, finding 6 c and d): a replaced key lost its prefix, and the old one lived on in a cache", async () => {
    await using place = await open({ cache: { ttl: { minutes: 10 } } });
    const { world, site } = place;
    const old = await world.issue({ kind: "application", access: "full" });
    expect(await site.status(old.secret)).toBe(200);
    const { secret } = await world.tokens.regenerate({ tokenId: old.token.id, actor: SYSTEM });
    expect(secret.reveal()).toMatch(/^acme_app_[0-9A-Za-z]+$/);
    expect([await site.status(old.secret), await site.status(secret)]).toEqual([401, 200]);
  });

  test("keypal (peers.md, 4.2): an expiry that was no date meant never; better-auth (4.1): 30 days in the wrong unit meant the year 2109", async () => {
    const world = createWorld();
    for (const expiresIn of ["30d", 2_592_000, { days: Number.NaN }, { hour: 1 }, {}]) {
      const request = {
        kind: "application",
        access: "full",
        expiresIn: expiresIn as object,
      } as const;
      await expect(world.issue(request)).rejects.toThrow();
    }
    expect((await tokensOf(world)).tokens).toEqual([]);
  });
});

describe("privileges", () => {
  test("CVE-2025-61928 (GHSA-99h5-pjcv-gr6v, better-auth): anybody could make a key for any user, by naming the user", async () => {
    const { tokens } = createWorld();
    const request = { kind: "service", owner: ADA, name: "mine" } as const;
    for (const actor of [STRANGER, BOB, "SYSTEM", "nobody"])
      expect(await outcomeOf(tokens.issue({ ...request, actor }))).not.toBe("ok");
    // What a host without types may pass on from a request.
    for (const actor of [undefined, null, "", {}])
      await expect(tokens.issue({ ...request, actor: actor as never })).rejects.toThrow();
    const page = await tokens.list({ owner: ADA, actor: SYSTEM });
    expect(page.tokens).toEqual([]);
  });

  test("better-auth (peers.md, 4.1): a key for one thing could make a key for everything", async () => {
    const { tokens } = createWorld();
    const request = { owner: ADA, actor: ADA, name: "child", access: "full" } as const;
    expect(await outcomeOf(tokens.issue({ ...request, kind: "application" }))).toBe("forbidden");
  });

  test("better-auth (peers.md, 4.1): a missing permission was answered as an unknown key", async () => {
    await using place = await open();
    const { world, site } = place;
    const access = { orders: "read" } as const;
    const { secret } = await world.issue({ kind: "application", access });
    const { status, headers } = await site.call(secret, { method: "POST" });
    expect(status).toBe(403);
    expect(headers["www-authenticate"]).toContain('error="insufficient_scope"');
  });

  test("Sanctum (peers.md, 4.5): a token for which no ability was named had them all", async () => {
    await using place = await open();
    const { secret } = await place.world.issue({ kind: "application" });
    expect(await place.site.status(secret)).toBe(403);
  });

  test("unionlabs/union#4962: a header in place of the method went round the check of the method", async () => {
    await using place = await open();
    const access = { orders: "read" } as const;
    const { secret } = await place.world.issue({ kind: "application", access });
    for (const name of ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]) {
      const fields = [name, "GET"];
      expect(await place.site.status(secret, { method: "DELETE", fields })).toBe(403);
      expect(
        await place.site.status(secret, { method: "POST", path: "/?_method=GET", fields }),
      ).toBe(403);
    }
  });
});
