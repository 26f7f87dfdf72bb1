import { describe, expect, test, vi } from "vitest";
import { DENIALS, type DenialCode } from "../../src/errors.ts";
import type { AccessTokenRequest, AccessTokens } from "../../src/http/access-tokens.ts";
import type { Answer } from "../../src/http/answer.ts";
import { type Admission, Gate, type TokenChecker } from "../../src/http/gate.ts";
import type { HttpOptions } from "../../src/http/options.ts";
import type { Refused, Verdict } from "../../src/index.ts";
import { createWorld } from "../support/world.ts";
import { requestWith, type TestRequest, testReader } from "./request.ts";

const JWT = "eyJ0eXAi.eyJpc3Mi.c2ln";
const METADATA = "https://api.example/.well-known/oauth-protected-resource";

const world = createWorld();
const secret = (await world.issue()).secret.reveal();
const accepted = await world.tokens.verify(secret, { api: "orders", method: "GET" });

/** A verifier that answers as it is told, and keeps what it was asked. */
class FakeVerifier implements AccessTokens {
  dpop: AccessTokens["dpop"];
  resourceMetadata: string | undefined;
  readonly asked: (readonly [token: string, request: AccessTokenRequest])[] = [];
  answer: Verdict = accepted;

  constructor(dpop?: Partial<NonNullable<AccessTokens["dpop"]>> | false) {
    this.dpop =
      dpop === false
        ? undefined
        : { algorithms: ["ES256"], isRequired: false, nonce: () => undefined, ...dpop };
  }

  verify(token: string, request: AccessTokenRequest): Promise<Verdict> {
    this.asked.push([token, request]);
    return Promise.resolve(this.answer);
  }

  revokeCurrent(): Promise<{ revoked: number }> {
    return Promise.resolve({ revoked: 0 });
  }
}

function refused(code: DenialCode, more: Partial<Refused> = {}): Refused {
  return { ok: false, code, ...DENIALS[code], ...more };
}

function gateOf(
  options: HttpOptions<TestRequest>,
  tokens: TokenChecker = world.tokens,
): Gate<TestRequest, string, string, unknown> {
  return new Gate(tokens, { clock: world.clock, ...options }, testReader);
}

function admit(gate: ReturnType<typeof gateOf>, request: TestRequest): Promise<Admission> {
  return gate.protect("orders")(request);
}

function answerOf(admission: { readonly outcome: string; readonly answer?: Answer }): Answer {
  if (admission.answer === undefined) throw new Error(`the request was ${admission.outcome}`);
  return admission.answer;
}

function fieldsOf(answer: Answer, name: string): string[] {
  return answer.headers.filter(([field]) => field === name).map(([, value]) => value);
}

function codeOf(answer: Answer): unknown {
  return (JSON.parse(answer.body) as { readonly code: unknown }).code;
}

describe("an access token beside API tokens", () => {
  test("what looks like a JWT goes to the verifier, with how it was presented", async () => {
    const accessTokens = new FakeVerifier();
    const fields = [
      ["dpop", "first"],
      ["dpop", "second"],
    ] as const;
    const gate = gateOf({ accessTokens });
    const permits = (): boolean => true;
    const route = gate.protect("orders", { level: "read", cost: 3, permits });
    const request = requestWith(`DPoP ${JWT}`, { method: "PUT", target: "/orders?a=b", fields });
    expect(await route(request)).toMatchObject({ outcome: "accepted", verdict: accepted });
    expect(accessTokens.asked).toEqual([
      [
        JWT,
        {
          ...{ api: "orders", method: "PUT", address: "203.0.113.7", cost: 3, level: "read" },
          permits,
          presented: { scheme: "dpop", proofs: ["first", "second"], target: "/orders?a=b" },
        },
      ],
    ]);
  });

  test("everything else goes to the tokenry as ever", async () => {
    const accessTokens = new FakeVerifier();
    const verify = vi.fn(world.tokens.verify);
    const gate = gateOf({ accessTokens }, { ...world.tokens, verify });
    expect((await admit(gate, requestWith(`Bearer ${secret}`))).outcome).toBe("accepted");
    expect((await admit(gate, requestWith(undefined))).outcome).toBe("refused");
    for (const text of ["a.b", "a.b.c.d", "a..c", ".b.c", "a.b.c~"])
      expect((await admit(gate, requestWith(`Bearer ${text}`))).outcome).toBe("refused");
    expect(accessTokens.asked).toEqual([]);
    expect(verify).toHaveBeenCalledTimes(7);
  });

  test("without a verifier a JWT is a token like any other, and DPoP no scheme", async () => {
    const gate = gateOf({});
    expect(codeOf(answerOf(await admit(gate, requestWith(`Bearer ${JWT}`))))).toBe("invalid_token");
    expect(codeOf(answerOf(await admit(gate, requestWith(`DPoP ${JWT}`))))).toBe("missing_token");
    const bare = gateOf({ accessTokens: new FakeVerifier(false) });
    expect(codeOf(answerOf(await admit(bare, requestWith(`DPoP ${JWT}`))))).toBe("missing_token");
  });

  test("in a field of its own it has no scheme, and the answer is nobody else's", async () => {
    const accessTokens = new FakeVerifier({ nonce: () => "n" });
    const gate = gateOf({ accessTokens, credentials: { headers: ["x-api-key"] } });
    const request = requestWith(undefined, { fields: [["x-api-key", JWT]] });
    const admission = await admit(gate, request);
    expect(accessTokens.asked[0]?.[1].presented?.scheme).toBe("");
    const headers = admission.outcome === "accepted" ? admission.headers : [];
    expect(headers).toContainEqual(["cache-control", "private"]);
    expect(headers.map(([name]) => name)).not.toContain("dpop-nonce");
  });

  test("R9449-06: no API token is taken under DPoP, nor ended by it", async () => {
    const gate = gateOf({ accessTokens: new FakeVerifier(), guessing: { limit: 2 } });
    const request = requestWith(`DPoP ${secret}`);
    const answer = answerOf(await admit(gate, request));
    expect(codeOf(answer)).toBe("invalid_token");
    expect(answer).toBe(answerOf(await admit(gate, requestWith("Bearer no"))));
    expect(answerOf(await admit(gate, request)).status).toBe(429);
    const other = gateOf({ accessTokens: new FakeVerifier() });
    const revocation = await other.revokeCurrent(request);
    expect(revocation.outcome === "refused" && revocation.answer.status).toBe(401);
    expect((await world.tokens.verify(secret, { api: "orders", method: "GET" })).ok).toBe(true);
  });

  test("CORE-14: the four 401s are one object, whoever says so", async () => {
    const accessTokens = new FakeVerifier();
    const gate = gateOf({ accessTokens, guessing: false });
    const codes = ["malformed_token", "unknown_token", "expired_token", "owner_inactive"] as const;
    const answers: Answer[] = [answerOf(await admit(gate, requestWith("Bearer no")))];
    for (const code of codes) {
      accessTokens.answer = refused(code);
      answers.push(answerOf(await admit(gate, requestWith(`Bearer ${JWT}`))));
    }
    for (const answer of answers) expect(answer).toBe(answers[0]);
  });

  test("does not end by the tokenry", async () => {
    const gate = gateOf({ accessTokens: new FakeVerifier() });
    const revocation = await gate.revokeCurrent(requestWith(`Bearer ${JWT}`));
    expect(revocation.outcome === "refused" && codeOf(revocation.answer)).toBe("invalid_token");
  });
});

describe("nonces", () => {
  const NONCE = { nonce: () => "fresh" };

  test("R9449-04: use_dpop_nonce has exactly one, and it is a new one each time", async () => {
    const nonces = ["n1", "n2"];
    const accessTokens = new FakeVerifier({ nonce: () => nonces.shift() });
    accessTokens.answer = refused("use_dpop_nonce");
    const gate = gateOf({ accessTokens });
    for (const nonce of ["n1", "n2"]) {
      const answer = answerOf(await admit(gate, requestWith(`DPoP ${JWT}`)));
      expect(answer.status).toBe(401);
      expect(fieldsOf(answer, "dpop-nonce")).toEqual([nonce]);
    }
  });

  test("an accepted call under DPoP has one, where there is one, and no other call", async () => {
    const headersOf = async (
      dpop: Partial<NonNullable<AccessTokens["dpop"]>>,
      scheme: string,
    ): Promise<readonly string[]> => {
      const gate = gateOf({ accessTokens: new FakeVerifier(dpop) });
      const admission = await admit(gate, requestWith(`${scheme} ${JWT}`));
      if (admission.outcome !== "accepted") throw new Error(admission.outcome);
      return admission.headers.filter(([name]) => name === "dpop-nonce").map(([, value]) => value);
    };
    expect(await headersOf(NONCE, "DPoP")).toEqual(["fresh"]);
    expect(await headersOf({}, "DPoP")).toEqual([]);
    expect(await headersOf(NONCE, "Bearer")).toEqual([]);
  });

  test("other refusals have none", async () => {
    const accessTokens = new FakeVerifier(NONCE);
    const gate = gateOf({ accessTokens });
    for (const code of ["invalid_dpop_proof", "expired_token", "access_denied"] as const) {
      accessTokens.answer = refused(code);
      const answer = answerOf(await admit(gate, requestWith(`DPoP ${JWT}`)));
      expect(fieldsOf(answer, "dpop-nonce")).toEqual([]);
    }
  });
});

describe("challenges", () => {
  const realm = 'realm="api"';

  async function challengeOf(
    accessTokens: FakeVerifier,
    request: TestRequest,
    isAlone = false,
  ): Promise<string[]> {
    const gate = isAlone ? gateOf({}, accessTokens) : gateOf({ accessTokens });
    return fieldsOf(answerOf(await admit(gate, request)), "www-authenticate");
  }

  test("R9449-06, R9728-04: name both schemes and the metadata", async () => {
    const accessTokens = new FakeVerifier();
    accessTokens.resourceMetadata = METADATA;
    expect(await challengeOf(accessTokens, requestWith(undefined))).toEqual([
      `Bearer ${realm}, resource_metadata="${METADATA}", DPoP ${realm}, algs="ES256", resource_metadata="${METADATA}"`,
    ]);
  });

  test.each<[DenialCode, number, string]>([
    ["malformed_token", 401, "invalid_token"],
    ["unknown_token", 401, "invalid_token"],
    ["expired_token", 401, "invalid_token"],
    ["access_denied", 403, "insufficient_scope"],
  ])("R9068-05, R6750-09: %s is %i by %s", async (code, status, error) => {
    const accessTokens = new FakeVerifier();
    accessTokens.answer = refused(code);
    const answer = answerOf(await admit(gateOf({ accessTokens }), requestWith(`Bearer ${JWT}`)));
    expect(answer.status).toBe(status);
    expect(fieldsOf(answer, "www-authenticate").join()).toContain(`error="${error}"`);
  });

  test("R9449-06: of a proof only DPoP's has the error", async () => {
    const accessTokens = new FakeVerifier();
    accessTokens.answer = refused("invalid_dpop_proof");
    expect(await challengeOf(accessTokens, requestWith(`DPoP ${JWT}`))).toEqual([
      `Bearer ${realm}, DPoP ${realm}, error="invalid_dpop_proof", error_description="The DPoP proof is not valid.", algs="ES256"`,
    ]);
  });

  test("name DPoP alone where there is nothing but tokens that are bound", async () => {
    const accessTokens = new FakeVerifier({ isRequired: true });
    expect(await challengeOf(accessTokens, requestWith(undefined), true)).toEqual([
      `DPoP ${realm}, algs="ES256"`,
    ]);
    expect(await challengeOf(accessTokens, requestWith(undefined))).toEqual([
      `Bearer ${realm}, DPoP ${realm}, algs="ES256"`,
    ]);
    expect(await challengeOf(new FakeVerifier(), requestWith(undefined), true)).toEqual([
      `Bearer ${realm}, DPoP ${realm}, algs="ES256"`,
    ]);
  });
});

describe("failed attempts with access tokens", () => {
  test.each([
    ["malformed_token", {}, true],
    ["unknown_token", {}, true],
    ["invalid_dpop_proof", {}, true],
    ["invalid_dpop_proof", { tokenId: "t" }, true],
    ["expired_token", {}, false],
    ["use_dpop_nonce", {}, false],
    ["unknown_token", { tokenId: "t" }, false],
    ["owner_inactive", { tokenId: "t" }, false],
    ["access_denied", {}, false],
  ] as const)("CORE-68: %s %j is a guess: %s", async (code, more, isGuess) => {
    const accessTokens = new FakeVerifier();
    accessTokens.answer = refused(code, more);
    const gate = gateOf({ accessTokens, guessing: { limit: 1 } });
    const request = requestWith(`Bearer ${JWT}`);
    await admit(gate, request);
    const { status } = answerOf(await admit(gate, request));
    expect(status).toBe(isGuess ? 429 : DENIALS[code].status);
  });

  test("CORE-68: an API token that has expired counts as ever", async () => {
    const gate = gateOf(
      { accessTokens: new FakeVerifier(), guessing: { limit: 1 } },
      {
        verify: () => Promise.resolve(refused("expired_token", { tokenId: "t" })),
        revokeCurrent: () => Promise.resolve({ revoked: 0 }),
      },
    );
    await admit(gate, requestWith("Bearer old"));
    expect(answerOf(await admit(gate, requestWith("Bearer old"))).status).toBe(429);
  });
});

describe("a verifier alone", () => {
  test("is asked about everything that is presented, and nothing else", async () => {
    const verifier = new FakeVerifier();
    const gate = gateOf({}, verifier);
    for (const text of [`Bearer ${JWT}`, "Bearer opaque", "DPoP opaque"])
      expect((await admit(gate, requestWith(text))).outcome).toBe("accepted");
    expect(verifier.asked.map(([token]) => token)).toEqual([JWT, "opaque", "opaque"]);
    expect(codeOf(answerOf(await admit(gate, requestWith(undefined))))).toBe("missing_token");
    expect(verifier.asked).toHaveLength(3);
  });

  test("ends nothing", async () => {
    const gate = gateOf({}, new FakeVerifier());
    const revocation = await gate.revokeCurrent(requestWith(`Bearer ${JWT}`));
    expect(revocation.outcome === "refused" && revocation.answer.status).toBe(401);
  });

  test("is not given another one", () => {
    expect(() => gateOf({ accessTokens: new FakeVerifier() }, new FakeVerifier())).toThrow(
      "options.accessTokens excludes a verifier of access tokens for tokens",
    );
  });
});

describe("what is wrong with a verifier shows at the start", () => {
  const dpop = { algorithms: ["ES256"], isRequired: false, nonce: () => undefined };
  const sound = { verify: () => Promise.resolve(accepted), dpop, resourceMetadata: METADATA };

  test.each([
    [true, TypeError, "options.accessTokens must be an object"],
    [{}, TypeError, "options.accessTokens.verify must be a function"],
    [{ ...sound, dpop: true }, TypeError, "options.accessTokens.dpop must be an object"],
    [{ ...sound, dpop: {} }, TypeError, "options.accessTokens.dpop.nonce must be a function"],
    [
      { ...sound, dpop: { ...dpop, algorithms: [] } },
      RangeError,
      "options.accessTokens.dpop.algorithms must name one",
    ],
    [
      { ...sound, dpop: { ...dpop, algorithms: ['a"b'] } },
      RangeError,
      "options.accessTokens.dpop.algorithms cannot hold",
    ],
    [
      { ...sound, resourceMetadata: "nowhere" },
      RangeError,
      "options.accessTokens.resourceMetadata must be a URL",
    ],
    [
      { ...sound, resourceMetadata: "https://a.example/\r\nx: y" },
      RangeError,
      "options.accessTokens.resourceMetadata must be a URL",
    ],
  ])("%j", (accessTokens, error, message) => {
    // A cast, as these are what the compiler refuses.
    const make = () => gateOf({ accessTokens: accessTokens as unknown as AccessTokens });
    expect(make).toThrow(error);
    expect(make).toThrow(message);
  });

  test("of one in place of a tokenry, too", () => {
    const verifier = Object.assign(new FakeVerifier(), { resourceMetadata: "nowhere" });
    expect(() => gateOf({}, verifier)).toThrow("tokens.resourceMetadata must be a URL");
  });

  test("DPoP is not read as a scheme of the host's own beside it", () => {
    const credentials = { schemes: ["DPoP"] };
    expect(() => gateOf({ accessTokens: new FakeVerifier(), credentials })).toThrow(
      "options.credentials.schemes must leave DPoP to access tokens",
    );
  });
});
