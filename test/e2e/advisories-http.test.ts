// Published faults of others in what comes before a token: addresses, proxies, header fields. See advisories.test.ts.
import { describe, expect, test } from "vitest";
import { type Issued, manyChoice, type Network } from "../../src/index.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";
import { BEHIND_PROXY, openSite, type Site } from "./advisories/site.ts";

const OFFICE: Network = { include: ["192.0.2.0/24"] };

/** A site, and a token for a network. */
interface Place extends AsyncDisposable, Issued {
  readonly world: World;
  readonly site: Site;
}

/** Behind a proxy at 127.0.0.1, which the test plays, unless told otherwise. */
async function open(
  network: Network | null,
  options: Parameters<typeof openSite>[1] = BEHIND_PROXY,
): Promise<Place> {
  const world = createWorld();
  const site = await openSite(world.tokens, { clock: world.clock, ...options });
  const issued = await world.issue({ network });
  return { world, site, ...issued, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

describe("the address of a client", () => {
  test.each([
    "Unkey (peers.md, finding 8): the left-most X-Forwarded-For counted",
    "fastify/fastify#5865: behind an nginx that appends, a client chose request.ip",
    "koajs/koa#1413: ctx.request.ip was the first value of X-Forwarded-For",
    "home-assistant/core#14345: a trusted address at the front of X-Forwarded-For opened everything",
  ])("%s", async () => {
    await using place = await open(OFFICE);
    const { site, secret } = place;
    // What a proxy makes of a client at 198.51.100.7 that forges.
    expect(await site.from("192.0.2.1, 198.51.100.7", secret)).toBe(403);
    expect(await site.from("192.0.2.1, 127.0.0.1, 198.51.100.7", secret)).toBe(403);
    expect(await site.from("198.51.100.7, 192.0.2.1", secret)).toBe(200);
  });

  test.each([
    "rmyndharis/OpenWA#211: a key's list of addresses was opened by X-Forwarded-For, without any proxy",
    "better-auth/better-auth#10203: X-Forwarded-For was believed whoever sent it",
  ])("%s", async () => {
    // Without proxies, and where this client is none of them.
    for (const options of [{}, { trustProxy: ["10.0.0.1"] }]) {
      await using place = await open(OFFICE, options);
      expect(await place.site.from("192.0.2.1", place.secret)).toBe(403);
      expect(await place.site.from("192.0.2.1, 10.0.0.1", place.secret)).toBe(403);
    }
  });

  test("GHSA-pjm4-8fpg-f9p6 (9router): a header of the client's said that it was local", async () => {
    await using place = await open({ include: ["127.0.0.1"] });
    const names = [
      "X-9r-Real-IP",
      "X-Real-IP",
      "CF-Connecting-IP",
      "True-Client-IP",
      "X-Client-IP",
    ];
    const fields = names.flatMap((name) => [name, "127.0.0.1"]);
    const from = "198.51.100.7";
    expect(await place.site.status(place.secret, { from, fields })).toBe(403);
    expect(await place.site.status(undefined, { from, fields })).toBe(401);
  });

  test("Unkey (peers.md, finding 8): a rule with a CIDR block was compared as text", async () => {
    await using place = await open({ include: ["10.0.0.0/8", "2001:db8::/32"] });
    const { site, secret } = place;
    expect([await site.from("10.1.2.3", secret), await site.from("11.1.2.3", secret)]).toEqual([
      200, 403,
    ]);
    expect([
      await site.from("2001:db8::9", secret),
      await site.from("2001:db9::9", secret),
    ]).toEqual([200, 403]);
  });

  test("CVE-2026-39409 (GHSA-xpcf-pg52-r92g, hono): mapped IPv4 addresses were under no IPv4 rule", async () => {
    await using denied = await open({ exclude: ["192.0.2.0/24"] });
    await using allowed = await open(OFFICE);
    for (const address of ["::ffff:192.0.2.7", "::ffff:c000:207", "::FFFF:192.0.2.7"]) {
      expect(await denied.site.from(address, denied.secret)).toBe(403);
      expect(await allowed.site.from(address, allowed.secret)).toBe(200);
    }
  });

  test("CVE-2026-47674 (GHSA-xrhx-7g5j-rcj5, hono): IPv6 in another form than the rule's was under no rule", async () => {
    await using place = await open({ exclude: ["2001:db8::1", "fe80::/10", "192.0.2.7"] });
    const { site, secret } = place;
    const forms = [
      "2001:db8:0:0:0:0:0:1",
      "2001:0DB8::0001",
      "2001:db8:0::0:1",
      "[2001:db8::1]:443",
    ];
    for (const address of [...forms, "::ffff:c000:207", "fe80::1%eth0", "fe80::1"])
      expect(await site.from(address, secret)).toBe(403);
    expect(await site.from("2001:db8::2", secret)).toBe(200);
  });

  test("CVE-2021-28918 (netmask), CVE-2021-29921 (Python), CVE-2026-69192 (ip-address): leading zeros meant one address here, another there", async () => {
    const decimal = { include: ["10.0.0.0/8"] };
    await using place = await open(decimal);
    await using octal = await open({ include: ["8.0.0.0/8"] });
    for (const address of ["010.8.8.8", "10.08.8.8", "0010.8.8.8", "012.0.0.1"]) {
      expect(await place.site.from(address, place.secret)).toBe(403);
      expect(await octal.site.from(address, octal.secret)).toBe(403);
    }
    for (const entry of ["010.0.0.0/8", "10.0.0.01", "10.0.0.0/08", "010.0.0.1-10.0.0.9"])
      expect(await outcomeOf(place.world.issue({ network: { include: [entry] } }))).toBe(
        "invalid_input",
      );
  });

  test("CVE-2023-42282 and CVE-2024-29415 (ip): odd forms of private addresses passed for public ones", async () => {
    await using place = await open({ exclude: ["127.0.0.0/8", "10.0.0.0/8", "::1"] });
    const short = ["0x7f.1", "127.1", "127.0.1", "127.00.0x1", "2130706433"];
    const octal = ["01200034567", "012.1.2.3", "017700000001"];
    const ipv6 = ["000:0:0000::01", "::fFFf:127.0.0.1", "0:0:0:0:0:0:0:1"];
    for (const address of [...short, ...octal, ...ipv6])
      expect(await place.site.from(address, place.secret)).toBe(403);
    expect(await place.site.from("8.8.8.8", place.secret)).toBe(200);
  });

  test("GHSA-4xrf-jv44-h6hh (ip-address): a CIDR suffix at an address took it out of its range", async () => {
    await using place = await open({ exclude: ["127.0.0.0/8"] });
    for (const address of ["127.0.0.1/8", "127.0.0.1/32", "::ffff:127.0.0.1/128", "8.8.8.8/0"])
      expect(await place.site.from(address, place.secret)).toBe(403);
  });
});

describe("the limit on guessing", () => {
  test.each([
    [
      "express-rate-limit/express-rate-limit#134: another X-Forwarded-For gave another thirty attempts",
      {},
    ],
    ["pierreb-devkit/Node#3933: the same, behind a proxy", BEHIND_PROXY],
  ])("%s", async (_name, options) => {
    await using place = await open(null, options);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 31; attempt += 1)
      statuses.push(await place.site.from(`10.0.0.${attempt}, 198.51.100.7`, "guess"));
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 401), 429]);
  });

  test("express-rate-limit/express-rate-limit#502: an IPv6 client has 2^64 addresses to guess from", async () => {
    await using place = await open(null);
    for (let attempt = 1; attempt <= 30; attempt += 1)
      expect(await place.site.from(`2001:db8:1:2:${attempt}::1`, "guess")).toBe(401);
    expect(await place.site.from("2001:db8:1:2:ffff::1", "guess")).toBe(429);
    expect(await place.site.from("2001:db8:1:3::1", "guess")).toBe(401);
  });

  test("CVE-2026-30827 (GHSA-46wh-pxpv-q5gq, express-rate-limit): all mapped IPv4 clients shared one count", async () => {
    await using place = await open(null);
    for (let attempt = 1; attempt <= 30; attempt += 1)
      expect(await place.site.from("::ffff:192.0.2.1", "guess")).toBe(401);
    expect(await place.site.from("::ffff:192.0.2.2", place.secret)).toBe(200);
    // express-rate-limit/express-rate-limit#667: one address, however it is written.
    for (const address of ["192.0.2.1", "::ffff:c000:201", "::FFFF:192.0.2.1"])
      expect(await place.site.from(address, place.secret)).toBe(429);
  });
});

describe("the fields of a request", () => {
  test("CVE-2025-29927 (Next.js): a header that only the framework should send went round the check", async () => {
    await using place = await open(null);
    const repeated = Array.from({ length: 5 }, () => "middleware").join(":");
    const internal = ["X-Middleware-Subrequest", repeated, "X-Middleware-Next", "1"];
    const fields = [...internal, "X-Original-URL", "/public", "X-Rewrite-URL", "/public"];
    expect(await place.site.status(undefined, { fields })).toBe(401);
    expect(await place.site.status("guess", { fields })).toBe(401);
  });

  test("CVE-2026-3635 (GHSA-444r-cwp2-x5xf, fastify): host and scheme of the request were what a client wrote; no answer holds them", async () => {
    await using place = await open(null);
    const names = ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Host", "Referer", "Origin"];
    const fields = names.flatMap((name) => [name, "https://evil.example"]);
    const [plain, forged] = [
      await place.site.call("guess"),
      await place.site.call("guess", { fields }),
    ];
    expect(forged.body).toBe(plain.body);
    expect(JSON.stringify(forged)).not.toContain("evil");
  });

  test("jaredhanson/passport-http-bearer#3, ianstormtaylor/permit#6: of tokens in two places, one was taken", async () => {
    const credentials = { schemes: ["Bearer"], headers: ["x-api-key"] };
    await using place = await open(null, { credentials });
    const { site, secret } = place;
    const text = secret.reveal();
    expect(await site.status(secret, { fields: ["X-API-Key", text] })).toBe(400);
    expect(await site.status(secret, { fields: ["X-API-Key", "guess"] })).toBe(400);
    expect(await site.status("guess", { fields: ["X-API-Key", text] })).toBe(400);
    // Neither the query nor a cookie is a place for a token.
    expect(await site.status(undefined, { path: `/?access_token=${text}` })).toBe(401);
    expect(await site.status(undefined, { fields: ["Cookie", `access_token=${text}`] })).toBe(401);
  });

  test("httpwg/http-core#180: of two Authorization lines, which one counts depends on who reads", async () => {
    await using place = await open(null);
    const { site, secret } = place;
    for (const other of ["Bearer guess", "Basic dXNlcjpwYXNz", `Bearer ${secret.reveal()}`]) {
      expect(await site.status(secret, { fields: ["Authorization", other] })).toBe(400);
      const fields = ["Authorization", other, "authorization", `Bearer ${secret.reveal()}`];
      expect(await site.status(undefined, { fields })).toBe(400);
    }
  });

  test("GHSA-57q6-fvp4-pqmm (Open WebUI): what a key was restricted to did not hold in x-api-key", async () => {
    const kinds = { reader: manyChoice({ prefix: "acme_read" }) };
    const world = createWorld({ kinds });
    const credentials = { schemes: ["Bearer"], headers: ["x-api-key"] };
    await using site = await openSite(world.tokens, { credentials });
    const { secret } = await world.issue({ kind: "reader", access: { orders: "read" } });
    const elsewhere = await world.issue({ kind: "reader", access: "full", network: OFFICE });
    const fields = ["X-API-Key", secret.reveal()];
    expect(await site.status(undefined, { fields })).toBe(200);
    expect(await site.status(undefined, { method: "POST", fields })).toBe(403);
    const other = ["X-API-Key", elsewhere.secret.reveal()];
    expect(await site.status(undefined, { fields: other })).toBe(403);
  });

  test("CVE-2026-39410 (GHSA-r5rp-j6wh-rvv4, hono): a blank that is none of HTTP was taken off, so that two names were one", async () => {
    await using place = await open(null);
    const { site, secret } = place;
    const text = secret.reveal();
    for (const value of [`Bearer\u00a0${text}`, `Bearer \u00a0${text}`, `Bearer ${text}\u00a0`])
      expect(await site.status(undefined, { fields: ["Authorization", value] })).toBe(400);
    const before = ["Authorization", `\u00a0Bearer ${text}`];
    expect(await site.status(undefined, { fields: before })).toBe(401);
  });
});
