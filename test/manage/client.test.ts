import { describe, expect, test } from "vitest";
import { NoticeError } from "../../src/index.ts";
import {
  ManagementError,
  managementClient,
  type ZoneGuard,
} from "../../src/manage/client/index.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { KINDS } from "../support/world.ts";
import { createManageWorld, type ManageWorld } from "./world.ts";

/** The code of the link in the last mail. */
async function codeIn({ tokens, notifier }: ManageWorld): Promise<string> {
  await tokens.jobs.deliver();
  const codes = notifier.notices.flatMap(({ code }) => (code === undefined ? [] : [code]));
  return codes.at(-1) ?? "";
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (error instanceof ManagementError) return error.code;
    throw error;
  }
}

describe("an id that no path can hold", () => {
  test.each(["", ".", "..", "\ud800"])("%j is not found, and nothing is asked", async (id) => {
    const client = managementClient({
      baseUrl: "/tokenry",
      fetch: () => Promise.reject(new Error("was asked")),
    });
    expect(await codeOf(client.owner(id))).toBe("not_found");
    expect(await codeOf(client.cancelRotation(id, "tokens"))).toBe("not_found");
    expect(await codeOf(client.revoke(id))).toBe("not_found");
    expect(await codeOf(client.removeZone(id))).toBe("not_found");
  });
});

/** A client of a server that answers so, and what it was asked. */
function clientOf(answer: () => Response | Promise<Response>) {
  const asked: RequestInit[] = [];
  const client = managementClient({
    baseUrl: "/tokenry",
    async fetch(_url, init = {}) {
      asked.push(init);
      return answer();
    },
  });
  return { client, asked };
}

describe("what is not as the API answers", () => {
  const json = (body: string, status = 200, type = "application/json") =>
    new Response(body, { status, headers: { "content-type": type } });

  test("a redirect is not followed: what was made by it would look done", async () => {
    const { client, asked } = clientOf(() => new Response(null, { status: 302 }));
    const issuing = client.issue(ADA, { kind: "service", name: "x" });
    await expect(issuing).rejects.toMatchObject({ code: "unexpected", status: 302 });
    expect(asked).toMatchObject([{ redirect: "manual" }]);
  });

  test.each([
    ["null", json("null")],
    ["a number", json("1")],
    ["a sequence", json("{}", 200, "application/json-seq")],
    ["text", new Response("hi")],
    ["half of it", json("{")],
  ])("%s is unexpected", async (_title, response) => {
    const { client } = clientOf(() => response);
    await expect(client.token("x")).rejects.toMatchObject({ code: "unexpected", status: 200 });
  });

  test("the type of an answer may be written in capitals", async () => {
    const { client } = clientOf(() => json("{}", 200, "Application/JSON"));
    expect(await client.context()).toEqual({});
  });

  test("the cause is told, and the status is that of the answer", async () => {
    const broken = clientOf(() => json("{")).client.token("x");
    await expect(broken).rejects.toMatchObject({ cause: expect.any(SyntaxError) });
    const problem = JSON.stringify({ code: "forbidden", title: "No." });
    const { client } = clientOf(() => json(problem, 403, "application/problem+json"));
    await expect(client.token("x")).rejects.toMatchObject({ code: "forbidden", status: 403 });
  });
});

describe("what the API would refuse, or could not be asked", () => {
  test.each(["", "order 7", "ключ", "a\nb", "x".repeat(256)])(
    "the key %j is refused before anything is asked",
    async (idempotencyKey) => {
      const { client, asked } = clientOf(() => new Response());
      const issuing = client.issue(ADA, { kind: "service", name: "x" }, { idempotencyKey });
      expect(await codeOf(issuing)).toBe("invalid_input");
      expect(asked).toEqual([]);
    },
  );

  test.each(["plain", "a,b;c", 'with "quotes" and \\'.replaceAll(" ", "_")])(
    "the key %j goes through",
    async (idempotencyKey) => {
      const { client } = createManageWorld();
      const issue = () =>
        client(ADA).issue(ADA, { kind: "service", name: "x" }, { idempotencyKey });
      const { token } = await issue();
      expect(await issue()).toEqual({ token, secret: null });
    },
  );

  test("an empty list of types is refused: of a query it would be all", async () => {
    const { client, asked } = clientOf(() => new Response());
    expect(await codeOf(client.events({ type: [] }))).toBe("invalid_input");
    expect(asked).toEqual([]);
  });

  test("a wrong fetch is a TypeError", () => {
    const options = { baseUrl: "/tokenry", fetch: 5 };
    // @ts-expect-error no function
    expect(() => managementClient(options)).toThrow("options.fetch must be a function");
  });
});

describe("each method of the client, against the API", () => {
  test("context tells who is signed in, and every kind and API", async () => {
    const { client, tokens } = createManageWorld();
    const context = await client(ADA).context();
    expect(context.actor).toMatchObject({ id: ADA, account: "acme", managesTokens: false });
    expect(Object.keys(context.kinds)).toEqual(Object.keys(KINDS));
    expect(context).toEqual({ actor: context.actor, ...structuredClone(tokens.rules) });
  });

  test("owner tells of another to those who manage tokens", async () => {
    const { client } = createManageWorld();
    expect(await client(MANAGER).owner(BOB)).toEqual({
      ...{ id: BOB, account: "acme", active: true, apiAccess: true, methods: null },
      ...{ access: "full", managesTokens: false },
    });
    expect(await codeOf(client(ADA).owner(BOB))).toBe("forbidden");
  });

  test.each(["personal", "service", "application", "web"])(
    "a token of kind %s is issued, shown, listed, and revoked",
    async (kind) => {
      const { client, codeOf: verified } = createManageWorld();
      // Tokens with granted access are issued by those who manage them.
      const ada = client(kind === "application" ? MANAGER : ADA);
      const { token, secret } = await ada.issue(ADA, { kind, name: "laptop", ...wishOf(kind) });
      expect(await verified(secret)).toBe("ok");
      expect(token).toMatchObject({ kind, name: "laptop", owner: ADA });
      // A use may move its expiry.
      expect(await ada.token(token.id)).toMatchObject({ id: token.id, version: token.version });
      expect((await ada.tokens(ADA, { kind })).tokens.map(({ id }) => id)).toEqual([token.id]);
      expect((await ada.tokens(ADA, { kind: kind === "web" ? "direct" : "web" })).tokens).toEqual(
        [],
      );
      expect(await ada.revoke(token.id)).toBeUndefined();
      expect(await verified(secret)).toBe("unknown_token");
      expect(await codeOf(ada.token(token.id))).toBe("not_found");
    },
  );

  test("update changes what is named, and only at the version that is named", async () => {
    const { client } = createManageWorld();
    const mia = client(MANAGER);
    const request = { kind: "application", name: "reports", expiresIn: { months: 6 } };
    const { token } = await mia.issue(ADA, request);
    const network = { include: ["10.0.0.0/8"] };
    const access = { orders: "read" as const };
    const changed = await mia.update(
      token.id,
      { name: "ledger", network, access, budgets: { orders: 10 } },
      { version: token.version },
    );
    expect(changed).toMatchObject({ name: "ledger", network, access, budgets: { orders: 10 } });
    expect(changed.version).not.toBe(token.version);
    const late = mia.update(token.id, { name: "late" }, { version: token.version });
    expect(await codeOf(late)).toBe("precondition_failed");
    expect(await mia.update(token.id, { network: null })).toMatchObject({ network: null });
  });

  test("regenerate gives a new secret, once for a key", async () => {
    const { client, codeOf: verified } = createManageWorld();
    const mia = client(MANAGER);
    const made = await mia.issue(ADA, { kind: "application", name: "reports" });
    const guard = { idempotencyKey: crypto.randomUUID(), version: made.token.version };
    const again = await mia.regenerate(made.token.id, { expiresIn: { months: 6 } }, guard);
    expect(again.token.id).toBe(made.token.id);
    expect(await verified(made.secret)).toBe("unknown_token");
    expect(again.secret).toMatch(/^acme_app_/);
    const repeated = await mia.regenerate(made.token.id, { expiresIn: { months: 6 } }, guard);
    expect(repeated).toEqual({ token: again.token, secret: null });
  });

  test("revokeAll ends those of a kind, or all", async () => {
    const { client } = createManageWorld();
    const ada = client(ADA);
    for (const name of ["one", "two"]) await ada.issue(ADA, { kind: "service", name });
    await client(MANAGER).issue(ADA, { kind: "application", name: "three" });
    expect(await ada.revokeAll(ADA, { kind: "service" })).toEqual({ revoked: 2 });
    expect(await client(MANAGER).revokeAll(ADA)).toEqual({ revoked: 1 });
  });

  test("a rotation waits for its link, is sent again, cancelled, and confirmed", async () => {
    const world = createManageWorld();
    const ada = world.client(ADA);
    const { token } = await ada.issue(ADA, { kind: "web", name: "site" });
    expect(await ada.rotation(ADA, "web")).toEqual({ pending: false });
    const asked = await ada.rotate(ADA, "web");
    expect(asked).toMatchObject({ pending: true });
    expect(await ada.rotation(ADA, "web")).toEqual(asked);
    expect(await ada.resendRotation(ADA, "web")).toEqual(asked);
    expect(await ada.cancelRotation(ADA, "web")).toEqual({ cancelled: true });
    expect(await ada.cancelRotation(ADA, "web")).toEqual({ cancelled: false });
    await ada.rotate(ADA, "web");
    const code = await codeIn(world);
    expect(await codeOf(world.client(BOB).confirmRotation(code))).toBe("forbidden");
    expect(await codeOf(world.client(BOB).cancelRotationByCode(code))).toBe("forbidden");
    const confirmed = await ada.confirmRotation(code);
    expect(confirmed.token).toMatchObject({ slot: "primary", name: "site" });
    expect(await ada.token(token.id)).toMatchObject({ slot: "backup" });
  });

  test("a rotation is turned down at its link", async () => {
    const world = createManageWorld();
    const ada = world.client(ADA);
    await ada.issue(ADA, { kind: "web", name: "site" });
    await ada.rotate(ADA, "web");
    const code = await codeIn(world);
    expect(await ada.cancelRotationByCode(code)).toEqual({ cancelled: true });
    expect(await ada.rotation(ADA, "web")).toEqual({ pending: false });
    expect(await codeOf(ada.cancelRotationByCode(code))).toBe("rotation_code_invalid");
  });

  test("a rotation without a link is done at once", async () => {
    const { client } = createManageWorld();
    const ada = client(ADA);
    await ada.issue(ADA, { kind: "direct", name: "site" });
    expect(await ada.rotate(ADA, "direct")).toMatchObject({ token: { slot: "primary" } });
  });

  test("zones are made, listed and removed", async () => {
    const { client } = createManageWorld();
    const manager = client(MANAGER);
    const zone = await manager.putZone("office", { ranges: ["192.0.2.0/24"] });
    const { version } = zone;
    expect(zone).toEqual({ name: "office", ranges: ["192.0.2.0/24"], blocked: false, version });
    const blocked = { ranges: ["192.0.2.0/24"], blocked: true };
    const late = (guard: ZoneGuard) => codeOf(manager.putZone("office", blocked, guard));
    expect(await late({ version: null })).toBe("precondition_failed");
    expect(await late({ version: "1" })).toBe("precondition_failed");
    expect((await manager.putZone("office", blocked, { version })).blocked).toBe(true);
    await manager.putZone("office", { ranges: ["192.0.2.0/24"] });
    expect(await manager.zones()).toEqual({ zones: [zone] });
    expect(await manager.removeZone("office")).toBeUndefined();
    expect(await codeOf(manager.removeZone("office"))).toBe("not_found");
  });

  test("events are paged, and chosen by type, token, owner and time", async () => {
    const { client, clock } = createManageWorld();
    const ada = client(ADA);
    const { token } = await ada.issue(ADA, { kind: "service", name: "one" });
    clock.pass({ hours: 1 });
    await ada.update(token.id, { name: "two" });
    await ada.revoke(token.id);
    const first = await ada.events({ limit: 2 });
    expect(first.events.map(({ type }) => type)).toEqual(["token.revoked", "token.updated"]);
    const { cursor } = first;
    expect((await ada.events({ cursor })).events.map(({ type }) => type)).toEqual(["token.issued"]);
    const type = ["token.issued", "token.revoked"];
    expect((await ada.events({ type, owner: ADA, tokenId: token.id })).events).toHaveLength(2);
    expect((await ada.events({ type: ["token.issued"] })).events).toHaveLength(1);
    const since = new Date(clock.now()).toISOString();
    expect((await ada.events({ since })).events).toHaveLength(2);
    expect((await ada.events({ until: since })).events).toHaveLength(1);
  });

  test("parked notices are listed, and due again", async () => {
    const deliver = () => Promise.reject(new NoticeError("no such address", { isFinal: true }));
    const { client, tokens, issue } = createManageWorld({}, { notifier: { deliver } });
    await issue();
    await tokens.jobs.deliver();
    const manager = client(MANAGER);
    const { notices } = await manager.parkedNotices({ limit: 1 });
    expect(notices).toMatchObject([{ tries: 1, event: { type: "token.issued" } }]);
    const id = notices[0]?.event.id;
    expect(await manager.retryNotices({ id })).toEqual({ retried: 1 });
    expect(await manager.retryNotices()).toEqual({ retried: 0 });
    expect(await codeOf(client(ADA).parkedNotices())).toBe("forbidden");
  });

  test("ids with every sign go through", async () => {
    const { client, directory } = createManageWorld();
    const id = "a/b c%2Fd?#é";
    directory.change(id, { id, account: "acme", active: true });
    expect((await client(MANAGER).owner(id)).id).toBe(id);
    const { token } = await client(MANAGER).issue(id, { kind: "service", name: "x" });
    expect((await client(MANAGER).tokens(id)).tokens).toEqual([token]);
  });

  test("nobody is signed in", async () => {
    const { client } = createManageWorld();
    expect(await codeOf(client().context())).toBe("signed_out");
  });
});

function wishOf(kind: string): object {
  return kind === "application" ? { access: "full", expiresIn: { months: 6 } } : {};
}
