import { describe, expect, test } from "vitest";
import { ROUTES } from "../../src/manage/routes.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { createManageWorld, ORIGIN } from "./world.ts";

const OTHER = "https://evil.example";

/** What a request says of where it comes from; `""`: it says nothing. */
const ROWS: readonly (readonly [
  site: string,
  origin: string,
  isChanged: boolean,
  isRead: boolean,
])[] = [
  ["same-origin", ORIGIN, true, true],
  ["same-origin", "", true, true],
  ["", ORIGIN, true, true],
  ["", "", false, true],
  ["same-origin", OTHER, false, true],
  ["same-origin", "null", false, true],
  ["", OTHER, false, true],
  ["", "null", false, true],
  ["", "http://app.example", false, true],
  ["", "https://app.example:444", false, true],
  ["", "https://app.example.evil.example", false, true],
  ["", `${ORIGIN}/`, false, true],
  ["", `${ORIGIN}, ${ORIGIN}`, false, true],
  ["none", ORIGIN, false, true],
  ["none", "", false, true],
  ["same-site", ORIGIN, false, false],
  ["cross-site", ORIGIN, false, false],
  ["cross-site", OTHER, false, false],
  ["cross-site", "", false, false],
  ["same-origin, cross-site", ORIGIN, false, false],
  ["same-origin, same-origin", ORIGIN, false, false],
  ["SAME-ORIGIN", ORIGIN, false, false],
  ["unheard-of", ORIGIN, false, false],
];

describe("requests of pages of other sites", () => {
  test.each(ROWS)("Sec-Fetch-Site %j, Origin %j: changes %j, reads %j", async (...row) => {
    const [site, origin, isChanged, isRead] = row;
    const { ask } = createManageWorld();
    const headers = { "sec-fetch-site": site, origin };
    const change = await ask("POST", "/owners/ada/tokens", {
      ...{ as: ADA, headers, body: { kind: "service", name: "one" } },
    });
    expect([change.status, change.code]).toEqual(
      isChanged ? [201, undefined] : [403, "cross_site"],
    );
    const read = await ask("GET", "/context", { as: ADA, headers });
    expect([read.status, read.code]).toEqual(isRead ? [200, undefined] : [403, "cross_site"]);
  });

  test("are refused on every route, before the host is asked", async () => {
    let asked = 0;
    const actor = (): string => {
      asked += 1;
      return MANAGER;
    };
    const { ask } = createManageWorld({ actor });
    for (const { method, path, operationId } of ROUTES) {
      const where = path.replace(/\{\w+\}/g, "x");
      const answer = await ask(method, where, { headers: { "sec-fetch-site": "cross-site" } });
      expect([operationId, answer.code]).toEqual([operationId, "cross_site"]);
    }
    expect(asked).toBe(0);
  });

  test.each([
    ["application/json", 204],
    ["application/json; charset=utf-8", 204],
    ['Application/JSON;charset="UTF-8"', 204],
    ["", 415],
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 415],
    ["application/json, text/plain", 415],
    ["text/plain; application/json", 415],
    ["application/json; charset=utf-16", 415],
    ["application/jsonp", 415],
    ["application/problem+json", 415],
  ])(
    "what changes something is of type JSON, without a body too: %j is %i",
    async (type, status) => {
      const { ask, issue } = createManageWorld();
      const { token } = await issue();
      const sent = { as: ADA, headers: { "content-type": type } };
      const answer = await ask("DELETE", `/tokens/${token.id}`, sent);
      expect(answer.status).toBe(status);
      if (status === 415) expect(answer.code).toBe("json_required");
    },
  );

  test("origins that the host names are the ones, whatever the request's URL says", async () => {
    const origin = ["https://one.example", "https://two.example"];
    const { ask, issue } = createManageWorld({ origin });
    const { token } = await issue();
    const from = (sent: string) =>
      ask("PATCH", `/tokens/${token.id}`, { as: ADA, headers: { origin: sent }, body: {} });
    expect((await from("https://one.example")).status).toBe(200);
    expect((await from("https://two.example")).status).toBe(200);
    expect((await from(ORIGIN)).code).toBe("cross_site");
  });

  test("no answer lets another origin read it", async () => {
    const { ask } = createManageWorld();
    for (const method of ["GET", "OPTIONS", "POST"]) {
      const { headers } = await ask(method, "/context", { as: ADA, headers: { origin: OTHER } });
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});
