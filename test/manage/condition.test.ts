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
    for (const [method, where, body] of [
      ["DELETE", path, undefined],
      ["GET", path, undefined],
      ["PUT", "/zones/office", { ranges: ["10.0.0.0/8"] }],
    ] as const) {
      const answer = await ask(method, where, { as: MANAGER, headers, body });
      expect([method, answer.status, answer.code]).toEqual([method, 400, "invalid_input"]);
    }
    const once = {
      as: MANAGER,
      headers: { "if-none-match": "*" },
      body: { ranges: ["10.0.0.0/8"] },
    };
    expect((await ask("PUT", "/zones/office", once)).status).toBe(400);
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
