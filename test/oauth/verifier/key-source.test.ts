import { beforeAll, describe, expect, test, vi } from "vitest";
import { accessTokenVerifier } from "../../../src/oauth/verifier/access-token-verifier.ts";
import type { KeySource } from "../../../src/oauth/verifier/key-source.ts";
import { movableClock } from "../../support/clock.ts";
import { ISSUER, makeKey, ORDERS, sampleClaims, sign, type TestKey } from "../issuer.ts";

let key: TestKey;
let next: TestKey;
beforeAll(async () => {
  [key, next] = await Promise.all([makeKey(), makeKey("EdDSA")]);
});

const METADATA = `${ISSUER}/.well-known/oauth-authorization-server`;
const JWKS = `${ISSUER}/jwks`;

/** A network that holds these documents. */
function networkOf(documents: Record<string, unknown>) {
  return vi.fn(async (url: string) => {
    const found = documents[url];
    return found === undefined ? new Response(null, { status: 404 }) : Response.json(found);
  });
}

function verifierOf(fetch: ReturnType<typeof networkOf>, jwks?: KeySource) {
  const errors: unknown[] = [];
  const verifier = accessTokenVerifier({
    ...{ issuer: ISSUER, audience: ORDERS, clock: movableClock(), fetch, cache: false },
    ...(jwks === undefined ? {} : { jwks }),
    onError: (error) => errors.push(error.cause),
  });
  const verify = async (by: TestKey): Promise<string> => {
    const token = await sign(by, sampleClaims());
    const verdict = await verifier.verify(token, { api: "orders", method: "GET" });
    return verdict.ok ? "ok" : verdict.code;
  };
  return { verify, errors };
}

describe("the issuer's keys", () => {
  test("R8414-01 by its metadata, fetched once", async () => {
    const fetch = networkOf({
      [METADATA]: { issuer: ISSUER, jwks_uri: JWKS },
      [JWKS]: { keys: [key.jwk] },
    });
    const { verify } = verifierOf(fetch);
    expect([await verify(key), await verify(key)]).toEqual(["ok", "ok"]);
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([METADATA, JWKS]);
  });

  test("R8414-02 metadata of another issuer, or with keys at an unsafe place, are none", async () => {
    for (const metadata of [
      { issuer: `${ISSUER}/`, jwks_uri: JWKS },
      { issuer: "https://evil.example", jwks_uri: JWKS },
      { issuer: ISSUER, jwks_uri: "http://auth.acme.example/jwks" },
      { issuer: ISSUER },
      null,
    ]) {
      const { verify, errors } = verifierOf(
        networkOf({ [METADATA]: metadata, [JWKS]: { keys: [key.jwk] } }),
      );
      expect(await verify(key)).toBe("unavailable");
      expect(errors).toHaveLength(1);
    }
  });

  test("by the URL that was given", async () => {
    const fetch = networkOf({ [JWKS]: { keys: [key.jwk] } });
    expect(await verifierOf(fetch, JWKS).verify(key)).toBe("ok");
  });

  test("by a function, in the process of the authorization server itself", async () => {
    const published = vi.fn(async () => ({ keys: [key.jwk] }));
    const { verify } = verifierOf(networkOf({}), published);
    expect([await verify(key), await verify(key)]).toEqual(["ok", "ok"]);
    expect(published).toHaveBeenCalledOnce();
  });

  test("a key that is not among them is looked for once in half a minute, whoever names it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const documents = { [JWKS]: { keys: [key.jwk] } };
      const fetch = networkOf(documents);
      const { verify } = verifierOf(fetch, JWKS);
      expect([await verify(key), await verify(next), await verify(next)]).toEqual([
        "ok",
        "unknown_token",
        "unknown_token",
      ]);
      expect(fetch).toHaveBeenCalledTimes(1);
      documents[JWKS] = { keys: [key.jwk, next.jwk] };
      vi.advanceTimersByTime(30_000);
      expect([await verify(next), await verify(key)]).toEqual(["ok", "ok"]);
      expect(fetch).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test("what cannot be fetched is an outage, and tried again with the next call", async () => {
    const documents: Record<string, unknown> = {};
    const { verify, errors } = verifierOf(networkOf(documents));
    expect(await verify(key)).toBe("unavailable");
    documents[METADATA] = { issuer: ISSUER, jwks_uri: JWKS };
    expect(await verify(key)).toBe("unavailable");
    documents[JWKS] = { keys: "none" };
    expect(await verify(key)).toBe("unavailable");
    documents[JWKS] = { keys: [key.jwk] };
    expect(await verify(key)).toBe("ok");
    expect(errors).toHaveLength(3);
  });
});
