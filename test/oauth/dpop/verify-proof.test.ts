import { SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { memoryReplays } from "../../../src/index.ts";
import { createNonces } from "../../../src/oauth/dpop/nonces.ts";
import { requestedUrl } from "../../../src/oauth/dpop/same-url.ts";
import {
  type ProofRules,
  type ProvedRequest,
  verifyProof,
} from "../../../src/oauth/dpop/verify-proof.ts";
import { START } from "../../support/clock.ts";
import {
  hashOf,
  makeKey,
  makeProof,
  NOW,
  ORDERS,
  type ProofFacts,
  type TestKey,
} from "../issuer.ts";

const URL_OF_ORDERS = `${ORDERS}/orders`;
const TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

let key: TestKey;
beforeAll(async () => {
  key = await makeKey();
});

function rules(changes: Partial<ProofRules> = {}): ProofRules {
  return {
    ...{ algorithms: ["ES256"], maxAgeMs: 60_000, leewayMs: 5000, nonces: undefined },
    replays: memoryReplays(),
    ...changes,
  };
}

function request(proofs: readonly string[], changes: Partial<ProvedRequest> = {}): ProvedRequest {
  return { proofs, method: "GET", url: URL_OF_ORDERS, ...changes };
}

async function codeOf(
  facts: ProofFacts,
  more: { rules?: Partial<ProofRules>; request?: Partial<ProvedRequest>; now?: number } = {},
): Promise<string> {
  const proof = await makeProof(key, facts);
  const asked = request([proof], more.request);
  const verdict = await verifyProof(rules(more.rules), asked, more.now ?? START);
  return verdict.ok ? "ok" : verdict.code;
}

test("a proof of the request by the key that it names", async () => {
  const verdict = await verifyProof(rules(), request([await makeProof(key)]), START);
  expect(verdict).toEqual({ ok: true, thumbprint: key.thumbprint });
});

describe("R9449-01 exactly one proof, one well-formed JWT of its type, by an asymmetric key in the open", () => {
  test("no proof, two, and what is none", async () => {
    const proof = await makeProof(key);
    const proofs = [[], [proof, proof], [""], [`${proof}, ${proof}`], ["a.b.c"], [`${proof}x`]];
    for (const each of proofs)
      expect(await verifyProof(rules(), request(each), START)).toMatchObject({
        code: "invalid_dpop_proof",
      });
  });

  test("of endless length", async () => {
    const proof = await makeProof(key, { claims: { more: "x".repeat(9000) } });
    expect((await verifyProof(rules(), request([proof]), START)).ok).toBe(false);
  });

  test.each<[string, ProofFacts]>([
    ["another type", { header: { typ: "at+jwt" } }],
    ["the plain type", { header: { typ: "JWT" } }],
    ["no type", { header: { typ: undefined } }],
    ["no key", { header: { jwk: undefined } }],
    ["a key by name alone", { header: { jwk: undefined, kid: "1" } }],
  ])("%s", async (_name, facts) => {
    expect(await codeOf(facts)).toBe("invalid_dpop_proof");
  });

  test("a key with its private half", async () => {
    const { privateKey } = key;
    const { d } = await crypto.subtle.exportKey("jwk", privateKey);
    const { kty, crv, x, y } = key.jwk;
    expect(await codeOf({ header: { jwk: { kty, crv, x, y, d } } })).toBe("invalid_dpop_proof");
  });

  test("alg none, and a symmetric key", async () => {
    const claims = { jti: "1", htm: "GET", htu: URL_OF_ORDERS, iat: NOW };
    const encode = (part: object): string => btoa(JSON.stringify(part)).replace(/=+$/, "");
    const none = `${encode({ alg: "none", typ: "dpop+jwt", jwk: key.jwk })}.${encode(claims)}.`;
    const k = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U";
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", typ: "dpop+jwt", jwk: { kty: "oct", k } as never })
      .sign(Uint8Array.from(atob(k.replaceAll("-", "+")), (c) => c.charCodeAt(0)));
    for (const proof of [none, symmetric])
      expect((await verifyProof(rules(), request([proof]), START)).ok).toBe(false);
  });

  test("an algorithm that is not allowed, and a signature by another key", async () => {
    expect(await codeOf({}, { rules: { algorithms: ["RS256"] } })).toBe("invalid_dpop_proof");
    const other = await makeKey();
    const forged = await makeProof({ ...key, privateKey: other.privateKey });
    expect((await verifyProof(rules(), request([forged]), START)).ok).toBe(false);
  });
});

describe("R9449-02 of this very request, and of now", () => {
  test.each<[string, ProofFacts, string]>([
    ["another method", { method: "POST" }, "invalid_dpop_proof"],
    ["a method in other case", { method: "get" }, "invalid_dpop_proof"],
    ["another path", { url: `${ORDERS}/invoices` }, "invalid_dpop_proof"],
    ["another host", { url: "https://evil.example/orders" }, "invalid_dpop_proof"],
    ["another scheme", { url: URL_OF_ORDERS.replace("https", "http") }, "invalid_dpop_proof"],
    ["no URL", { url: "orders" }, "invalid_dpop_proof"],
    ["a query and a fragment, which do not count", { url: `${URL_OF_ORDERS}?a=1#b` }, "ok"],
    ["the default port, another case", { url: "HTTPS://Orders.Acme.Example:443/orders" }, "ok"],
    ["an octet encoded without need", { url: `${ORDERS}/%6frders` }, "ok"],
    ["a path with dots", { url: `${ORDERS}/x/../orders` }, "ok"],
    ["no identifier", { claims: { jti: undefined } }, "invalid_dpop_proof"],
    ["an identifier that is none", { claims: { jti: 1 } }, "invalid_dpop_proof"],
    ["an empty identifier", { claims: { jti: "" } }, "invalid_dpop_proof"],
    ["no time", { claims: { iat: undefined } }, "invalid_dpop_proof"],
    ["a time that is none", { claims: { iat: "now" } }, "invalid_dpop_proof"],
  ])("%s", async (_name, facts, code) => {
    expect(await codeOf(facts)).toBe(code);
  });

  test.each<[string, number, string]>([
    ["a clock ahead by the leeway", NOW + 5, "ok"],
    ["by more", NOW + 6, "invalid_dpop_proof"],
    ["almost as old as allowed", NOW - 64, "ok"],
    ["to the millisecond too old", NOW - 65, "invalid_dpop_proof"],
  ])("%s", async (_name, iat, code) => {
    expect(await codeOf({ claims: { iat } })).toBe(code);
  });

  test("where nobody can tell which URL was asked for", async () => {
    expect(await codeOf({}, { request: { url: undefined } })).toBe("invalid_dpop_proof");
  });
});

describe("R9449-03 with the access token that it comes with", () => {
  test("TV-09 the hash of the token", async () => {
    expect(await hashOf(TOKEN)).toBe("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    const bound = { token: TOKEN, thumbprint: key.thumbprint };
    expect(await codeOf({ token: TOKEN }, { request: { bound } })).toBe("ok");
  });

  test("of another token, of none, and by another key", async () => {
    const bound = { token: TOKEN, thumbprint: key.thumbprint };
    const invalid = "invalid_dpop_proof";
    expect(await codeOf({ token: `${TOKEN}x` }, { request: { bound } })).toBe(invalid);
    expect(await codeOf({}, { request: { bound } })).toBe(invalid);
    const other = { token: TOKEN, thumbprint: (await makeKey()).thumbprint };
    expect(await codeOf({ token: TOKEN }, { request: { bound: other } })).toBe(invalid);
  });
});

describe("R9449-04 with the nonce of this server", () => {
  const nonces = createNonces(new Uint8Array(32).fill(7), 300_000);
  const withNonce = (nonce: unknown, now = START) =>
    codeOf({ claims: { nonce, iat: Math.floor(now / 1000) } }, { rules: { nonces }, now });

  test("the present one", async () => {
    expect(await withNonce(nonces.current(START))).toBe("ok");
  });

  test("none, another's, and what is none", async () => {
    const other = createNonces(undefined, 300_000).current(START);
    for (const nonce of [undefined, other, "", 1, `${nonces.current(START)}0`])
      expect(await withNonce(nonce)).toBe("use_dpop_nonce");
  });

  test("the one before, and not one from before that", async () => {
    const nonce = nonces.current(START);
    expect(await withNonce(nonce, START + 300_000)).toBe("ok");
    expect(await withNonce(nonce, START + 600_000)).toBe("use_dpop_nonce");
  });

  test("nobody tells the next without the key, and servers with one key agree", () => {
    const same = createNonces(new Uint8Array(32).fill(7), 300_000);
    expect(same.current(START)).toBe(nonces.current(START));
    expect(nonces.current(START + 300_000)).not.toBe(nonces.current(START));
    expect(createNonces(undefined, 1000).current(0)).not.toBe(
      createNonces(undefined, 1000).current(0),
    );
  });

  test("a proof without it is not used up", async () => {
    const once = rules({ nonces });
    const proof = await makeProof(key, { claims: { nonce: "x", jti: "same" } });
    await verifyProof(once, request([proof]), START);
    const better = await makeProof(key, { claims: { nonce: nonces.current(START), jti: "same" } });
    expect((await verifyProof(once, request([better]), START)).ok).toBe(true);
  });
});

describe("R9449-05 once", () => {
  test("the same proof again, also at its last moment", async () => {
    const once = rules();
    const proof = await makeProof(key);
    expect((await verifyProof(once, request([proof]), START)).ok).toBe(true);
    expect((await verifyProof(once, request([proof]), START)).ok).toBe(false);
    expect((await verifyProof(once, request([proof]), START + 64_999)).ok).toBe(false);
  });

  test("of two at the same time one", async () => {
    const once = rules();
    const proof = await makeProof(key);
    const verdicts = await Promise.all(
      [1, 2, 3].map(() => verifyProof(once, request([proof]), START)),
    );
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("the same identifier by another key, or for another URL, is another proof", async () => {
    const once = rules();
    const facts = { claims: { jti: "1" } };
    const proofs = [await makeProof(key, facts), await makeProof(await makeKey(), facts)];
    for (const proof of proofs)
      expect((await verifyProof(once, request([proof]), START)).ok).toBe(true);
    const elsewhere = await makeProof(key, { ...facts, url: `${ORDERS}/x` });
    const url = requestedUrl(ORDERS, "/x");
    expect((await verifyProof(once, request([elsewhere], { url }), START)).ok).toBe(true);
  });

  test("a store that fails is no permission, and keeps no identifier of a client's", async () => {
    const keys: string[] = [];
    const replays = {
      add: (name: string) => {
        keys.push(name);
        return Promise.reject(new Error("out of reach"));
      },
      has: () => false,
    };
    const proof = await makeProof(key, { claims: { jti: "x".repeat(4000) } });
    await expect(verifyProof(rules({ replays }), request([proof]), START)).rejects.toThrow(
      "out of reach",
    );
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });
});

describe("the URL that was asked for", () => {
  test.each<[string, string, string | undefined]>([
    ["https://a.example", "/x?y=1", "https://a.example/x"],
    ["https://a.example/", "/x", "https://a.example/x"],
    ["https://a.example/base", "/x", "https://a.example/base/x"],
    ["https://a.example", "https://spoofed.example/x?y", "https://a.example/x"],
    ["https://a.example", "//evil.example/x", "https://a.example//evil.example/x"],
    ["https://a.example", "/%7euser/%2f", "https://a.example/~user/%2F"],
    ["https://a.example", "*", undefined],
  ])("%s and %s: %s", (base, target, expected) => {
    expect(requestedUrl(base, target)).toBe(expected);
  });
});
