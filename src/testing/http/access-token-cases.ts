import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import { GOOD_PROOF, NONCE, suiteAccessTokens } from "./access-tokens.ts";
import { bearer, type Field, type HttpBench, type HttpCases, type HttpGroups } from "./bench.ts";
import { assertAccepted, assertRefused, fieldOf, type Style } from "./expect.ts";

const STYLE: Style = {
  algorithms: "ES256 RS256",
  resourceMetadata: suiteAccessTokens.resourceMetadata,
};

function dpop(text: string, ...proofs: readonly string[]): readonly Field[] {
  return [["Authorization", `DPoP ${text}`], ...proofs.map((proof) => ["DPoP", proof] as const)];
}

async function targetOf(bench: HttpBench, path: string): Promise<string> {
  const { text, issued, asked } = await suiteAccessTokens.make(bench);
  const answer = await bench.ask({ path, fields: dpop(text, GOOD_PROOF) });
  assertEqual(answer.status, 200, `status, with ${answer.body}`);
  assertEqual(bench.world.runs.at(-1)?.verdict.token.id, issued.token.id, "the token");
  const target = asked[0]?.presented?.target ?? "";
  // A platform may know no less than the whole.
  return target.replace(/^http:\/\/conformance\.test/, "");
}

const cases: HttpCases = {
  "an access token is accepted beside API tokens": async (bench) => {
    const { text, issued, asked } = await suiteAccessTokens.make(bench);
    const answer = await bench.askWith(text);
    assertAccepted(answer, issued);
    assertEqual(fieldOf(answer, "dpop-nonce"), undefined, "DPoP-Nonce without a proof");
    assertDeepEqual(
      asked.map(({ api, method, presented }) => [api, method, presented?.scheme]),
      [["orders", "GET", "bearer"]],
      "what was asked",
    );
    const other = await bench.world.issue();
    assertAccepted(await bench.askWith(other.secret), other);
    assertEqual(asked.length, 1, "how often an access token was checked");
  },

  "R9449-04: a proof of possession arrives, and one nonce goes out": async (bench) => {
    const { text, issued, asked } = await suiteAccessTokens.make(bench);
    const fields = dpop(text, GOOD_PROOF);
    const answer = await bench.ask({ method: "PUT", fields, path: "/orders" });
    assertAccepted(answer, issued, { method: "PUT" });
    assertEqual(fieldOf(answer, "dpop-nonce"), NONCE, "DPoP-Nonce");
    const [{ method, presented } = { method: "" }] = asked;
    assertDeepEqual(
      [method, presented?.scheme, presented?.proofs],
      ["PUT", "dpop", [GOOD_PROOF]],
      "what was asked",
    );
  },

  "R9449-01: two proofs do not look like one": async (bench) => {
    const { text } = await suiteAccessTokens.make(bench);
    const answer = await bench.ask({ fields: dpop(text, GOOD_PROOF, GOOD_PROOF) });
    assertRefused(bench, answer, "invalid_dpop_proof", STYLE);
    assertEqual(fieldOf(answer, "dpop-nonce"), undefined, "DPoP-Nonce");
  },

  "R9449-02: the target is what the client asked for, wherever the guard stands": async (bench) => {
    for (const path of ["/orders", "/orders?page=2&name=a%20b", "/mapped/orders"])
      assertEqual(await targetOf(bench, path), path, "target");
  },

  "R9449-04: a proof without the nonce is asked for once more": async (bench) => {
    const { text } = await suiteAccessTokens.make(bench);
    const answer = await bench.ask({ fields: dpop(text, "without.a.nonce") });
    assertRefused(bench, answer, "use_dpop_nonce", STYLE);
    assertEqual(fieldOf(answer, "dpop-nonce"), NONCE, "DPoP-Nonce");
  },

  "R9449-06: under DPoP there are access tokens only": async (bench) => {
    const { secret } = await bench.world.issue();
    const answer = await bench.ask({ fields: dpop(secret, GOOD_PROOF) });
    assertRefused(bench, answer, "invalid_token", STYLE);
    const end = { method: "DELETE", path: "/current", fields: dpop(secret, GOOD_PROOF) };
    assertRefused(bench, await bench.ask(end), "invalid_token", STYLE);
  },

  "R9449-06, R9728-04: challenges name both schemes, and where the metadata is": async (bench) => {
    assertRefused(bench, await bench.ask(), "missing_token", STYLE);
    assertRefused(bench, await bench.askWith("a b"), "invalid_request", STYLE);
    const { text } = await suiteAccessTokens.make(bench);
    assertRefused(bench, await bench.askWith(`${text}x`), "invalid_token", STYLE);
  },

  "T-07: two schemes in one request are refused": async (bench) => {
    const { text } = await suiteAccessTokens.make(bench);
    const fields = [bearer(text), ...dpop(text, GOOD_PROOF)];
    assertRefused(bench, await bench.ask({ fields }), "invalid_request", STYLE);
  },

  "an access token does not end by the route for API tokens": async (bench) => {
    const { text, issued } = await suiteAccessTokens.make(bench);
    const answer = await bench.askWith(text, { method: "DELETE", path: "/current" });
    assertRefused(bench, answer, "invalid_token", STYLE);
    assertAccepted(await bench.askWith(text), issued);
    assertTrue(bench.world.runs.length === 1, "a handler ran");
  },
};

/** Access tokens of OAuth beside API tokens. */
export const accessTokenGroups: HttpGroups = {
  "access tokens": { settings: { accessTokens: suiteAccessTokens }, cases },
};
