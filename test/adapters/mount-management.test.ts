import { afterEach, describe, expect, test } from "vitest";
import { type ManagementApiOptions, managementApi } from "../../src/manage/index.ts";
import { openConnection } from "../../src/testing/http/raw-client.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { MOUNT_SUBJECTS, type ServeMounted } from "./mount-subjects.ts";

/** Where clients find it, whatever port a test has. */
const ORIGIN = "https://app.example";
const COOKIE = { cookie: `session=${ADA}` };
const PAGE = { ...COOKIE, origin: ORIGIN, "content-type": "application/json" };
const ISSUE = JSON.stringify({ kind: "service", name: "one" });

const served: HttpServed[] = [];
afterEach(async () => {
  for (const server of served.splice(0)) await server.close();
});

async function start(serve: ServeMounted, options: Partial<ManagementApiOptions> = {}) {
  const { tokens, clock } = createWorld();
  const actor = ({ headers }: Request) => /^session=(\w+)$/.exec(headers.get("cookie") ?? "")?.[1];
  const server = await serve(managementApi(tokens, { actor, clock, ...options }), {
    origin: ORIGIN,
  });
  served.push(server);
  const base = `http://127.0.0.1:${server.port}/tokenry`;
  const ask = async (method: string, path: string, headers: object, body?: string) => {
    const response = await fetch(base + path, {
      ...{ method, headers: { ...headers } },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const json = text === "" ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, json };
  };
  const count = async () => (await tokens.list({ owner: ADA, actor: ADA })).tokens.length;
  return { port: server.port, ask, count };
}

describe.each(MOUNT_SUBJECTS)("the management API mounted in %s", (name, serve) => {
  test("tells who is signed in, issues once, and revokes", async () => {
    const { ask, count } = await start(serve);
    expect((await ask("GET", "/context", COOKIE)).json).toMatchObject({ actor: { id: ADA } });
    expect((await ask("GET", "/context", {})).status).toBe(401);

    const keyed = { ...PAGE, "idempotency-key": "k" };
    const issued = await ask("POST", "/owners/ada/tokens", keyed, ISSUE);
    expect(issued.status).toBe(201);
    expect(issued.json.secret).toMatch(/^acme_svc_/);
    const path = `/tokens/${issued.json.token.id}`;
    expect(issued.headers.get("location")).toBe(`/tokenry${path}`);
    expect(issued.headers.get("cache-control")).toBe("no-store");
    const again = await ask("POST", "/owners/ada/tokens", keyed, ISSUE);
    expect([again.status, again.json.secret]).toEqual([201, null]);
    expect(await count()).toBe(1);

    const { headers } = await ask("GET", path, COOKIE);
    const known = { ...COOKIE, "if-none-match": headers.get("etag") };
    expect((await ask("GET", path, known)).status).toBe(304);
    expect((await ask("DELETE", path, PAGE)).status).toBe(204);
    expect(await count()).toBe(0);
  });

  test("asks the host by what the framework has of the request", async () => {
    const seen: unknown[] = [];
    const actor: ManagementApiOptions["actor"] = (_request, { source }) => {
      seen.push(source);
      return ADA;
    };
    const { ask } = await start(serve, { actor });
    expect((await ask("GET", "/context", {})).status).toBe(200);
    expect(seen).toEqual([expect.anything()]);
  });

  test("refuses what a page of another site sends, and a token", async () => {
    const { ask, count } = await start(serve);
    const other = { ...PAGE, origin: "https://evil.example", "idempotency-key": "k" };
    const post = (headers: object) => ask("POST", "/owners/ada/tokens", headers, ISSUE);
    expect((await post(other)).json.code).toBe("cross_site");
    expect((await post({ ...PAGE, "sec-fetch-site": "same-site" })).json.code).toBe("cross_site");
    expect((await post(COOKIE)).json.code).toBe("cross_site");
    expect((await post({ ...PAGE, "content-type": "text/plain" })).json.code).toBe("json_required");
    expect((await post({ ...PAGE, authorization: "Bearer x" })).json.code).toBe(
      "token_not_allowed",
    );
    expect(await count()).toBe(0);
  });

  test("a line of Origin beside another is none, and neither is a second Sec-Fetch-Site", async () => {
    const { port, count } = await start(serve);
    for (const extra of ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"]) {
      const connection = await openConnection(port, "manage");
      const lines = [
        ...["POST /tokenry/owners/ada/tokens HTTP/1.1", "Host: a", `Cookie: session=${ADA}`],
        ...[`Origin: ${ORIGIN}`, "Sec-Fetch-Site: same-origin", extra],
        ...["Content-Type: application/json", `Content-Length: ${ISSUE.length}`],
      ];
      connection.send(`${lines.join("\r\n")}\r\n\r\n${ISSUE}`);
      expect((await connection.answer("POST")).status).toBe(403);
      connection.destroy();
    }
    expect(await count()).toBe(0);
  });

  // There the path is resolved before anybody sees it; on bare `node:http` there is nothing to get past.
  if (!["Hono", "fetch", "node:http"].includes(name))
    test("a path that a URL resolves is not below the prefix: it gets past no guard of the application", async () => {
      const { port } = await start(serve);
      const paths = ["/tokenry/./context", "/tokenry/%2E/context", "/tokenry/x/.%2e/context"];
      for (const path of [...paths, "/tokenry/x\\..\\context", "/tokenry/../tokenry/context"]) {
        const connection = await openConnection(port, "manage");
        connection.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nCookie: session=${ADA}\r\n\r\n`);
        const { status, body } = await connection.answer();
        expect([path, status]).toEqual([path, 404]);
        expect(body).not.toContain("unknown_path");
        connection.destroy();
      }
    });
});
