import { describe, expect, test } from "vitest";
import {
  type Awaitable,
  type Directory,
  memoryBudgets,
  memoryBus,
  memoryRepository,
  type Notifier,
  type Secret,
  SYSTEM,
  type TokenryOptions,
} from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { createWorld, PEPPERS, type World } from "../support/world.ts";
import { faultOf } from "./named-errors.ts";

/** How a port can misbehave, in what it answers. */
const ANSWERS: Readonly<Record<string, () => unknown>> = {
  "throws at once": () => {
    throw new Error("out of order");
  },
  rejects: () => Promise.reject(new Error("out of order")),
  "rejects with nothing": () => Promise.reject(undefined),
  "answers null": () => null,
  "answers undefined": () => undefined,
  "answers a promise of null": () => Promise.resolve(null),
  "answers a number": () => 7,
  "answers a text": () => "yes",
  "answers an empty object": () => ({}),
  "answers a promise of an empty object": () => Promise.resolve({}),
  "answers an array of nothing": () => [undefined],
  "answers true": () => true,
};

/** A port each method of which, or the one named, answers so; the others as they should. */
function broken<Port extends object>(port: Port, answer: () => unknown, method?: string): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      const isHit = method === undefined || method === key;
      return typeof value === "function" && isHit ? answer : value;
    },
  });
}

/** What was issued while the ports were in order. */
interface Given {
  readonly tokenId: string;
  readonly secret: string;
  /** Another token's. */
  readonly leaked: Secret;
}

/** Every operation that asks ports, on tokens that were issued while they were in order. */
function operations(world: World, { tokenId, secret, leaked }: Given) {
  const { tokens } = world;
  const actor = ADA;
  const of = { tokenId, actor };
  return {
    issue: () => tokens.issue({ kind: "service", owner: ADA, actor, name: "x" }),
    "issue with a zone": () =>
      tokens.issue({
        kind: "service",
        owner: ADA,
        actor,
        name: "x",
        network: { include: ["zone:home"] },
      }),
    regenerate: () => tokens.regenerate({ ...of, actor: SYSTEM }),
    rotate: () => tokens.rotate({ owner: ADA, kind: "direct", actor }),
    "request a rotation": () => tokens.rotate({ owner: ADA, kind: "web", actor }),
    pendingRotation: () => tokens.pendingRotation({ owner: ADA, kind: "web", actor }),
    owner: () => tokens.owner({ owner: ADA, actor }),
    resendRotation: () => tokens.resendRotation({ owner: ADA, kind: "web", actor }),
    "cancelRotation by code": () => tokens.cancelRotation({ code: `${tokenId}_${"0".repeat(64)}` }),
    cancelRotation: () => tokens.cancelRotation({ owner: ADA, kind: "web", actor }),
    confirmRotation: () => tokens.confirmRotation({ code: `${tokenId}_${"0".repeat(64)}` }),
    update: () => tokens.update({ ...of, name: "y", actor: SYSTEM }),
    get: () => tokens.get({ ...of }),
    list: () => tokens.list({ owner: ADA, actor }),
    events: () => tokens.events({ account: ACCOUNT, actor }),
    exportEvents: async () =>
      new Response(await tokens.exportEvents({ account: ACCOUNT, actor })).text(),
    "notices.parked": () => tokens.notices.parked({ actor: SYSTEM }),
    "notices.retry": () => tokens.notices.retry({ account: ACCOUNT, actor: SYSTEM }),
    "zones.put": () =>
      tokens.zones.put({ account: ACCOUNT, name: "home", ranges: ["10.0.0.0/8"], actor: SYSTEM }),
    "zones.list": () => tokens.zones.list({ account: ACCOUNT, actor: SYSTEM }),
    "zones.remove": () => tokens.zones.remove({ account: ACCOUNT, name: "home", actor: SYSTEM }),
    verify: () => tokens.verify(secret, { api: "orders", method: "GET" }),
    grant: () => tokens.grant(secret),
    "grant by a reference": () => tokens.grant({ tokenId }),
    recheck: () => tokens.recheck(secret),
    "recheck by a reference": () => tokens.recheck({ tokenId }),
    ownerChanged: () => tokens.ownerChanged(ADA),
    sweep: () => tokens.jobs.sweep(),
    remind: () => tokens.jobs.remind(),
    deliver: () => tokens.jobs.deliver(),
    prune: () => tokens.jobs.prune(),
    reportLeak: () => tokens.reportLeak(leaked, { source: "scanner" }),
    revoke: () => tokens.revoke({ ...of }),
    revokeCurrent: () => tokens.revokeCurrent(secret),
    revokeAll: () => tokens.revokeAll({ owner: ADA, actor }),
    deprovision: () => tokens.deprovision({ owner: ADA, actor: SYSTEM }),
  } satisfies Record<string, () => unknown>;
}

/** What is wrong with how the operations end over a node whose ports are as given, if anything. */
async function faults(healthy: World, ports: Partial<TokenryOptions>): Promise<string[]> {
  const { secret, token } = await healthy.issue({ kind: "service" });
  const leaked = await healthy.issue({ kind: "service" });
  await healthy.issue({ kind: "web" });
  await healthy.issue({ kind: "direct" });
  const node = healthy.node({ keepEvents: { days: 30 }, ...ports });
  const calls = operations(
    { ...healthy, tokens: node },
    { tokenId: token.id, secret: secret.reveal(), leaked: leaked.secret },
  );
  const found: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    try {
      const value: unknown = await withinASecond<unknown>(call());
      if (/^(?:verify|grant|recheck)/.test(name) && !isVerdict(value))
        found.push(`${name}: no verdict`);
    } catch (error) {
      const fault = faultOf(error, /^(?!)/);
      if (fault !== undefined) found.push(`${name}: ${fault}`);
    }
  }
  await withinASecond(node.close());
  return found;
}

function isVerdict(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ok" in value;
}

async function withinASecond<Value>(work: Awaitable<Value>): Promise<Value> {
  const late = new Promise<never>((_resolve, reject) =>
    setTimeout(reject, 1000, new Error("waits for ever")).unref(),
  );
  return Promise.race([work, late]);
}

const REPOSITORY_METHODS = Object.keys(memoryRepository());

describe.each(Object.entries(ANSWERS))("a port that %s", (_label, answer) => {
  test.each([undefined, ...REPOSITORY_METHODS])("the repository, in %s", async (method) => {
    const healthy = createWorld();
    const repository = broken(healthy.repository, answer, method);
    expect(await faults(healthy, { repository })).toEqual([]);
  });

  test("the directory", async () => {
    const healthy = createWorld();
    // A cast, as what it answers is wrong by intent.
    const directory = { find: answer } as Directory;
    expect(await faults(healthy, { directory })).toEqual([]);
  });

  test("the budgets, whatever is to be done without them", async () => {
    for (const onOutage of ["deny", "allow", "local"] as const) {
      const budgets = broken({ ...store(), onOutage }, answer, "take");
      expect(await faults(createWorld(), { budgets })).toEqual([]);
    }
  });

  test("the notifier, with channels and without", async () => {
    for (const channels of [{}, { channels: ["mail", "hook"] }]) {
      // A cast, as what it answers is wrong by intent.
      const notifier = { ...channels, deliver: answer } as Notifier;
      expect(await faults(createWorld(), { notifier })).toEqual([]);
    }
  });

  test("the bus", async () => {
    for (const method of [undefined, "publish", "subscribe"]) {
      const bus = broken(memoryBus(), answer, method);
      expect(await faults(createWorld(), { bus })).toEqual([]);
    }
  });

  test("the clock", async () => {
    // A cast, as what it answers is wrong by intent.
    const clock = { now: () => settled(answer()) as number };
    expect(await faults(createWorld(), { clock })).toEqual([]);
  });

  test("the handler of errors, while the directory is out of reach", async () => {
    const directory: Directory = { find: () => Promise.reject(new Error("out of order")) };
    expect(await faults(createWorld(), { directory, onError: answer })).toEqual([]);
  });
});

describe("a port that never answers keeps no call waiting that needs no answer of it", () => {
  const never = () => new Promise<never>(() => {});

  test("the repository, when uses and refusals are noted", async () => {
    const healthy = createWorld();
    const { secret } = await healthy.issue({ network: { include: ["10.0.0.0/8"] } });
    const stuck = { ...healthy.repository, touch: never, commit: never };
    // A pepper that is new besides: what is found under the old one is to be hashed again.
    const peppers = [{ id: "new", key: "another pepper of 32 characters!" }, ...PEPPERS];
    const node = healthy.node({ repository: stuck, peppers });
    for (const [address, isOk] of [
      ["10.1.2.3", true],
      ["192.0.2.1", false],
    ] as const) {
      const verdict = node.verify(secret, { api: "orders", method: "GET", address });
      expect((await withinASecond(verdict)).ok).toBe(isOk);
    }
  });

  test("the bus, when a node starts and checks calls", async () => {
    const healthy = createWorld();
    const { secret } = await healthy.issue();
    const node = healthy.node({ bus: { subscribe: never, publish: never } });
    const verdict = node.verify(secret, { api: "orders", method: "GET" });
    expect((await withinASecond(verdict)).ok).toBe(true);
  });

  test("the notifier, while notices are on their way", async () => {
    const healthy = createWorld();
    const { secret } = await healthy.issue();
    const notifier = { channels: ["mail", "hook"], deliver: never };
    const node = healthy.node({ notifier });
    void node.jobs.deliver();
    const verdict = node.verify(secret, { api: "orders", method: "GET" });
    expect((await withinASecond(verdict)).ok).toBe(true);
    const report = node.reportLeak(secret, { source: "scanner" });
    expect(await withinASecond(report)).toMatchObject({ revoked: true });
  });

  test("the handler of errors", async () => {
    const healthy = createWorld();
    const { secret } = await healthy.issue();
    const directory: Directory = { find: () => Promise.reject(new Error("out of order")) };
    const node = healthy.node({ directory, onError: never as () => void });
    const verdict = node.verify(secret, { api: "orders", method: "GET" });
    expect(await withinASecond(verdict)).toMatchObject({ ok: false, code: "unavailable" });
  });
});

/** What nobody waits for: a clock is not asked by promises. */
function settled(value: unknown): unknown {
  if (value instanceof Promise) value.catch(() => {});
  return value;
}

function store() {
  const budgets = memoryBudgets();
  return { take: budgets.take.bind(budgets) };
}
