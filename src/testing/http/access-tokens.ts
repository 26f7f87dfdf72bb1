import type { Verdict } from "../../model.ts";
import type { HttpAccessTokenRequest, HttpAccessTokens, HttpProfile } from "./app.ts";
import type { HttpBench } from "./bench.ts";
import type { IssuedToken } from "./world.ts";

/** The proof that the suite takes for a good one. */
export const GOOD_PROOF = "good.proof.of-possession";

/** What every answer to DPoP tells for the next proof. */
export const NONCE = "nonce-of-the-suite";

const ALGORITHMS = ["ES256", "RS256"];

/** An access token of a case. */
export interface SuiteAccessToken {
  /** In the shape of a JWT. */
  readonly text: string;
  readonly issued: IssuedToken;
  /** What the adapter asked with it. */
  readonly asked: HttpAccessTokenRequest[];
}

/** What checks access tokens in the suite: each stands for a token of the tokenry, and under DPoP it needs {@link GOOD_PROOF}. */
class SuiteAccessTokens implements HttpAccessTokens {
  readonly dpop: HttpAccessTokens["dpop"] = {
    algorithms: ALGORITHMS,
    isRequired: false,
    nonce: (): string => NONCE,
  };
  readonly resourceMetadata = "https://api.example/.well-known/oauth-protected-resource";
  readonly #answers = new Map<string, HttpAccessTokens["verify"]>();
  #made = 0;

  verify(text: string, request: HttpAccessTokenRequest): Promise<Verdict<string, HttpProfile>> {
    const answer = this.#answers.get(text);
    return answer === undefined
      ? Promise.resolve(refusedWith("unknown_token", "The token is not valid."))
      : answer(text, request);
  }

  async make({ world }: HttpBench): Promise<SuiteAccessToken> {
    this.#made += 1;
    const [issued, asked] = [await world.issue(), [] as HttpAccessTokenRequest[]];
    const text = `header.number-${this.#made}.signature`;
    this.#answers.set(text, async (_text, request) => {
      asked.push(request);
      const { presented, ...rest } = request;
      const refusal = presented?.scheme === "dpop" ? refusalOf(presented.proofs) : undefined;
      return refusal ?? world.tokens.verify(issued.secret, rest);
    });
    return { text, issued, asked };
  }
}

function refusalOf(proofs: readonly string[]): Verdict<string, HttpProfile> | undefined {
  if (proofs.length === 1 && proofs[0] === GOOD_PROOF) return undefined;
  return proofs.length === 1 && proofs[0] === "without.a.nonce"
    ? refusedWith("use_dpop_nonce", "The DPoP proof must hold the nonce of this answer.")
    : refusedWith("invalid_dpop_proof", "The DPoP proof is not valid.");
}

function refusedWith(
  code: "unknown_token" | "use_dpop_nonce" | "invalid_dpop_proof",
  message: string,
): Verdict<string, HttpProfile> {
  return { ok: false, code, status: 401, message };
}

/** One for all cases: its tokens are never the same. */
export const suiteAccessTokens: SuiteAccessTokens = new SuiteAccessTokens();
