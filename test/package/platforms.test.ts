import { cpSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { developedAgainst, installPacked, type PackedProject } from "./packed.ts";
import { isPublished, SYSTEM_NAME } from "./platforms/binaries.ts";
import { bearer, type Called, call, type Line } from "./platforms/call.ts";
import { PLATFORMS, type Platform, twoLines } from "./platforms/expectations.ts";
import { type Running, START } from "./platforms/processes.ts";
import type { Secrets } from "./platforms/programs/shop.ts";

const NEXT = ["next@16.4.6", "react@19.3.1", "react-dom@19.3.1", "@types/react@19.3.0"];
/** What becomes of access tokens: a good one, for what it is not, forged; bound with its proof, the proof again, without one; metadata. */
const EXCHANGED = [
  ...["ada bearer", 403, 401, "ada bound", 401, 401],
  "https://orders.shop.example",
];
const EXCHANGED_BY_EACH = Object.fromEntries(
  ["RS256", "ES256", "EdDSA", "stored"].map((keys) => [keys, EXCHANGED]),
);
const DEVELOPED = ["hono", "typescript", "@types/node"];

/** For what npm may have to fetch first. */
const FETCHING_MS = 300_000;

let project: PackedProject;
beforeAll(() => {
  project = installPacked(...DEVELOPED.map(developedAgainst), ...NEXT);
  cpSync("test/package/platforms/programs", project.folder, { recursive: true });
}, FETCHING_MS);
afterAll(() => rmSync(project.folder, { recursive: true }));

for (const platform of PLATFORMS) {
  const title = `the packed package on ${platform.name}`;
  if (platform.name === "Next.js" || isPublished(platform.name))
    describe(title, () => describePlatform(platform));
  else
    test(`${title} was not run: it is not published for ${SYSTEM_NAME}`, () => {
      expect(process.env.TOKENRY_REQUIRE_SERVERS, "platforms are required").not.toBe("1");
    });
}

function describePlatform(platform: Platform): void {
  let running: Running;
  beforeAll(async () => {
    running = await START[platform.name](project.folder);
  }, FETCHING_MS);
  afterAll(() => running?.stop());

  describe("in particular", () => describeParticular(platform.name, () => running));
  for (const adapter of platform.adapters)
    describe(`by tokenry/${adapter}`, () => describeContract(platform, adapter, () => running));
}

/** What one platform alone has. */
function describeParticular(name: Platform["name"], running: () => Running): void {
  const calling = (method: string, path: string, ...lines: readonly Line[]): Promise<Called> =>
    call(method, `${running().origins.fetch}${path}`, lines);
  const secretsOf = async (method: string, path: string): Promise<Secrets> =>
    JSON.parse((await calling(method, path)).body).secrets;

  if (name === "Next.js") {
    test("serves the Edge Runtime too", async () => {
      const { full } = await secretsOf("POST", "/edge");
      expect((await calling("GET", "/edge", bearer(full))).status).toBe(200);
      const refused = await calling("GET", "/edge");
      expect(statusAndCode(refused)).toEqual([401, "missing_token"]);
    });

    test("exchanges API tokens in the Edge Runtime too", async () => {
      const { body } = await calling("PUT", "/edge");
      expect(JSON.parse(body)).toEqual(EXCHANGED_BY_EACH);
    });

    test("passes on the parameters of a route", async () => {
      const { full } = await secretsOf("GET", "/secrets");
      const { body } = await calling("GET", "/orders/A-1001?view=all", bearer(full));
      expect(JSON.parse(body)).toEqual({ id: "A-1001", view: "all", left: 295 });
    });

    test("answers by itself a preflight to a route that exports no OPTIONS", async () => {
      const preflight = await calling("OPTIONS", "/nothing", ...PREFLIGHT);
      expect([preflight.status, preflight.headers.allow]).toEqual([204, "GET, HEAD, OPTIONS"]);
    });
  } else
    test("switches to another protocol behind tokenry/fetch", async () => {
      const { full } = await secretsOf("GET", "/secrets");
      expect((await calling("GET", "/socket", ...UPGRADE)).status).toBe(401);
      const upgraded = await calling("GET", "/socket", bearer(full), ...UPGRADE);
      expect([upgraded.status, upgraded.headers.upgrade]).toEqual([101, "websocket"]);
    });
}

/** What holds on all platforms. */
function describeContract(
  platform: Platform,
  adapter: Platform["adapters"][number],
  running: () => Running,
): void {
  let secrets: Secrets;
  let life: readonly string[];
  const to = (path: string): string => `${running().origins[adapter]}${path}`;
  const orders = (method: string, ...lines: readonly Line[]): Promise<Called> =>
    call(method, to("/orders"), lines, method === "POST" ? "pears" : "");
  beforeAll(async () => {
    ({ secrets, life } = JSON.parse((await call("GET", to("/secrets"))).body));
  });

  test("issues, verifies and revokes, with or without Node's process", () => {
    const process = platform.hasProcess[adapter] ? "a process" : "no process";
    expect(life.slice(0, 3)).toEqual(["accepted", "access_denied", "unknown_token"]);
    expect(life.at(-1)).toBe(process);
  });

  test("tells owners by mail and by signed webhooks", () => {
    expect(life.slice(3, 5)).toEqual(["mailed", "signed"]);
  });

  test("exchanges API tokens for access tokens, and verifies these", async () => {
    const { body } = await call("GET", to("/exchange"));
    expect(JSON.parse(body)).toEqual(EXCHANGED_BY_EACH);
  });

  test("refuses who has no token, with the whole problem", async () => {
    const { status, headers, body } = await orders("GET");
    expect(status).toBe(401);
    expect(headers).toMatchObject({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "www-authenticate": 'Bearer realm="api"',
    });
    expect(body).toBe(
      '{"type":"urn:problem-type:tokenry:missing-token","title":"A token is required.","status":401,"code":"missing_token"}',
    );
  });

  test("accepts a token, tells its budget and leaves the body to the handler", async () => {
    const { status, headers, body } = await orders("POST", bearer(secrets.full));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": expect.stringMatching(/^application\/json/),
      "ratelimit-policy": '"token";q=300;w=60',
      ratelimit: '"token";r=299;t=1',
      "token-expires-at": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(JSON.parse(body)).toEqual({ owner: "ada", sent: "pears" });
  });

  test("judges by the method: a reader reads", async () => {
    expect(statusAndCode(await orders("GET", bearer(secrets.reader)))).toEqual([200, undefined]);
    const refused = await orders("POST", bearer(secrets.reader));
    expect(statusAndCode(refused)).toEqual([403, "access_denied"]);
  });

  test("answers HEAD as GET, without a body", async () => {
    const accepted = await orders("HEAD", bearer(secrets.reader));
    expect([accepted.status, accepted.body]).toEqual([200, ""]);
    expect(accepted.headers.ratelimit).toMatch(/^"token";r=29\d;t=\d$/);
    const refused = await orders("HEAD");
    expect([refused.status, refused.body]).toEqual([401, ""]);
    expect(refused.headers["content-type"]).toBe("application/problem+json");
  });

  test("refuses what is no token, and what is no credential", async () => {
    const malformed = await orders("GET", bearer("x"));
    expect(statusAndCode(malformed)).toEqual([401, "invalid_token"]);
    const invalid = await orders("GET", bearer("a b"));
    expect(statusAndCode(invalid)).toEqual([400, "invalid_request"]);
  });

  test("T-07: of two Authorization lines sees what the platform hands on", async () => {
    const pairs = Object.entries(twoLines(bearer(secrets.full)));
    const statuses = pairs.map(async ([name, lines]) => [
      name,
      (await orders("GET", ...lines)).status,
    ]);
    const all = Object.fromEntries(pairs.map(([name]) => [name, 400]));
    expect(Object.fromEntries(await Promise.all(statuses))).toEqual({
      ...all,
      ...platform.ofTwoLines,
    });
  });

  test("holds tokens to their networks", async () => {
    const here = platform.from("127.0.0.1");
    expect((await orders("GET", bearer(secrets.near), ...here)).status).toBe(200);
    const far = await orders("GET", bearer(secrets.far), ...here);
    expect(statusAndCode(far)).toEqual([403, "network_denied"]);
    const unsaid = await orders("GET", bearer(secrets.near));
    expect(unsaid.status).toBe(platform.tellsConnection ? 200 : 403);
    const there = platform.from("198.51.100.7");
    const moved = await orders("GET", bearer(secrets.near), ...there);
    expect(moved.status).toBe(there.length === 0 ? 200 : 403);
  });

  test("lets a preflight through to the host, and no other OPTIONS", async () => {
    const [origin] = PREFLIGHT;
    const preflight = await orders("OPTIONS", ...PREFLIGHT);
    expect([preflight.status, preflight.headers["x-preflight"]]).toEqual([204, "shop"]);
    expect(statusAndCode(await orders("OPTIONS", origin))).toEqual([401, "missing_token"]);
  });

  test("tells on one and the same response object, and on a redirect, each client its own", async () => {
    // A call costs 20, so that what is refilled meanwhile does not matter.
    const left = async (path: string, secret: string): Promise<readonly unknown[]> => {
      const { status, headers } = await call("GET", to(path), [bearer(secret)]);
      return [status, Math.floor(remainingIn(headers) / 20), headers.location];
    };
    const { first, second } = secrets;
    expect(await left("/nothing", first)).toEqual([204, 14, undefined]);
    expect(await left("/nothing", first)).toEqual([204, 13, undefined]);
    expect(await left("/nothing", second)).toEqual([204, 14, undefined]);
    const location = "https://shop.example/orders";
    expect(await left("/moved", first)).toEqual([307, 12, location]);
    expect(await left("/moved", second)).toEqual([307, 13, location]);
  });

  test("answers many at once, each once", async () => {
    const calls = Array.from({ length: 50 }, () => orders("GET", bearer(secrets.many)));
    const startedAt = performance.now();
    const remaining = (await Promise.all(calls)).map(({ headers }) => remainingIn(headers));
    // 300 a minute are refilled.
    const refilled = Math.ceil((performance.now() - startedAt) / 200);
    expect(Math.min(...remaining)).toBeLessThanOrEqual(250 + refilled);
    expect(Math.max(...remaining)).toBe(299);
  });

  test("CORE-38: ends the token of a request", async () => {
    const end = (...lines: readonly Line[]): Promise<Called> => call("DELETE", to("/token"), lines);
    expect(statusAndCode(await end())).toEqual([401, "missing_token"]);
    const ended = await end(bearer(secrets.full));
    expect([ended.status, ended.body]).toEqual([204, ""]);
    expect(statusAndCode(await end(bearer(secrets.full)))).toEqual([401, "invalid_token"]);
    const refused = await orders("GET", bearer(secrets.full));
    expect(statusAndCode(refused)).toEqual([401, "invalid_token"]);
  });

  test("CORE-68: limits guessing by the client's address", async () => {
    const address = platform.from("203.0.113.9");
    const guess = (): Promise<Called> => orders("GET", bearer("x"), ...address);
    // 30 a minute: more, as they are refilled.
    const answers = await Promise.all(Array.from({ length: 45 }, guess));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(statusAndCode(limited[0])).toEqual([429, "too_many_failures"]);
    expect(limited[0]?.headers["retry-after"]).toMatch(/^[12]$/);
  });
}

const PREFLIGHT = [
  ["Origin", "https://app.example"],
  ["Access-Control-Request-Method", "POST"],
] as const;

const UPGRADE = [
  ["Connection", "Upgrade"],
  ["Upgrade", "websocket"],
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
] as const;

function remainingIn({ ratelimit }: IncomingHttpHeaders): number {
  return Number(/r=(\d+)/.exec(String(ratelimit))?.[1]);
}

/** The status, and the code of a problem. */
function statusAndCode(called: Called | undefined): readonly unknown[] {
  const isProblem = called?.headers["content-type"] === "application/problem+json";
  return [called?.status, isProblem ? JSON.parse(called.body).code : undefined];
}
