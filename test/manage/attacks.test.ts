import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toNodeHandler } from "../../src/adapters/node.ts";
import { memoryIdempotency } from "../../src/index.ts";
import { ROUTES } from "../../src/manage/routes.ts";
import { openConnection } from "../../src/testing/http/raw-client.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { createManageWorld, type ManageWorld, ORIGIN } from "./world.ts";

const ISSUE = { kind: "application", name: "one" };
const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];

async function tokensOf({ tokens }: ManageWorld, owner = ADA) {
  return (await tokens.list({ owner, actor: owner, limit: 200 })).tokens;
}

describe("over a socket", () => {
  const world = createManageWorld({ origin: ORIGIN });
  const server = createServer(toNodeHandler(world.handle));
  beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
  afterAll(() => server.close());

  async function send(head: readonly string[], body = "") {
    // A cast, as a server that listens on a port has an address.
    const { port } = server.address() as AddressInfo;
    const connection = await openConnection(port, "attacks");
    try {
      connection.send(`${head.join("\r\n")}\r\n\r\n${body}`);
      return await connection.answer(head[0]?.split(" ")[0] ?? "GET");
    } finally {
      connection.destroy();
    }
  }

  const PAGE = [`Cookie: session=${ADA}`, `Origin: ${ORIGIN}`, "Content-Type: application/json"];

  test.each([
    ["a query of eight thousand parameters", `/events?${"a&".repeat(7000)}`],
    ["a parameter seven thousand times", `/events?${"type&".repeat(3000)}`],
    ["a path of fourteen thousand parts", `/tokens${"/a".repeat(7000)}`],
    ["a part of fourteen thousand escapes", `/tokens/${"%41".repeat(4500)}`],
  ])("%s is answered at once", async (_, path) => {
    const began = performance.now();
    const { status } = await send([`GET /tokenry${path} HTTP/1.1`, "Host: a", ...PAGE]);
    expect([400, 404]).toContain(status);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test.each(["%0d%0aset-cookie:%20a=1", "%0aX: y", "%e2%80%a8", "a%00b"])(
    "no name splits an answer: %s",
    async (part) => {
      const line = `/tokenry/owners/${part.replaceAll(" ", "%20")}/tokens?limit=1&cursor=${part.replaceAll(" ", "+")}`;
      const head = [`GET ${line} HTTP/1.1`, "Host: a", `Cookie: session=${MANAGER}`];
      const { status, fields } = await send(head);
      expect([400, 404]).toContain(status);
      expect(fields.map(([name]) => name)).not.toContain("set-cookie");
      expect(fields.map(([name]) => name)).not.toContain("x");
    },
  );

  test("a method that is named in a header or a parameter is not the request's", async () => {
    const { token } = await world.issue();
    const override = "X-HTTP-Method-Override: DELETE";
    const path = `/tokenry/tokens/${token.id}`;
    const get = [`GET ${path}?_method=DELETE HTTP/1.1`, "Host: a", ...PAGE, override];
    expect((await send(get)).status).toBe(400);
    const post = [`POST ${path} HTTP/1.1`, "Host: a", ...PAGE, override, "Content-Length: 2"];
    expect((await send(post, "{}")).status).toBe(405);
    expect(await tokensOf(world)).toContainEqual(expect.objectContaining({ id: token.id }));
  });

  test("HEAD and OPTIONS change nothing, whatever the path", async () => {
    const before = await tokensOf(world);
    for (const { path } of ROUTES) {
      const where = path
        .replace("{owner}", ADA)
        .replace("{kind}", "web")
        .replace(/\{\w+\}/, "x");
      for (const method of ["HEAD", "OPTIONS"]) {
        const head = [`${method} /tokenry${where} HTTP/1.1`, "Host: a", `Cookie: session=${ADA}`];
        expect((await send(head)).status).toBeLessThan(500);
      }
    }
    expect(await tokensOf(world)).toEqual(before);
  });
});

test("a query of any length takes time that grows with its length alone", async () => {
  const { ask } = createManageWorld();
  const began = performance.now();
  const { status } = await ask("GET", `/events?${"a&".repeat(25_000)}`, { as: ADA });
  expect(status).toBe(400);
  expect(performance.now() - began).toBeLessThan(2000);
});

describe("who somebody is", () => {
  test.each([
    "ADA",
    "ada%20",
    "%20ada",
    "ad%C3%A1",
    "ada%2e",
    "%EF%BD%81da",
    "ada%E2%80%8B",
    "aDa",
  ])("is compared as it is: %s is another", async (owner) => {
    const { ask } = createManageWorld();
    const { code } = await ask("GET", `/owners/${owner}/tokens`, { as: ADA });
    expect(code).toBe("forbidden");
  });

  test("is neither in the body, nor in the query, nor in a header", async () => {
    const world = createManageWorld();
    const headers = { "x-user": MANAGER, "x-actor": MANAGER, "x-forwarded-user": MANAGER };
    for (const more of [{ owner: BOB }, { actor: MANAGER }, { account: "globex" }, { slot: "x" }]) {
      const sent = { as: ADA, headers, body: { ...ISSUE, ...more } };
      expect((await world.ask("POST", "/owners/ada/tokens", sent)).code).toBe("invalid_input");
    }
    const queried = await world.ask("GET", `/owners/ada/tokens?actor=${MANAGER}`, { as: ADA });
    expect(queried.code).toBe("invalid_input");
    expect((await world.ask("GET", "/zones", { as: ADA, headers })).code).toBe("forbidden");
  });

  test("who manages no more has no more from a key that was used before", async () => {
    const world = createManageWorld();
    const sent = { as: MANAGER, body: ISSUE, headers: { "idempotency-key": "k" } };
    expect((await world.ask("POST", "/owners/ada/tokens", sent)).status).toBe(201);
    world.directory.change(MANAGER, { managesTokens: false });
    expect((await world.ask("POST", "/owners/ada/tokens", sent)).code).toBe("forbidden");
  });

  test("a cursor of another's list shows nothing of it", async () => {
    const world = createManageWorld();
    for (const name of ["secret-one", "secret-two"]) await world.issue({ owner: STRANGER, name });
    const path = `/owners/${STRANGER}/tokens?limit=1`;
    const { json } = await world.ask("GET", path, { as: FOREIGN_MANAGER });
    const cursor = encodeURIComponent(String(json.cursor));
    const { text } = await world.ask("GET", `/owners/ada/tokens?cursor=${cursor}`, { as: ADA });
    expect(text).not.toContain("secret-");
    const events = await world.ask("GET", "/events?limit=1", { as: FOREIGN_MANAGER });
    const place = encodeURIComponent(String(events.json.cursor));
    const trail = await world.ask("GET", `/events?cursor=${place}`, { as: MANAGER });
    expect(trail.text).not.toContain(`"${STRANGER}"`);
  });
});

describe("names that objects have of themselves", () => {
  test.each(NAMES)("%s is no kind, no API, no owner, and a zone as any other", async (name) => {
    const world = createManageWorld();
    const post = (body: string) => world.ask("POST", "/owners/ada/tokens", { as: MANAGER, body });
    expect((await post(`{"kind":"${name}","name":"x"}`)).status).toBe(400);
    for (const member of [`"access":{"${name}":"read"}`, `"budgets":{"${name}":5}`])
      expect((await post(`{"kind":"application","name":"x",${member}}`)).status).toBe(400);
    const rotation = await world.ask("GET", `/owners/ada/rotations/${name}`, { as: ADA });
    expect(rotation.status).toBe(400);
    expect((await world.ask("GET", `/owners/${name}`, { as: MANAGER })).status).toBe(404);

    const range = { as: MANAGER, body: { ranges: ["10.0.0.0/8"] } };
    expect((await world.ask("PUT", `/zones/${name}`, range)).status).toBe(200);
    const network = { include: [`zone:${name}`] };
    const sent = { as: MANAGER, body: { ...ISSUE, network } };
    expect((await world.ask("POST", "/owners/ada/tokens", sent)).status).toBe(201);
    expect((await world.ask("DELETE", `/zones/${name}`, { as: MANAGER })).code).toBe("zone_in_use");
    expect(world.outages).toEqual([]);
  });
});

describe("JSON that is meant to hurt", () => {
  const access = (value: string) => `{"kind":"application","name":"x","access":${value}}`;

  test.each([
    ["deep lists", access("[".repeat(30_000) + "]".repeat(30_000))],
    ["deep objects", access(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`)],
    ["lists that do not end", "[".repeat(60_000)],
    ["a number beyond all", '{"kind":"application","name":"x","budgets":{"orders":1e999}}'],
    [
      "a number of many digits",
      `{"kind":"application","name":"x","budgets":{"orders":${"9".repeat(9999)}}}`,
    ],
    ["half a character as a name", access('{"\\ud800":"read"}')],
    ["a prototype within", access('{"orders":{"__proto__":{"x":1}}}')],
    ["bytes that are no text", '{"kind":"\u{fffd}","name":"x"}'],
  ])("%s: 400, and no outage", async (_, body) => {
    const { ask, outages } = createManageWorld();
    const answer = await ask("POST", "/owners/ada/tokens", { as: MANAGER, body });
    expect([answer.status, answer.code]).toEqual([400, "invalid_input"]);
    expect(answer.text.length).toBeLessThan(2000);
    expect(outages).toEqual([]);
  });

  test("a member that is there twice is the last, in the check as in the deed", async () => {
    const { ask } = createManageWorld();
    const body = '{"kind":"application","kind":"service","name":"x"}';
    const { json } = await ask("POST", "/owners/ada/tokens", { as: ADA, body });
    expect(json.token).toMatchObject({ kind: "service" });
  });
});

describe("a secret", () => {
  test("is in no error, no outage and no answer but its own", async () => {
    const world = createManageWorld({ idempotency: memoryIdempotency() });
    const { token, secret } = await world.issue({ owner: ADA });
    const text = secret.reveal();
    const answers = [
      await world.ask("GET", `/tokens/${text}`, { as: ADA }),
      await world.ask("GET", `/owners/${text}`, { as: MANAGER }),
      await world.ask("GET", `/events?cursor=${text}`, { as: ADA }),
      await world.ask("GET", `/events?${text}=1`, { as: ADA }),
      await world.ask("PUT", `/zones/${text}`, { as: MANAGER, body: { ranges: [text] } }),
      await world.ask("POST", "/rotations/confirm", { as: ADA, body: { code: text } }),
      await world.ask("POST", "/owners/ada/tokens", { as: ADA, body: { kind: text, name: "x" } }),
      await world.ask("GET", "/context", { as: ADA, headers: { "x-a": `x${text}` } }),
      await world.ask("GET", `/tokens/${token.id}`, { as: ADA }),
      await world.ask("GET", "/events", { as: MANAGER }),
    ];
    const parts = [text, text.slice(-38)];
    for (const answer of answers) {
      for (const part of parts) expect(answer.text).not.toContain(part);
      for (const part of parts) expect(JSON.stringify([...answer.headers])).not.toContain(part);
    }
    expect(world.outages).toEqual([]);
  });

  test("goes to one of two that confirm at once by the same code", async () => {
    const codes: string[] = [];
    const deliver = async (notice: unknown) =>
      void codes.push(
        ...[.../"code":"([^"]+)"/g[Symbol.matchAll](JSON.stringify(notice))].map(
          ([, code]) => code ?? "",
        ),
      );
    const world = createManageWorld({}, { notifier: { deliver } });
    await world.issue({ kind: "web" });
    await world.ask("POST", "/owners/ada/rotations/web", { as: ADA, body: {} });
    await world.tokens.jobs.deliver();
    const [code] = codes;
    const confirm = () => world.ask("POST", "/rotations/confirm", { as: ADA, body: { code } });
    const answers = await Promise.all([confirm(), confirm()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});
