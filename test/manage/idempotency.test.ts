import { describe, expect, test } from "vitest";
import { type IdempotencyStore, memoryIdempotency, memoryRepository } from "../../src/index.ts";
import { readIdempotencyKey } from "../../src/manage/idempotency-key.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { jitteredRepository, watchedRepository } from "../support/repository-proxies.ts";
import { createManageWorld, type ManageWorld } from "./world.ts";

const ISSUE = { kind: "service", name: "one" };
const DAY = { hours: 24 };

function issueWith(world: ManageWorld, key: string, more: object = {}) {
  return world.ask("POST", "/owners/ada/tokens", {
    ...{ as: ADA, body: ISSUE, headers: { "idempotency-key": key } },
    ...more,
  });
}

async function countOf({ tokens }: ManageWorld): Promise<number> {
  return (await tokens.list({ owner: ADA, actor: ADA, limit: 200 })).tokens.length;
}

describe("a repeated request", () => {
  test("is told of the token as it is now, with its status, and without the secret", async () => {
    const world = createManageWorld();
    const first = await issueWith(world, "k");
    const { token } = first.json as { token: { id: string } };
    await world.tokens.update({ tokenId: token.id, actor: ADA, name: "two" });
    const again = await issueWith(world, "k");
    expect(again.status).toBe(201);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.json).toMatchObject({ token: { id: token.id, name: "two" }, secret: null });
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(await countOf(world)).toBe(1);
  });

  test("has one effect, of however many that arrive together", async () => {
    const world = createManageWorld({}, { repository: jitteredRepository(memoryRepository()) });
    const answers = await Promise.all(Array.from({ length: 50 }, () => issueWith(world, "k")));
    expect(answers.filter(({ json }) => typeof json.secret === "string")).toHaveLength(1);
    for (const { status, code } of answers)
      expect(["201", "409 idempotency_unknown"]).toContain(
        [status, code].filter(Boolean).join(" "),
      );
    expect(await countOf(world)).toBe(1);
  });

  test("is the same whatever the order of its members, and quoted or not", async () => {
    const world = createManageWorld();
    await issueWith(world, "k");
    const again = await issueWith(world, '"k"', { body: { name: "one", kind: "service" } });
    expect(again.json.secret).toBeNull();
  });

  test.each([
    ["body", "/owners/ada/tokens", { kind: "service", name: "two" }],
    ["path", "/owners/bob/tokens", ISSUE],
  ])("with another %s is another request: 422", async (_, path, body) => {
    const world = createManageWorld();
    const send = (to: string, sent: object) =>
      world.ask("POST", to, { as: MANAGER, body: sent, headers: { "idempotency-key": "k" } });
    await send("/owners/ada/tokens", ISSUE);
    expect(await send(path, body)).toMatchObject({ status: 422, code: "idempotency_key_reused" });
  });

  test("a key is its actor's and its operation's", async () => {
    const world = createManageWorld();
    await issueWith(world, "k");
    const other = await world.ask("POST", "/owners/bob/tokens", {
      ...{ as: BOB, body: ISSUE, headers: { "idempotency-key": "k" } },
    });
    expect(other.json.secret).toMatch(/^acme_svc_/);
    const rotated = await world.ask("POST", "/owners/ada/rotations/direct", {
      ...{ as: ADA, body: {}, headers: { "idempotency-key": "k" } },
    });
    expect(rotated.code).toBe("not_found");
  });

  test("of a token that is gone is told so", async () => {
    const world = createManageWorld();
    const { json } = await issueWith(world, "k");
    await world.tokens.revoke({ tokenId: (json.token as { id: string }).id, actor: ADA });
    expect(await issueWith(world, "k")).toMatchObject({ status: 409, code: "idempotency_gone" });
  });

  test("of a rotation that waits is told whether it still does", async () => {
    const world = createManageWorld();
    await world.issue({ kind: "web" });
    const rotate = () =>
      world.ask("POST", "/owners/ada/rotations/web", {
        ...{ as: ADA, body: {}, headers: { "idempotency-key": "k" } },
      });
    const first = await rotate();
    expect(await rotate()).toMatchObject({ status: 202, json: first.json });
    await world.tokens.cancelRotation({ owner: ADA, kind: "web", actor: ADA });
    expect(await rotate()).toMatchObject({ status: 202, json: { pending: false } });
  });

  test("a day later is a new request", async () => {
    const world = createManageWorld();
    await issueWith(world, "k");
    world.clock.pass({ hours: 23, minutes: 59 });
    expect((await issueWith(world, "k")).json.secret).toBeNull();
    world.clock.pass(DAY);
    expect((await issueWith(world, "k")).json.secret).toMatch(/^acme_svc_/);
  });
});

describe("a request that was not carried out", () => {
  test("because it was refused may be sent again", async () => {
    const world = createManageWorld();
    const send = () =>
      world.ask("POST", "/owners/ada/tokens", {
        as: ADA,
        body: { kind: "personal", name: "one" },
        headers: { "idempotency-key": "k" },
      });
    const { token } = await world.issue({ kind: "personal" });
    expect((await send()).code).toBe("slot_taken");
    await world.tokens.revoke({ tokenId: token.id, actor: ADA });
    expect((await send()).status).toBe(201);
  });

  test("because of a precondition may be sent again", async () => {
    const world = createManageWorld();
    const { token } = await world.issue({ kind: "application" });
    const send = (tag: string) =>
      world.ask("POST", `/tokens/${token.id}/regenerate`, {
        ...{ as: MANAGER, body: {}, headers: { "idempotency-key": "k", "if-match": tag } },
      });
    expect((await send('"1"')).code).toBe("precondition_failed");
    const done = await send(`"${token.updatedAt.getTime()}"`);
    expect(done.json.secret).toMatch(/^acme_app_/);
    // What it was guarded by holds no more: it is the same request for all that.
    expect((await send(`"${token.updatedAt.getTime()}"`)).json.secret).toBeNull();
  });

  test("for all that is known, because of an outage, is refused", async () => {
    const { repository, failing } = watchedRepository(memoryRepository());
    const world = createManageWorld({}, { repository });
    failing.add("commit");
    const first = await issueWith(world, "k");
    expect(first).toMatchObject({ status: 503, code: "unavailable" });
    expect(first.headers.get("retry-after")).toBe("5");
    failing.clear();
    const again = await issueWith(world, "k");
    expect(again).toMatchObject({ status: 409, code: "idempotency_unknown" });
    expect(again.headers.get("retry-after")).toBe("60");
    expect(again.json.title).toBe(
      "It is not known what became of the first request. Look at the tokens before you try again.",
    );
    expect(world.outages).toHaveLength(1);
  });
});

describe("the store", () => {
  function failing(name: keyof IdempotencyStore): IdempotencyStore {
    const outage = (): never => {
      throw new Error("the store is away");
    };
    return { ...memoryIdempotency(), [name]: outage };
  }

  test("is away before: nothing is done", async () => {
    const world = createManageWorld({ idempotency: failing("beginRequest") });
    expect((await issueWith(world, "k")).code).toBe("unavailable");
    expect(await countOf(world)).toBe(0);
    expect(world.outages).toHaveLength(1);
  });

  test("is away after: the secret is told, and repeats are refused", async () => {
    const world = createManageWorld({ idempotency: failing("finishRequest") });
    expect((await issueWith(world, "k")).json.secret).toMatch(/^acme_svc_/);
    expect((await issueWith(world, "k")).code).toBe("idempotency_unknown");
    expect(world.outages).toHaveLength(1);
  });

  test("is away after a refusal: the refusal is told", async () => {
    const world = createManageWorld({ idempotency: failing("forgetRequest") });
    expect((await issueWith(world, "k", { body: { ...ISSUE, kind: "x" } })).code).toBe(
      "invalid_input",
    );
    expect(world.outages).toHaveLength(1);
  });

  test("is told hashes, and never a secret, a key or an owner", async () => {
    const seen: string[] = [];
    const store = memoryIdempotency();
    const watching = new Proxy(store, {
      get:
        (target, name: keyof IdempotencyStore) =>
        (...told: unknown[]) => {
          seen.push(JSON.stringify(told));
          return Reflect.apply(target[name], target, told);
        },
    });
    const world = createManageWorld({ idempotency: watching });
    const { json } = await issueWith(world, "a-key-of-its-own");
    const { id } = json.token as { id: string };
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatch(
      /^\["[0-9a-f]{64}",\{"fingerprint":"[0-9a-f]{64}","until":\d+,"by":"[0-9a-f]{64}"\},\d+\]$/,
    );
    expect(JSON.parse(JSON.parse(seen[1] ?? "")[1])).toEqual({ status: 201, tokenId: id });
    expect(seen.join()).not.toMatch(/acme_svc|a-key-of-its-own|ada/);
  });

  test("in memory is filled by nobody alone: the actor is told, and repeats and others go on", async () => {
    const world = createManageWorld({ idempotency: memoryIdempotency({ maxPerActor: 2 }) });
    const { json } = await issueWith(world, "a");
    await issueWith(world, "refused", { body: { ...ISSUE, kind: "x" } });
    await issueWith(world, "b");
    const more = await issueWith(world, "c");
    expect([more.status, more.code]).toEqual([429, "idempotency_limit_reached"]);
    expect(more.headers.get("retry-after")).toBe("3600");
    expect(await countOf(world)).toBe(2);
    expect((await issueWith(world, "a")).json).toEqual({ token: json.token, secret: null });
    const other = { as: BOB, body: ISSUE, headers: { "idempotency-key": "c" } };
    expect((await world.ask("POST", "/owners/bob/tokens", other)).status).toBe(201);
    world.clock.pass(DAY);
    expect((await issueWith(world, "c")).status).toBe(201);
  });

  test("is not asked about requests without a key, nor on other routes", async () => {
    const world = createManageWorld({ idempotency: failing("beginRequest") });
    const answer = await world.ask("POST", "/owners/ada/tokens", { as: ADA, body: ISSUE });
    expect(answer.status).toBe(201);
    const { id } = answer.json.token as { id: string };
    const headers = { "idempotency-key": "k" };
    expect((await world.ask("DELETE", `/tokens/${id}`, { as: ADA, headers })).status).toBe(204);
  });
});

describe("the key", () => {
  test.each([
    ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ['"k"', "k"],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ["x".repeat(255), "x".repeat(255)],
    [`"${"x".repeat(255)}"`, "x".repeat(255)],
  ])("%s is one", (field, key) => {
    expect(readIdempotencyKey(new Headers({ "idempotency-key": field }))).toEqual({ value: key });
  });

  test.each([
    ...["", '""', '"k', 'k"', "a b", "a, b", "a,b", '"a", "b"', '"k";p=1', "k;p=1", '"a b"', "é"],
    ...["x".repeat(256), `"${"x".repeat(256)}"`, '"\\x"', "\\".repeat(300)],
  ])("%j is none", (field) => {
    const refusal = { code: "invalid_input" };
    expect(readIdempotencyKey(new Headers({ "idempotency-key": field }))).toMatchObject(refusal);
  });
});
