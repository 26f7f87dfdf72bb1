import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DENIALS, memoryRepository, type Owner, SYSTEM } from "../../src/index.ts";
import { otelObserver } from "../../src/telemetry/index.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";
import { createSdk, type Sdk } from "./sdk.ts";

const PEPPER = { id: "2026", key: "pepper-that-nobody-may-ever-read" };
const ACCOUNT = "account-of-the-watched";
const OWNER = "owner.of.tokens@watched.example";
const MANAGER = "manager.of.tokens@watched.example";
const GONE = "owner.who.is.gone@watched.example";
const OFFICE = "203.0.113.7";
const ELSEWHERE = "198.51.100.23";

/** Everything about which an exporter could tell: keys, values, names, states and events. */
async function exported(sdk: Sdk): Promise<string> {
  const spans = sdk.spans().map(({ name, attributes, status, events, links }) => ({
    ...{ name, attributes, status, events, links },
  }));
  return JSON.stringify([spans, [...(await sdk.metrics()).values()]]);
}

function watchedWorld() {
  const sdk = createSdk();
  const { meterProvider, tracerProvider } = sdk;
  const watched = watchedRepository(memoryRepository());
  const facts = { account: ACCOUNT, active: true };
  const owners = new Map<string, Owner>([
    [OWNER, { id: OWNER, ...facts }],
    [MANAGER, { id: MANAGER, ...facts, managesTokens: true }],
    [GONE, { id: GONE, ...facts }],
  ]);
  const world = createWorld({
    observer: otelObserver({ meterProvider, tracerProvider }),
    ...{ repository: watched.repository, peppers: [PEPPER] },
    ...{ directory: { find: (id) => owners.get(id) }, cache: { owner: false } },
  });
  return { ...world, sdk, watched, owners };
}

/** A life in which every way to be refused, every operation and every job comes up. */
async function eventfulLife() {
  const world = watchedWorld();
  const { tokens, watched, owners } = world;
  const hidden = [PEPPER.key, ACCOUNT, OWNER, MANAGER, GONE, OFFICE, ELSEWHERE];
  const keep = async (issuing: ReturnType<typeof world.issue>) => {
    const issued = await issuing;
    const hash = (await watched.repository.findById(issued.token.id))?.hash ?? "none";
    hidden.push(issued.secret.reveal(), issued.secret.reveal().slice(-20), issued.token.id, hash);
    return issued;
  };
  const own = { owner: OWNER, actor: OWNER } as const;
  const network = { include: [OFFICE] };
  const service = await keep(world.issue({ owner: OWNER, network }));
  const other = await keep(world.issue({ owner: GONE }));
  const app = await keep(world.issue({ owner: OWNER, kind: "application", actor: MANAGER }));
  const web = await keep(world.issue({ ...own, kind: "web" }));
  await keep(tokens.regenerate({ tokenId: app.token.id, actor: MANAGER }));
  await tokens.rotate({ kind: "web", ...own });
  await tokens.jobs.deliver();
  const code = world.notifier.notices.find((notice) => notice.code !== undefined)?.code ?? "";
  hidden.push(code);
  await keep(tokens.confirmRotation({ code }));
  const zone = { account: ACCOUNT, name: "office", actor: MANAGER };
  await tokens.zones.put({ ...zone, ranges: [OFFICE] });
  await tokens.zones.list({ account: ACCOUNT, actor: MANAGER });
  await tokens.zones.remove(zone);
  await tokens.update({ tokenId: service.token.id, actor: OWNER, name: "named" });
  await tokens.get({ tokenId: service.token.id, actor: OWNER });
  await tokens.list(own);
  await tokens.events({ account: ACCOUNT, actor: MANAGER });

  const at = { address: OFFICE };
  await world.verify("");
  await world.verify(service.secret.reveal().slice(0, -1), at);
  await world.verify(service.secret, { address: ELSEWHERE });
  await world.verify(service.secret, { ...at, api: service.secret.reveal() });
  await world.verify(service.secret, { ...at, method: OWNER });
  await world.verify(service.secret, { ...at, cost: 1000 });
  await world.verify(service.secret, at);
  owners.set(GONE, { id: GONE, account: ACCOUNT, active: true, apiAccess: false });
  await world.verify(other.secret);
  owners.delete(GONE);
  await world.verify(other.secret);
  watched.failing.add("findByHash").add("touch").add("commit");
  await world.verify(service.secret, at);
  await outcomeOf(tokens.revoke({ tokenId: service.token.id, actor: OWNER, reason: OWNER }));
  await outcomeOf(tokens.get({ tokenId: service.secret.reveal(), actor: OWNER }));
  watched.failing.clear();
  world.clock.pass({ days: 25 });
  await tokens.jobs.remind();
  world.clock.pass({ days: 10 });
  await world.verify(service.secret, at);
  await tokens.jobs.sweep();
  await world.verify(service.secret, at);
  await tokens.revoke({ tokenId: web.token.id, actor: OWNER, reason: OWNER });
  await tokens.revokeCurrent(app.secret);
  await tokens.revokeAll(own);
  await tokens.deprovision({ owner: GONE, actor: SYSTEM });
  await tokens.close();
  return { sdk: world.sdk, hidden };
}

describe("CORE-70 a secret, a hash, a pepper, an address or an id is in no metric and no span", () => {
  test("of a whole life of tokens", async () => {
    const { sdk, hidden } = await eventfulLife();
    const codes = (await sdk.series("tokenry.verify.verdicts")).map(
      ({ attributes }) => attributes["tokenry.code"],
    );
    // Of proofs only a verifier of access tokens tells.
    const ofTokens = Object.keys(DENIALS).filter((code) => !code.includes("dpop"));
    expect(new Set(codes)).toEqual(new Set(["accepted", ...ofTokens]));
    const operations = (await sdk.series("tokenry.operation.duration")).map(
      ({ attributes }) => attributes["tokenry.operation"],
    );
    expect(new Set(operations).size).toBe(18);
    const text = await exported(sdk);
    expect(hidden.filter((value) => text.includes(value))).toEqual([]);
  });

  test("whatever stands where it does not belong", async () => {
    const { sdk, ...world } = watchedWorld();
    const { secret, token } = await world.issue({ owner: OWNER });
    const hash = (await world.watched.repository.findById(token.id))?.hash ?? "none";
    const hidden = [secret.reveal(), hash, token.id, OWNER, OFFICE, PEPPER.key];
    const anything = fc.constantFrom("orders", "GET", ...hidden);
    const names = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(anything, anything, anything, anything, anything),
        async ([presented, api, method, address, misplaced]) => {
          await world.tokens.verify(presented, { api, method, address });
          const operations = [
            world.tokens.get({ tokenId: misplaced, actor: presented }),
            world.tokens.list({ owner: misplaced, actor: api }),
            world.tokens.issue({ kind: misplaced, owner: api, actor: method, name: address }),
            world.tokens.confirmRotation({ code: misplaced }),
            world.tokens.zones.list({ account: misplaced, actor: api }),
            world.tokens.update({ tokenId: misplaced, actor: SYSTEM, [misplaced]: 1 }),
          ];
          await Promise.allSettled(operations);
          const text = await exported(sdk);
          expect(hidden.filter((value) => text.includes(value))).toEqual([]);
          for (const { attributes } of await sdk.series("tokenry.verify.verdicts"))
            names.add(JSON.stringify(attributes));
        },
      ),
      { numRuns: 50 },
    );
    // Two APIs and two methods, configured or not, times the codes that come up: no caller makes a series of its own.
    expect(names.size).toBeLessThanOrEqual(2 * 2 * 5);
  });
});
