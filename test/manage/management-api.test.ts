import { describe, expect, test } from "vitest";
import { memoryRepository, SYSTEM, TokenryError } from "../../src/index.ts";
import { MANAGEMENT_ERRORS, managementApi } from "../../src/manage/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld } from "../support/world.ts";
import { createManageWorld, ORIGIN, requestOf } from "./world.ts";

const SECURITY = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

describe("options", () => {
  const { tokens } = createWorld();
  const actor = () => ADA;

  test.each([
    [{}, "options.actor must be a function"],
    [{ actor, basepath: "/x" }, 'options: there is no "basepath"'],
    [{ actor, basePath: "x" }, "options.basePath must be a path"],
    [{ actor, basePath: "/x/" }, "options.basePath must be a path"],
    [{ actor, basePath: "/x/../y" }, "options.basePath must be a path"],
    [{ actor, basePath: "//x" }, "options.basePath must be a path"],
    [{ actor, basePath: 5 }, "options.basePath must be a string"],
    [{ actor, origin: "app.example" }, "options.origin must be an origin"],
    [{ actor, origin: "https://app.example/" }, "options.origin must be an origin"],
    [{ actor, origin: "https://*.example" }, "options.origin must be an origin"],
    [{ actor, origin: [] }, "options.origin must hold an origin"],
    [{ actor, origin: ["https://a.example", "null"] }, "options.origin[1] must be an origin"],
    [{ actor, idempotency: {} }, "options.idempotency.beginRequest must be a function"],
    [{ actor, clock: {} }, "options.clock.now must be a function"],
    [{ actor, onError: 5 }, "options.onError must be a function"],
    [{ actor, problemBaseUrl: "docs" }, "options.problemBaseUrl must be a URL"],
  ])("%j: %s", (options, message) => {
    // A cast, as these are what the compiler refuses.
    expect(() => managementApi(tokens, options as never)).toThrow(message);
  });

  test("tokens must be a tokenry", () => {
    expect(() => managementApi({} as never, { actor })).toThrow("tokens.issue must be a function");
    const { zones: _, ...others } = tokens;
    expect(() => managementApi(others as never, { actor })).toThrow(
      "tokens.zones must be an object",
    );
  });
});

describe("paths and methods", () => {
  test("the prefix is the base path", async () => {
    expect(createManageWorld().handle.prefix).toBe("/tokenry");
    const { handle } = createManageWorld({ basePath: "/" });
    expect(handle.prefix).toBe("/");
    const request = requestOf("GET", `${ORIGIN}/context`, { as: ADA });
    expect((await handle(request)).status).toBe(200);
  });

  test.each([
    ...["", "/", "/nothing", "/context/", "//context", "/context/x", "/owners", "/owners/"],
    ...["/owners//tokens", "/tokens/%ff", "/tokens/%", "/tokens/a/b/c", "/CONTEXT", "/%63ontext"],
    ...["/owners/ada%2Ftokens/x", "/../admin", `/${"x".repeat(10_000)}`],
  ])("there is nothing at %s", async (path) => {
    const { ask } = createManageWorld();
    const answer = await ask("GET", path, { as: MANAGER });
    expect(answer).toMatchObject({ status: 404, code: "unknown_path" });
  });

  test.each([
    ["/context", "GET, HEAD, OPTIONS"],
    ["/openapi.json", "GET, HEAD, OPTIONS"],
    ["/tokens/x", "GET, HEAD, PATCH, DELETE, OPTIONS"],
    ["/owners/ada/tokens", "GET, HEAD, POST, DELETE, OPTIONS"],
    ["/rotations/confirm", "POST, OPTIONS"],
  ])("%s has %s", async (path, allow) => {
    const { ask } = createManageWorld();
    const options = await ask("OPTIONS", path);
    expect([options.status, options.text, options.headers.get("allow")]).toEqual([204, "", allow]);
    const put = await ask("PUT", path, { body: {} });
    expect([put.status, put.code, put.headers.get("allow")]).toEqual([
      ...[405, "method_not_allowed", allow],
    ]);
  });

  test("HEAD is GET without its body", async () => {
    const { ask } = createManageWorld();
    const get = await ask("GET", "/context", { as: ADA });
    const head = await ask("HEAD", "/context", { as: ADA });
    expect([head.status, head.text, [...head.headers]]).toEqual([200, "", [...get.headers]]);
  });

  test("a request whose body was read is the host's mistake", async () => {
    const { handle } = createManageWorld();
    const request = requestOf("POST", "/owners/ada/tokens", { as: ADA, body: {} });
    await request.text();
    await expect(handle(request)).rejects.toThrow("mount managementApi first");
  });
});

describe("answers", () => {
  test("every one has the fields that keep it data, and no cache keeps it", async () => {
    const { ask, issue } = createManageWorld();
    const { token } = await issue();
    const answers = [
      await ask("GET", "/context", { as: ADA }),
      await ask("GET", "/context"),
      await ask("GET", "/nothing"),
      await ask("OPTIONS", "/context"),
      await ask("TEAPOT", "/context"),
      await ask("DELETE", `/tokens/${token.id}`, { as: ADA }),
    ];
    for (const { headers } of answers)
      expect(Object.fromEntries(headers)).toMatchObject({
        ...SECURITY,
        "cache-control": "no-store",
      });
  });

  test("nobody signed in: 401 with a challenge that no browser opens a window for", async () => {
    const answer = await createManageWorld().ask("GET", "/context");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Session realm="tokenry"');
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.json).toEqual({
      type: "urn:problem-type:tokenry:signed-out",
      ...{ title: MANAGEMENT_ERRORS.signed_out.message, status: 401, code: "signed_out" },
    });
  });

  test("problems are where the host has published them", async () => {
    const { ask } = createManageWorld({ problemBaseUrl: "https://docs.example/problems" });
    const { json } = await ask("GET", "/context");
    expect(json.type).toBe("https://docs.example/problems/signed-out");
  });

  test("an issued token is at its Location", async () => {
    const { ask } = createManageWorld();
    const body = { kind: "service", name: "one" };
    const { headers, json } = await ask("POST", "/owners/ada/tokens", { as: ADA, body });
    const { id } = json.token as { id: string };
    expect(headers.get("location")).toBe(`/tokenry/tokens/${id}`);
  });

  test("the next page is named with the same query", async () => {
    const { ask, issue } = createManageWorld();
    for (let made = 0; made < 3; made += 1) await issue();
    const path = "/owners/ada/tokens?kind=service&limit=2";
    const { headers, json } = await ask("GET", path, { as: ADA });
    const link = headers.get("link") ?? "";
    expect(link).toBe(
      `</tokenry/owners/ada/tokens?kind=service&limit=2&cursor=${json.cursor}>; rel="next"`,
    );
    const next = await ask("GET", link.slice("</tokenry".length, link.indexOf(">")), { as: ADA });
    expect((next.json.tokens as unknown[]).length).toBe(1);
    expect(next.headers.get("link")).toBeNull();
  });
});

describe("the actor", () => {
  test.each(["throws", "rejects", "SYSTEM", "", 5, null, SYSTEM, "\0"])(
    "one that is none (%s) is an outage that the host is told of",
    async (answer) => {
      const cause = new Error("the sessions are away");
      const actor = (): never => {
        if (answer === "throws") throw cause;
        return (answer === "rejects" ? Promise.reject(cause) : answer) as never;
      };
      const { ask, outages } = createManageWorld({ actor });
      const { status, code, text } = await ask("GET", "/context");
      expect([status, code]).toEqual([503, "unavailable"]);
      expect(text).not.toContain("sessions");
      expect(outages).toHaveLength(1);
      expect(outages[0]).toBeInstanceOf(TokenryError);
    },
  );

  test("one that is inactive may do nothing", async () => {
    const { ask, directory } = createManageWorld();
    directory.change(ADA, { active: false });
    const { status, code } = await ask("GET", "/context", { as: ADA });
    expect([status, code]).toEqual([403, "owner_inactive"]);
  });

  test("an outage of the repository is told once, and says nothing of itself", async () => {
    const { repository, failing } = watchedRepository(memoryRepository());
    const { ask, outages } = createManageWorld({}, { repository });
    failing.add("listByOwner");
    const { status, headers, text } = await ask("GET", "/owners/ada/tokens", { as: ADA });
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    expect(text).not.toContain("listByOwner");
    expect(outages).toHaveLength(1);
  });
});
