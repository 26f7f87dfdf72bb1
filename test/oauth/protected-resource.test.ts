import * as oauth from "oauth4webapi";
import { describe, expect, it } from "vitest";
import {
  type ProtectedResourceOptions,
  protectedResource,
  resourceMetadataUrl,
} from "../../src/oauth/protected-resource.ts";

const RESOURCE = "https://api.example.com";
const OPTIONS: ProtectedResourceOptions = {
  resource: RESOURCE,
  authorizationServers: ["https://login.example.com/acme"],
};

describe("resourceMetadataUrl", () => {
  it.each([
    ["https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource"],
    ["https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource"],
    [
      "https://api.example.com/v1",
      "https://api.example.com/.well-known/oauth-protected-resource/v1",
    ],
    [
      "https://api.example.com:8443/a/b/",
      "https://api.example.com:8443/.well-known/oauth-protected-resource/a/b/",
    ],
    [
      "https://api.example.com/v1?k=1",
      "https://api.example.com/.well-known/oauth-protected-resource/v1?k=1",
    ],
    ["http://127.0.0.1:3000/v1", "http://127.0.0.1:3000/.well-known/oauth-protected-resource/v1"],
  ])("R9728-01: the metadata of %s is at %s", (resource, url) => {
    expect(resourceMetadataUrl(resource)).toBe(url);
  });

  it.each([
    "http://api.example.com",
    "https://api.example.com/#a",
    "https://u:p@api.example.com",
    "x",
  ])("R9728-02: %s is no identifier", (resource) => {
    expect(() => resourceMetadataUrl(resource)).toThrow(RangeError);
  });
});

describe("protectedResource", () => {
  it("R9728-01 R9728-02: answers GET at its path with the identifier as it is given", async () => {
    const handler = protectedResource({ ...OPTIONS, resource: `${RESOURCE}/v1` });
    expect(handler.paths).toEqual(["/.well-known/oauth-protected-resource/v1"]);
    const response = await handler(new Request(resourceMetadataUrl(`${RESOURCE}/v1`)));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      resource: `${RESOURCE}/v1`,
      authorization_servers: ["https://login.example.com/acme"],
      bearer_methods_supported: ["header"],
    });
  });

  it("R9728-03: tells what is given, and leaves out what is empty", async () => {
    const handler = protectedResource({
      ...OPTIONS,
      scopes: ["orders:read", "orders:full"],
      name: "Orders",
      documentation: "https://docs.example.com/api",
      dpop: { algorithms: ["ES256"], required: true },
    });
    const metadata = await (await handler(new Request(resourceMetadataUrl(RESOURCE)))).json();
    expect(metadata).toEqual({
      resource: RESOURCE,
      authorization_servers: ["https://login.example.com/acme"],
      scopes_supported: ["orders:read", "orders:full"],
      bearer_methods_supported: ["header"],
      resource_name: "Orders",
      resource_documentation: "https://docs.example.com/api",
      dpop_signing_alg_values_supported: ["ES256"],
      dpop_bound_access_tokens_required: true,
    });
    const bare = protectedResource({
      ...OPTIONS,
      ...{ scopes: [], dpop: { algorithms: [], required: false } },
    });
    const less = await (await bare(new Request(resourceMetadataUrl(RESOURCE)))).json();
    expect(Object.keys(less as object)).toEqual([
      ...["resource", "authorization_servers", "bearer_methods_supported"],
    ]);
  });

  it("R9728-01: oauth4webapi finds and takes it", async () => {
    for (const resource of [RESOURCE, `${RESOURCE}/v1`, `${RESOURCE}/v1?tenant=acme`]) {
      const handler = protectedResource({ ...OPTIONS, resource });
      const url = new URL(resource);
      const response = await oauth.resourceDiscoveryRequest(url, {
        [oauth.customFetch]: (asked, init) => handler(new Request(asked, { method: init.method })),
      });
      expect(await oauth.processResourceDiscoveryResponse(url, response)).toMatchObject({
        resource,
      });
    }
  });

  it("R9728-01: any page may read it; HEAD has no body; other methods and paths are told so", async () => {
    const handler = protectedResource(OPTIONS);
    const at = async (
      method: string,
      path = new URL(resourceMetadataUrl(RESOURCE)).pathname,
    ): Promise<Response> => handler(new Request(`${RESOURCE}${path}`, { method }));
    const head = await at("HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("access-control-allow-origin")).toBe("*");
    expect(head.headers.get("cache-control")).toBe("public, max-age=300");
    const preflight = await at("OPTIONS");
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([
      ...[204, "GET, HEAD"],
    ]);
    const post = await at("POST");
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect((await at("GET", "/.well-known/oauth-protected-resource/v1")).status).toBe(404);
    expect((await at("GET", "/")).status).toBe(404);
  });

  it("of an identifier with a query only that query is its place", async () => {
    const resource = `${RESOURCE}/v1?tenant=acme`;
    const handler = protectedResource({ ...OPTIONS, resource });
    const statusAt = async (url: string): Promise<number> =>
      (await handler(new Request(url))).status;
    expect(await statusAt(resourceMetadataUrl(resource))).toBe(200);
    expect(await statusAt(resourceMetadataUrl(`${RESOURCE}/v1?tenant=other`))).toBe(404);
    expect(await statusAt(resourceMetadataUrl(`${RESOURCE}/v1`))).toBe(404);
  });

  it.each([
    ["options", null],
    ["options", { ...OPTIONS, jwks: [] }],
    ["options.resource", { ...OPTIONS, resource: "http://api.example.com" }],
    ["options.resource", { ...OPTIONS, resource: 7 }],
    ["options.authorizationServers", { ...OPTIONS, authorizationServers: [] }],
    ["options.authorizationServers", { ...OPTIONS, authorizationServers: "https://a.example" }],
    [
      "options.authorizationServers[0]",
      { ...OPTIONS, authorizationServers: ["https://a.example/?x"] },
    ],
    ["options.scopes[0]", { ...OPTIONS, scopes: ["a b"] }],
    ["options.scopes[1]", { ...OPTIONS, scopes: ["a", 'b"'] }],
    ["options.name", { ...OPTIONS, name: "" }],
    ["options.documentation", { ...OPTIONS, documentation: "docs" }],
    ["options.dpop", { ...OPTIONS, dpop: { nonces: true } }],
    ["options.dpop.algorithms[0]", { ...OPTIONS, dpop: { algorithms: ["HS256"] } }],
    ["options.dpop.required", { ...OPTIONS, dpop: { required: 1 } }],
  ])("names %s where it is wrong", (path, options) => {
    const make = (): unknown => protectedResource(options as ProtectedResourceOptions);
    expect(make).toThrow(path);
    expect(make).toThrow(/^(?!Cannot)/);
  });
});
