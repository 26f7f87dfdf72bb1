import { describe, expect, test } from "vitest";
import { type Access, type Owner, SYSTEM } from "../../src/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { APIS, createWorld } from "../support/world.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"];

/** The methods of orders and invoices that a token is let through with. */
async function allowed(granted: Access | undefined, owner: Partial<Owner> = {}) {
  const world = createWorld();
  const kind = granted === undefined ? "service" : "application";
  const { secret } = await world.issue({ kind, access: granted });
  world.directory.change(ADA, owner);
  await world.tokens.ownerChanged(ADA);
  const found: Record<string, string[]> = { orders: [], invoices: [] };
  for (const api of ["orders", "invoices"])
    for (const method of METHODS)
      if ((await world.codeOf(secret, { api, method })) === "ok") found[api]?.push(method);
  return found;
}

const READ = ["GET", "HEAD"];
const ALL = [...READ, "POST", "PUT", "PATCH", "DELETE"];

describe("a token that follows its owner", () => {
  test("DEC-12, OKT-18 it does all that the API has, HEAD as GET, and neither OPTIONS nor small letters", async () => {
    expect(await allowed(undefined)).toEqual({ orders: ALL, invoices: [...READ, "POST"] });
  });

  test.each<[string, Partial<Owner>, string[], string[]]>([
    ["EDG-05 methods of the owner", { methods: ["GET", "DELETE"] }, [...READ, "DELETE"], READ],
    ["EDG-07 no methods", { methods: [] }, [], []],
    ["read for all", { access: "read" }, READ, READ],
    ["AP-5 an API that is not named", { access: { orders: "full" } }, ALL, []],
    ["methods for one API", { access: { invoices: ["POST"] } }, [], ["POST"]],
    [
      "EDG-06 methods and access together",
      { methods: ["GET"], access: { orders: ["POST", "GET"] } },
      READ,
      [],
    ],
    ["what is no level", { access: { orders: "admin" } as unknown as Access }, [], []],
    ["what is no access", { access: null as unknown as Access }, [], []],
  ])("OKT-27 %s", async (_name, owner, orders, invoices) => {
    expect(await allowed(undefined, owner)).toEqual({ orders, invoices });
  });
});

describe("CRT-05 a token with granted levels", () => {
  test.each<[string, Access, string[], string[]]>([
    ["none", "none", [], []],
    ["read", "read", READ, READ],
    ["CRT-07 full, which for an API of GET and POST is both", "full", ALL, [...READ, "POST"]],
    ["a level per API, absent = none", { orders: "read" }, READ, []],
    ["methods", { orders: ["POST"], invoices: ["GET"] }, ["POST"], READ],
    ["an empty list", { orders: [], invoices: "full" }, [], [...READ, "POST"]],
  ])("%s", async (_name, access, orders, invoices) => {
    expect(await allowed(access)).toEqual({ orders, invoices });
  });

  test("none at all unless granted", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "application" });
    expect(token.access).toEqual({ orders: "none", invoices: "none" });
    expect(await world.codeOf(secret)).toBe("access_denied");
  });

  test.each<[string, Partial<Owner>]>([
    ["methods", { methods: ["GET"] }],
    ["access", { access: "read" }],
  ])("CORE-41, IND-33 never more than the owner's %s", async (_name, owner) => {
    expect(await allowed({ orders: "full" }, owner)).toEqual({ orders: READ, invoices: [] });
  });

  test("CORE-47 a level for all APIs opens none that is added later", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ kind: "application", access: "full" });
    const later = world.node({ apis: { ...APIS, refunds: { limit: 10, window: { minutes: 1 } } } });
    const call = (api: string) => later.verify(secret, { api, method: "GET" });
    expect(await call("orders")).toMatchObject({ ok: true });
    expect(await call("refunds")).toMatchObject({ code: "access_denied" });
  });

  test("CRT-06 applied to all again, the level reaches the new API", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const later = world.node({ apis: { ...APIS, refunds: { limit: 10, window: { minutes: 1 } } } });
    await later.update({ tokenId: token.id, actor: MANAGER, access: "full" });
    expect(await later.verify(secret, { api: "refunds", method: "GET" })).toMatchObject({
      ok: true,
    });
  });

  test("a level lowered holds from the next call", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    expect(await world.codeOf(secret, { method: "POST" })).toBe("ok");
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, access: "read" });
    expect(await world.codeOf(secret, { method: "POST" })).toBe("access_denied");
  });
});

describe("an API that there is not", () => {
  test.each(["refunds", "", "__proto__", "constructor", "toString"])(
    "%o is access_denied",
    async (api) => {
      const world = createWorld();
      const { secret } = await world.issue();
      expect(await world.codeOf(secret, { api })).toBe("access_denied");
    },
  );
});
