import { checkList, checkMethods, checkObject, quoted } from "../checks.ts";
import { DENIALS, type DenialCode } from "../errors.ts";
import type { Tokenry } from "../face.ts";
import type { Refused, Verdict, VerifyRequest } from "../model.ts";
import { type AccessTokens, looksLikeAccessToken } from "./access-tokens.ts";
import { DPOP_KEY, type Presented, type PresentedToken } from "./credentials.ts";
import type { RequestReader } from "./request-reader.ts";
import { isToken } from "./token.ts";

/**
 * What the HTTP layer needs of a tokenry. An access token verifier has it too, and stands alone where there is no tokenry: everything that
 * is presented is then an access token.
 */
export type TokenChecker<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> = Pick<Tokenry<Kind, ApiName, Profile>, "verify" | "revokeCurrent">;

/** Who checks access tokens, if anybody does. */
export interface AccessTokenCheck {
  readonly accessTokens: AccessTokens | undefined;
  /** Whether there is no tokenry besides. */
  readonly isAlone: boolean;
}

/** Has what is presented checked by whoever can. */
export interface Checker<Request, Kind extends string, Profile> {
  verify(
    presented: Presented,
    asked: VerifyRequest<string, Profile>,
    request: Request,
  ): Promise<Verdict<Kind, Profile>>;
  /** Ends the token that is presented, and tells how many that were. */
  revoke(presented: PresentedToken): Promise<number>;
  isAccessToken(presented: PresentedToken): boolean;
}

/**
 * Finds who checks access tokens: the option, or `tokens` itself.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveAccessTokens(
  tokens: object,
  option: AccessTokens | undefined,
): AccessTokenCheck {
  const isAlone = "dpop" in tokens && "resourceMetadata" in tokens;
  if (!isAlone) {
    if (option !== undefined) checkAccessTokens(option, "options.accessTokens");
    return { accessTokens: option, isAlone };
  }
  if (option !== undefined)
    throw new TypeError("options.accessTokens excludes a verifier of access tokens for tokens");
  checkAccessTokens(tokens, "tokens");
  return { accessTokens: tokens, isAlone };
}

function checkAccessTokens(value: unknown, path: string): asserts value is AccessTokens {
  checkMethods(value, ["verify"], path);
  // A cast after the check that there is something to read from.
  const { dpop, resourceMetadata } = value as Partial<AccessTokens>;
  if (resourceMetadata !== undefined && !isHttpUrl(resourceMetadata))
    throw new RangeError(`${path}.resourceMetadata must be a URL of http or https`);
  if (dpop === undefined) return;
  checkObject(dpop, `${path}.dpop`);
  checkMethods(dpop, ["nonce"], `${path}.dpop`);
  const algorithms = checkList<unknown>(dpop.algorithms, `${path}.dpop.algorithms`);
  if (algorithms.length === 0) throw new RangeError(`${path}.dpop.algorithms must name one`);
  for (const algorithm of algorithms) {
    if (typeof algorithm !== "string" || !isToken(algorithm))
      throw new RangeError(`${path}.dpop.algorithms cannot hold ${quoted(String(algorithm))}`);
  }
}

/** In characters that a challenge can hold. */
function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\/[!-~]+$/.test(value) && URL.canParse(value);
}

/** Chooses once how credentials are checked, so that who takes no access tokens pays nothing for them. */
export function createChecker<Request, Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  { accessTokens, isAlone }: AccessTokenCheck,
  reader: RequestReader<Request>,
): Checker<Request, Kind, Profile> {
  const verifyToken: Checker<Request, Kind, Profile>["verify"] = (presented, asked) =>
    tokens.verify(presented.type === "token" ? presented.secret : undefined, asked);
  const revoke = async (presented: PresentedToken): Promise<number> =>
    (await tokens.revokeCurrent(presented.secret)).revoked;
  if (accessTokens === undefined)
    return { verify: verifyToken, revoke, isAccessToken: () => false };

  const takesDpop = accessTokens.dpop !== undefined;
  const isAccessToken = (presented: PresentedToken): boolean =>
    isAlone || looksLikeAccessToken(presented.secret);
  /** Under DPoP there is nothing but access tokens: no proof goes with another. */
  const isMisplaced = (presented: PresentedToken): boolean =>
    takesDpop && presented.scheme === DPOP_KEY && !isAccessToken(presented);
  return {
    async verify(presented, asked, request) {
      if (presented.type !== "token")
        return isAlone ? refusedWith("missing_token") : verifyToken(presented, asked, request);
      if (isMisplaced(presented)) return refusedWith("malformed_token");
      if (!isAccessToken(presented)) return verifyToken(presented, asked, request);
      const { scheme, secret } = presented;
      const proofs = reader.lines(request, DPOP_KEY);
      const call = { ...asked, presented: { scheme, proofs, target: reader.target(request) } };
      // Casts, as the tokenry's kinds and profile are what the host has named: access tokens act for the same owners.
      const verdict = await accessTokens.verify(secret, call as VerifyRequest);
      return verdict as Verdict<Kind, Profile>;
    },
    revoke: async (presented) => (isMisplaced(presented) ? 0 : revoke(presented)),
    isAccessToken,
  };
}

function refusedWith(code: DenialCode): Refused {
  return { ok: false, code, ...DENIALS[code] };
}

/**
 * Whether a refused credential may have been a guess. An access token that has run out, a proof that is to be made anew and the token of a
 * parent that has ended happen to every honest client: their issuer's signature was good.
 */
export function isGuess({ status, code, tokenId }: Refused, isAccessToken: boolean): boolean {
  if (status !== 401) return false;
  if (!isAccessToken || code === "invalid_dpop_proof") return true;
  return code !== "expired_token" && code !== "use_dpop_nonce" && tokenId === undefined;
}
