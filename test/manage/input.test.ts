import { describe, expect, test } from "vitest";
import { ADA, MANAGER } from "../support/directory.ts";
import { createManageWorld } from "./world.ts";

const SECRET = `acme_svc_${"aB3".repeat(12)}zz`;
const ISSUE = { kind: "application", name: "one" };

function issueWith(body: unknown) {
  return createManageWorld().ask("POST", "/owners/ada/tokens", { as: MANAGER, body });
}

describe("a body that is wrong is told where", () => {
  test.each([
    [{}, "/kind", "must be a string"],
    [{ ...ISSUE, name: 5 }, "/name", "must be a string"],
    [{ ...ISSUE, name: "" }, "/name", "must be at least 1 characters long"],
    [{ ...ISSUE, name: "x".repeat(129) }, "/name", "must be at most 128 characters long"],
    [{ ...ISSUE, name: "a\0b" }, "/name", "name must not hold control characters"],
    [{ ...ISSUE, name: "\ud800" }, "/name", "name must not hold control characters"],
    [{ ...ISSUE, more: 1 }, "", 'there is no "more"'],
    [{ ...ISSUE, access: 5 }, "/access", "is of a wrong type or value"],
    [{ ...ISSUE, access: { orders: "all" } }, "/access/orders", "is of a wrong type or value"],
    [{ ...ISSUE, access: { nothing: "read" } }, "/access", 'access: there is no API "nothing"'],
    [
      { ...ISSUE, access: { invoices: ["PUT"] } },
      "/access/invoices",
      'access.invoices: there is no method "PUT"',
    ],
    [{ ...ISSUE, network: { include: [5] } }, "/network/include/0", "must be a string"],
    [
      { ...ISSUE, network: { include: ["10.0.0.0/8", "x"] } },
      "/network/include/1",
      'network.include[1] must be an address, a CIDR block, a range a-b or zone:NAME, not "x"',
    ],
    [{ ...ISSUE, budgets: { orders: 101 } }, "/budgets/orders", "must be at most 100"],
    [{ ...ISSUE, budgets: { orders: 1.5 } }, "/budgets/orders", "must be a whole number"],
    [{ ...ISSUE, budgets: { other: 5 } }, "/budgets", 'budgets: there is no API "other"'],
    [{ ...ISSUE, budgets: { "a/b~c": 0 } }, "/budgets/a~1b~0c", "must be at least 1"],
    [{ ...ISSUE, expiresIn: {} }, "/expiresIn", "expiresIn must be longer than zero"],
    [{ ...ISSUE, expiresIn: { days: -1 } }, "/expiresIn/days", "must be at least 0"],
    [{ ...ISSUE, kind: "nothing" }, "/kind", 'kind: there is no kind "nothing"'],
    [[], "", "must be an object"],
    ["null", "", "must be an object"],
    ["{", "", "the body is not JSON in UTF-8"],
    ["", "", "the body is not JSON in UTF-8"],
    ['{"__proto__":{}}', "", "the body is not JSON in UTF-8"],
    ['{"kind":"service","name":"x","\\u005f_proto__":{}}', "", "the body is not JSON in UTF-8"],
  ])("%j", async (body, path, message) => {
    const answer = await issueWith(body);
    expect([answer.status, answer.code]).toEqual([400, "invalid_input"]);
    expect(answer.json.errors).toContainEqual({ path, message });
  });

  test.each([
    { ...ISSUE, [SECRET]: 1 },
    { ...ISSUE, budgets: { [SECRET]: 0 } },
    { ...ISSUE, access: { [SECRET]: "read" } },
    { ...ISSUE, access: { orders: [SECRET] } },
    { ...ISSUE, network: { include: [SECRET] } },
    { ...ISSUE, kind: SECRET },
    { ...ISSUE, access: SECRET },
  ])("and never repeats what may be a secret: %#", async (body) => {
    const answer = await issueWith(body);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(SECRET.slice(9));
  });

  test("of many faults twenty are told", async () => {
    const include = Array.from({ length: 900 }, () => 5);
    const { json } = await issueWith({ ...ISSUE, network: { include } });
    expect(json.errors).toHaveLength(20);
  });

  test("one that is too long is not read to its end", async () => {
    const { ask } = createManageWorld();
    const body = JSON.stringify({ code: "x".repeat(70_000) });
    const answer = await ask("POST", "/rotations/confirm", { as: ADA, body });
    expect([answer.status, answer.code]).toEqual([413, "body_too_large"]);
  });

  test("a zone may have all the ranges that it may have", async () => {
    const { ask } = createManageWorld();
    const ranges = Array.from(
      { length: 5000 },
      (_, at) => `2001:0db8:0000:0000:0000:${at.toString(16)}::/112`,
    );
    const sent = { as: MANAGER, body: { ranges } };
    expect((await ask("PUT", "/zones/office", sent)).status).toBe(200);
  });

  test("one where none belongs is refused: it would mean something", async () => {
    const { ask, issue } = createManageWorld();
    const { token } = await issue();
    const sent = { as: ADA, body: { kind: "web" } };
    const answer = await ask("DELETE", "/owners/ada/tokens", sent);
    expect(answer.json.errors).toEqual([{ path: "", message: "there must be no body" }]);
    expect((await ask("GET", `/tokens/${token.id}`, { as: ADA })).status).toBe(200);
  });
});

describe("a query that is wrong is told where", () => {
  test.each([
    ["limit=0", "?limit"],
    ["limit=201", "?limit"],
    ["limit=1e1", "?limit"],
    ["limit=0x10", "?limit"],
    ["limit=%2B5", "?limit"],
    ["limit=5&limit=6", "?limit"],
    ["limit=", "?limit"],
    ["cursor=", "?cursor"],
    ["cursor=a&cursor=b", "?cursor"],
    ["owner=ada&owner=bob", "?owner"],
    ["since=yesterday", "?since"],
    ["since=2026-02-30T00:00:00Z", "?since"],
    ["since=2026-01-01T00:00:00%2B01:00", "?since"],
    ["account=globex", ""],
    ["__proto__=x", ""],
    ["tokenId=%00", ""],
    [`cursor=${"9".repeat(600)}`, "?cursor"],
  ])("%s", async (query, path) => {
    const answer = await createManageWorld().ask("GET", `/events?${query}`, { as: MANAGER });
    expect([answer.status, answer.code]).toEqual([400, "invalid_input"]);
    const errors = answer.json.errors as { path: string }[];
    expect(errors.map((each) => each.path)).toContain(path);
  });

  test.each(["/context?x=1", "/zones?limit=1", "/tokens/x?y"])(
    "%s: there is none",
    async (path) => {
      const { status } = await createManageWorld().ask("GET", path, { as: MANAGER });
      expect(status).toBe(400);
    },
  );
});
