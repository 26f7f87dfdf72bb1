import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  createTokenry,
  type InvalidationBus,
  memoryBus,
  memoryRepository,
  type Notice,
  NoticeError,
  type Pepper,
  SYSTEM,
  TokenryError,
} from "../../src/index.ts";
import { ACCOUNT, ADA, MANAGER, OTHER_ACCOUNT } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { APIS, createWorld, KINDS } from "../support/world.ts";

const PEPPER: Pepper = { id: "2026", key: "pepper-that-nobody-may-ever-read" };
const OLD_PEPPER: Pepper = { id: "2025", key: "pepper-of-last-year-as-secret-too" };

/** All that a text, an error or an object could give away when it is logged. */
function shown(value: unknown): string {
  const parts = [
    String(value),
    inspect(value, { depth: 20, showHidden: true }),
    JSON.stringify(value),
  ];
  if (value instanceof Error) parts.push(value.message, value.stack ?? "", shown(value.cause));
  return parts.join("\n");
}

/** A life of all sorts of tokens, in which everything that leaves the library is written down. */
async function eventfulLife() {
  const watched = watchedRepository(memoryRepository());
  const published: (readonly string[])[] = [];
  const wire = memoryBus();
  const bus: InvalidationBus = {
    publish: async (keys) => {
      published.push(keys);
      await wire.publish(keys);
    },
    subscribe: (handler) => wire.subscribe(handler),
  };
  const budgetKeys: string[] = [];
  const world = createWorld({
    ...{ repository: watched.repository, bus, peppers: [PEPPER, OLD_PEPPER] },
    cache: { ttl: { seconds: 5 } },
    budgets: {
      take(buckets) {
        budgetKeys.push(...buckets.map(({ key }) => key));
        throw new Error("out of reach");
      },
    },
  });
  const secrets: string[] = [];
  const hashes: string[] = [];
  const given: unknown[] = [];
  const keep = async (issued: Awaited<ReturnType<typeof world.issue>>) => {
    secrets.push(issued.secret.reveal());
    hashes.push((await watched.repository.findById(issued.token.id))?.hash ?? "");
    given.push(issued);
    return issued;
  };
  const { tokens } = world;
  const before = createTokenry({
    ...{ kinds: KINDS, apis: APIS, directory: world.directory, clock: world.clock },
    ...{ repository: watched.repository, peppers: [OLD_PEPPER] },
  });
  const old = await keep(
    await before.issue({ kind: "service", owner: ADA, actor: SYSTEM, name: "old" }),
  );
  const service = await keep(await world.issue({ network: { include: ["10.0.0.1"] } }));
  const application = await keep(await world.issue({ kind: "application", access: "full" }));
  await keep(await world.issue({ kind: "web" }));
  for (const { secret } of [old, service, application])
    given.push(await world.verify(secret, { address: "10.0.0.2" }));
  const renewed = await keep(
    await tokens.regenerate({ tokenId: application.token.id, actor: MANAGER }),
  );
  given.push(
    await tokens.update({ tokenId: service.token.id, actor: MANAGER, name: "new", network: null }),
  );
  const web = { owner: ADA, kind: "web", actor: ADA } as const;
  await tokens.rotate(web);
  given.push(await tokens.cancelRotation(web));
  await tokens.rotate(web);
  given.push(await tokens.resendRotation(web));
  await tokens.jobs.deliver();
  const code = world.notifier.notices.find((notice) => notice.code !== undefined)?.code ?? "";
  await keep(await tokens.confirmRotation({ code }));
  given.push(
    await tokens.list({ owner: ADA, actor: ADA }),
    await tokens.get({ tokenId: service.token.id, actor: ADA }),
  );
  world.directory.change(ADA, { active: false });
  await tokens.ownerChanged(ADA);
  given.push(await world.verify(service.secret));
  world.directory.change(ADA, { active: true });
  await tokens.revokeCurrent(service.secret);
  const found = { source: `in ${renewed.secret.reveal()}`, url: `https://x/${code}` };
  given.push(await tokens.reportLeak(renewed.secret, found));
  world.clock.pass({ days: 25 });
  await tokens.jobs.remind();
  world.clock.pass({ days: 300 });
  await tokens.jobs.sweep();
  await tokens.deprovision({ owner: ADA, actor: SYSTEM });
  await tokens.jobs.deliver();
  await tokens.close();
  return { world, watched, published, budgetKeys, secrets, hashes, given, code };
}

describe("CORE-70, ASVS 16.2.5 a secret, a hash or a pepper is in no log, error, event, notice or key", () => {
  test("in nothing that a whole life of tokens gives out", async () => {
    const { world, published, budgetKeys, secrets, hashes, given, code } = await eventfulLife();
    const events = [...(await world.trail()), ...(await world.trail(undefined, OTHER_ACCOUNT))];
    const notices = world.notifier.notices.map(({ code: _code, ...notice }) => notice);
    const trail = await world.tokens.exportEvents({ account: ACCOUNT, actor: SYSTEM });
    const types = new Set(events.map(({ type }) => type));
    expect(types.size).toBeGreaterThanOrEqual(13);
    const told = ["token.leaked", "rotation.cancelled"];
    expect([...types]).toEqual(expect.arrayContaining([...told, "owner.refused"]));
    expect(notices.map(({ type }) => type)).toEqual(expect.arrayContaining(told));
    expect(world.errors.length).toBeGreaterThan(0);
    const text = [
      ...[events, notices, published, budgetKeys, given].map(shown),
      ...world.errors.map(shown),
      shown(world.tokens),
      shown(await world.repository.events({ account: ACCOUNT, limit: 200 })),
      await new Response(trail).text(),
    ].join("\n");
    const bodies = secrets.map((secret) => secret.slice(secret.lastIndexOf("_") + 1));
    expect(secrets).toHaveLength(6);
    expect(new Set(hashes).size).toBe(6);
    for (const body of bodies) {
      // Not the whole, and no part of it beyond the four characters of the hint.
      for (let start = 0; start + 5 <= body.length; start++)
        expect(
          text.includes(body.slice(start, start + 5)) ? body.slice(start, start + 5) : "",
        ).toBe("");
    }
    for (const hash of hashes) expect(text).not.toContain(hash);
    for (const { key } of [PEPPER, OLD_PEPPER]) expect(text).not.toContain(key);
    expect(text).not.toContain(code.slice(code.indexOf("_") + 1));
  });

  test("a cache keeps hashes, never secrets: the store sees no secret either", async () => {
    const sent: unknown[] = [];
    const repository = memoryRepository();
    const world = createWorld({
      cache: { ttl: { seconds: 5 } },
      repository: {
        ...repository,
        findByHash: (hashes) => {
          sent.push(hashes);
          return repository.findByHash(hashes);
        },
        commit: (change) => {
          sent.push(change);
          return repository.commit(change);
        },
      },
    });
    const { secret } = await world.issue();
    await world.verify(secret);
    expect(sent.length).toBeGreaterThan(1);
    expect(shown(sent)).not.toContain(secret.reveal().slice("acme_svc_".length, -4));
  });

  test("T-15 in no parked notice, whatever the mail server said", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository, peppers: [PEPPER] });
    const { tokens, notifier } = world;
    const { secret, token } = await world.issue({ kind: "web" });
    await tokens.rotate({ owner: ADA, kind: "web", actor: ADA });
    const stored = await watched.repository.findById(token.id);
    const codes: string[] = [];
    const deliver = async (notice: Notice): Promise<void> => {
      if (notice.code !== undefined) codes.push(notice.code);
      const said = [secret.reveal(), notice.code, stored?.hash].join(", ");
      throw new NoticeError(`550 no ${said}`, { isFinal: true });
    };
    const node = world.node({ notifier: { ...notifier, deliver } });
    expect(await node.jobs.deliver()).toMatchObject({ parked: 2 });
    expect(codes).toHaveLength(1);
    const { notices } = await node.notices.parked({ actor: SYSTEM });
    expect(notices.map(({ failure }) => failure)).toEqual(["550 no …, , …", "550 no …, …, …"]);
    const text = shown([notices, await watched.repository.parkedNotices({ limit: 10 })]);
    for (const secretText of [secret.reveal().slice(-38), stored?.hash, codes[0]?.slice(-64)])
      expect(text).not.toContain(secretText);
  });

  test("in no error, also of a secret given in the wrong place", async () => {
    const world = createWorld();
    const secret = (await world.issue()).secret.reveal();
    const wrong: readonly (() => Promise<unknown>)[] = [
      () => world.issue({ kind: secret }),
      () => world.issue({ owner: secret }),
      () => world.issue({ expiresIn: { [secret]: 1 } }),
      () => world.issue({ access: secret as "full", kind: "application" }),
      () => world.issue({ access: { [secret]: "full" }, kind: "application" }),
      () => world.issue({ network: { include: [secret] } }),
      () => world.issue({ network: { include: [`zone:${secret}`] } }),
      () => world.issue({ network: { [secret]: [] } }),
      () => world.issue({ budgets: { [secret]: 5 } }),
      () => world.issue({ [secret]: 1 }),
      () => world.tokens.get({ tokenId: secret, actor: ADA }),
      () => world.tokens.get({ tokenId: ADA, actor: secret }),
      () => world.tokens.revoke({ tokenId: secret, actor: SYSTEM }),
      () => world.tokens.list({ owner: ADA, actor: ADA, cursor: secret }),
      () => world.tokens.events({ account: ACCOUNT, actor: ADA, cursor: secret }),
      () =>
        world.tokens.events({ account: ACCOUNT, actor: SYSTEM, types: [`${secret}\n` as never] }),
      () => world.tokens.exportEvents({ account: ACCOUNT, actor: ADA, [secret]: 1 }),
      () => world.tokens.notices.parked({ actor: SYSTEM, cursor: secret }),
      () => world.tokens.notices.retry({ actor: SYSTEM, channel: `${secret}${secret}` }),
      () => world.tokens.reportLeak(secret, { source: "scanner", [secret]: 1 }),
      () => world.tokens.resendRotation({ owner: secret, kind: "web", actor: SYSTEM }),
      () => world.tokens.cancelRotation({ code: secret }),
      () => world.tokens.cancelRotation({ owner: ADA, kind: secret, actor: SYSTEM }),
      () => world.tokens.confirmRotation({ code: secret }),
      () =>
        world.tokens.zones.put({
          account: ACCOUNT,
          name: `${secret} `,
          ranges: ["::1"],
          actor: SYSTEM,
        }),
      () =>
        world.tokens.zones.put({
          account: ACCOUNT,
          name: "office",
          ranges: [secret],
          actor: SYSTEM,
        }),
      () => world.tokens.verify(secret, secret as never),
      async () => world.tokens.scanPattern(secret),
    ];
    for (const operation of wrong) {
      const error = await operation().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(shown(error)).not.toContain(secret.slice(-20));
    }
  });

  test("T-15 in no error of an outage that says what the port said", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    const { secret } = await world.issue();
    watched.failing.add("findByHash").add("commit");
    await world.verify(secret);
    const error = await world.issue().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenryError);
    expect(world.errors).toHaveLength(1);
    expect(shown([...world.errors, error])).not.toContain(secret.reveal().slice(-20));
  });

  test("in no error of the options", () => {
    for (const peppers of [
      [{ id: "", key: PEPPER.key }],
      [PEPPER, PEPPER],
      [{ id: "short", key: "short-pepper" }],
    ]) {
      try {
        createWorld({ peppers });
        expect.unreachable("these options are wrong");
      } catch (error) {
        expect(shown(error)).not.toMatch(/short-pepper|pepper-that/);
      }
    }
  });
});
