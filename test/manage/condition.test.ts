import { describe, expect, test } from "vitest";
import { readEntityTags } from "../../src/manage/entity-tags.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { createManageWorld } from "./world.ts";

async function createConditionWorld() {
  const world = createManageWorld();
  const { token } = await world.issue({ kind: "application" });
  const path = `/tokens/${token.id}`;
  const now = token.updatedAt.getTime();
  const patch = (tag: string, body: object = { name: "two" }) =>
    world.ask("PATCH", path, { as: MANAGER, body, headers: { "if-match": tag } });
  return { ...world, path, now, patch };
}

describe("the tag of a token", () => {
  test("is its version, and another after each change, also of one millisecond", async () => {
    const { ask, path, now, patch } = await createConditionWorld();
    const { headers, json } = await ask("GET", path, { as: ADA });
    expect([headers.get("etag"), json.version]).toEqual([`"${now}"`, now]);
    const changed = await patch(`"${now}"`);
    const tag = changed.headers.get("etag");
    expect(tag).toBe(`"${changed.json.version}"`);
    expect(tag).not.toBe(`"${now}"`);
    expect((await ask("GET", path, { as: ADA })).headers.get("etag")).toBe(tag);
  });
});

describe("If-Match", () => {
  test.each([
    ["$", 200],
    ['"1", $', 200],
    ["$,", 200],
    [", ,$ ,", 200],
    ["*", 200],
    ['"1"', 412],
    ['"1", "2"', 412],
    ["W/$", 412],
    ['W/$, "1"', 412],
    ['"abc"', 412],
    ['""', 412],
    ['"99999999999999999999"', 412],
    ['"8640000000000001"', 412],
    ["1", 400],
    ['"1', 400],
    ['"1" "2"', 400],
    ["*, *", 400],
    [",", 400],
    ['w/"1"', 400],
  ])("%s: %i", async (tag, status) => {
    const { patch, now } = await createConditionWorld();
    const answer = await patch(tag.replace("$", `"${now}"`));
    expect(answer.status).toBe(status);
    if (status === 412) expect(answer.code).toBe("precondition_failed");
  });

  test("of two changes to what both have seen one is made", async () => {
    const { patch, now } = await createConditionWorld();
    const answers = await Promise.all(
      ["one", "two"].map((name) => patch(`"1", "${now}"`, { name })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("guards a new secret", async () => {
    const { ask, path, now } = await createConditionWorld();
    const regenerate = (tag: string) =>
      ask("POST", `${path}/regenerate`, { as: MANAGER, body: {}, headers: { "if-match": tag } });
    expect((await regenerate('"1"')).code).toBe("precondition_failed");
    expect((await regenerate(`"${now}"`)).status).toBe(200);
    expect((await regenerate(`"${now}"`)).code).toBe("precondition_failed");
  });

  test("is refused where nobody would look at it", async () => {
    const { ask, path } = await createConditionWorld();
    const headers = { "if-match": '"1"' };
    for (const [method, where] of [
      ["DELETE", path],
      ["GET", path],
      ["DELETE", "/zones/office"],
    ] as const) {
      const answer = await ask(method, where, { as: MANAGER, headers });
      expect([method, answer.status, answer.code]).toEqual([method, 400, "invalid_input"]);
    }
    const once = { as: MANAGER, headers: { "if-none-match": "*" }, body: { name: "two" } };
    expect((await ask("PATCH", path, once)).status).toBe(400);
  });
});

describe("the replacement of a zone", () => {
  const RANGES = { ranges: ["10.0.0.0/8"] };
  const createZoneWorld = () => {
    const world = createManageWorld();
    const put = (headers: Record<string, string>, body: object = RANGES) =>
      world.ask("PUT", "/zones/office", { as: MANAGER, body, headers });
    return { ...world, put };
  };

  test("If-None-Match: * makes one where there is none", async () => {
    const { put } = createZoneWorld();
    const made = await put({ "if-none-match": "*" });
    expect([made.status, made.headers.get("etag")]).toEqual([200, `"${made.json.version}"`]);
    expect((await put({ "if-none-match": "*" })).code).toBe("precondition_failed");
  });

  test("If-Match replaces what was seen, and nothing else", async () => {
    const { put, ask } = createZoneWorld();
    expect((await put({ "if-match": "*" })).code).toBe("precondition_failed");
    const first = (await put({})).headers.get("etag") ?? "";
    expect((await put({ "if-match": `W/${first}` })).status).toBe(412);
    expect((await put({ "if-match": '"1"' })).status).toBe(412);
    const changed = await put({ "if-match": `"1", ${first}` }, { ...RANGES, blocked: true });
    expect(changed.json).toMatchObject({ blocked: true });
    expect((await put({ "if-match": first })).code).toBe("precondition_failed");
    expect((await ask("GET", "/zones", { as: MANAGER })).json).toEqual({ zones: [changed.json] });
    expect((await put({ "if-match": "*" })).json.version).toBe(first.slice(1, -1));
  });

  test("of two at once to what both have seen one is made", async () => {
    const { put } = createZoneWorld();
    const tag = (await put({})).headers.get("etag") ?? "";
    const ranges = [["192.0.2.1"], ["192.0.2.2"]];
    const answers = await Promise.all(
      ranges.map((each) => put({ "if-match": tag }, { ranges: each })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test.each([
    { "if-none-match": '"1"' },
    { "if-none-match": "*", "if-match": "*" },
    { "if-match": "x" },
  ])("%j is refused", async (headers) => {
    expect((await createZoneWorld().put(headers)).status).toBe(400);
  });
});

describe("If-None-Match", () => {
  test.each([
    ["$", 304],
    ["W/$", 304],
    ['"1", $', 304],
    ["*", 304],
    ['"1"', 200],
    ["x", 400],
  ])("%s: %i", async (tag, status) => {
    const { ask, path, now } = await createConditionWorld();
    const headers = { "if-none-match": tag.replace("$", `"${now}"`) };
    const answer = await ask("GET", path, { as: ADA, headers });
    expect(answer.status).toBe(status);
    if (status === 304) {
      expect([answer.text, answer.headers.get("etag")]).toEqual(["", `"${now}"`]);
      expect(answer.headers.get("content-type")).toBeNull();
    }
  });
});

describe("a list of tags", () => {
  test("is read in time that grows with its length alone", () => {
    const long = Array.from({ length: 20_000 }, () => '"a"').join(", ");
    expect(readEntityTags(long)).toHaveLength(20_000);
    expect(readEntityTags(`${" ".repeat(60_000)}x`)).toBeUndefined();
    expect(readEntityTags(`"${"a".repeat(60_000)}`)).toBeUndefined();
  });
});
