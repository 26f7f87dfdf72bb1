import QuickLRU from "quick-lru";
import type { AccessTokenRequest, AccessTokens, DpopTerms } from "../../http/access-tokens.ts";
import type { Verdict } from "../../model.ts";
import { tellOutage } from "../../outages.ts";
import type { Awaitable } from "../../ports/awaitable.ts";
import type { BudgetStore, Taken } from "../../ports/budget-store.ts";
import { sha256Hex } from "../../secret/digest.ts";
import { withOutagePolicy } from "../../state/budgets.ts";
import { isThenable } from "../../state/thenable.ts";
import { memoryBudgets } from "../../storage/memory/budgets.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { requestedUrl } from "../dpop/same-url.ts";
import { verifyProof } from "../dpop/verify-proof.ts";
import { createBucketPairs } from "./bucket-pairs.ts";
import { type AskedCall, checkAccessTokenCall } from "./check-call.ts";
import { allows } from "./decide-access.ts";
import { createKeySource } from "./key-source.ts";
import { createKnownTokens, type KnownToken } from "./known-token.ts";
import {
  type AccessTokenVerifierOptions,
  type ResolvedDpop,
  type ResolvedVerifier,
  resolveVerifier,
} from "./options.ts";
import type { ParentCheck } from "./parent.ts";
import { readToken, type TokenRules } from "./read-token.ts";
import { type AccessTokenDenial, overBudget, refuse, tighter } from "./refusals.ts";

/** Checks access tokens on a resource server. It stands for a tokenry in `createProtect`, or beside one as its option `accessTokens`. */
export interface AccessTokenVerifier<Profile = unknown>
  extends AccessTokens<string, string, Profile> {
  /** Access tokens are not ended here, but at the authorization server (RFC 7009): the answer is always none. */
  revokeCurrent(token: unknown): Promise<{ readonly revoked: 0 }>;
  /** Ends what the `parent` does in the background. */
  close(): Promise<void>;
}

/**
 * Makes a verifier of the access tokens of an authorization server, `oauthServer` on its other side. It needs neither database nor directory:
 * signature, issuer, audience and times decide, then the scope, then the budget that the token tells of.
 *
 * Verdicts are those of `Tokenry.verify`, with the `claims`. What was granted holds until the token expires, 15 minutes by default; with
 * `parent` for as long as its API token stands.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const verifier = accessTokenVerifier({ issuer: "https://auth.example.com", audience: "https://orders.example.com" });
 * const protect = createProtect(verifier);
 */
export function accessTokenVerifier<Profile = unknown>(
  options: AccessTokenVerifierOptions<Profile>,
): AccessTokenVerifier<Profile> {
  const verifier = new Verifier(options);
  return Object.freeze({
    // A cast: the profile is what the host's own function made.
    verify: (token: string, request: AccessTokenRequest<string, Profile>) =>
      verifier.verify(token, request as AccessTokenRequest) as Promise<Verdict<string, Profile>>,
    revokeCurrent: async () => ({ revoked: 0 }) as const,
    dpop: verifier.terms,
    resourceMetadata: verifier.settings.resourceMetadata,
    close: async () => options.parent?.close?.(),
  });
}

class Verifier {
  readonly settings: ResolvedVerifier;
  readonly terms: DpopTerms | undefined;
  readonly #rules: TokenRules;
  readonly #budgets: BudgetStore;
  readonly #parent: ParentCheck | undefined;
  readonly #bucketsOf = createBucketPairs();
  readonly #createKnown: (claims: AccessTokenClaims) => KnownToken;
  readonly #known: QuickLRU<string, KnownToken> | undefined;
  readonly #report: (cause: unknown) => void;

  constructor(options: AccessTokenVerifierOptions) {
    const settings = resolveVerifier(options);
    // Looked up with each call, for a host that replaces it later.
    const { fetch = (...request) => globalThis.fetch(...request) } = options;
    const keys = createKeySource(options.jwks, { fetch, issuer: settings.issuer });
    const { onError } = options;
    this.settings = settings;
    this.terms = termsOf(settings);
    this.#rules = { ...settings, keys };
    const tell = tellOutage(onError);
    this.#report = (cause) => tell(cause, "The access token cannot be checked now.");
    this.#budgets = withOutagePolicy(settings.budgets, memoryBudgets(), this.#report);
    this.#parent = options.parent;
    this.#createKnown = createKnownTokens(options.profile);
    this.#known =
      settings.cacheMax === 0 ? undefined : new QuickLRU({ maxSize: settings.cacheMax });
  }

  /** The checks have the order of the denial codes; a refusal spends nothing. */
  async verify(token: unknown, request: AccessTokenRequest): Promise<Verdict> {
    const call = checkAccessTokenCall(request);
    if (token === undefined || token === null || token === "") return refuse("missing_token");
    if (typeof token !== "string") return refuse("malformed_token");
    try {
      return await this.#decide(token, call);
    } catch (cause) {
      this.#report(cause);
      return refuse("unavailable");
    }
  }

  async #decide(token: string, call: AskedCall): Promise<Verdict> {
    const now = this.settings.now();
    const key = this.#known === undefined ? "" : sha256Hex(token);
    const kept = this.#known?.get(key);
    if (kept !== undefined) return this.#judge(kept, token, call, now);
    const read = await readToken(this.#rules, token, now);
    if (!read.ok) return refuse(read.code);
    return this.#judge(this.#meet(read.claims, key), token, call, now);
  }

  /** What stands against a token whose signature was good. Nothing is waited for that need not be. */
  #judge(known: KnownToken, token: string, call: AskedCall, now: number): Awaitable<Verdict> {
    if (now >= known.expiresAtMs + this.settings.toleranceMs) return refuse("expired_token");
    const isPlain = this.#parent === undefined && known.claims.cnf === undefined;
    const isBearer = this.settings.dpop === undefined && call.presented?.scheme !== "dpop";
    if (isPlain && isBearer) return this.#spend(known, call, now);
    return this.#judgeBound(known, token, call, now);
  }

  async #judgeBound(
    known: KnownToken,
    token: string,
    call: AskedCall,
    now: number,
  ): Promise<Verdict> {
    const unproved = await this.#possession(known, token, call, now);
    if (unproved !== undefined) return refuse(unproved, known);
    if (this.#parent === undefined) return this.#spend(known, call, now);
    const state = await this.#parent.check(known.claims, token, now);
    if (state === "lives") return this.#spend(known, call, now);
    return refuse(state === "ended" ? "unknown_token" : "unavailable", known);
  }

  #spend(known: KnownToken, call: AskedCall, now: number): Awaitable<Verdict> {
    const buckets = this.#bucketsOf(known.claims.tokenry, call.api);
    if (buckets === undefined || !allows(known, call)) return refuse("access_denied", known);
    const taken = this.#budgets.take(buckets, call.cost, now);
    return isThenable(taken) ? taken.then((took) => settle(known, took)) : settle(known, taken);
  }

  /** Makes a token whose signature was good ready, and remembers it by its hash: the next call needs no signature. */
  #meet(claims: AccessTokenClaims, key: string): KnownToken {
    const known = this.#createKnown(claims);
    if (this.#known === undefined) return known;
    known.freeze();
    this.#known.set(key, known);
    return known;
  }

  /** R9449-06: a token that is bound to a key is good with a proof by that key alone, and a proof is for such a token. */
  async #possession(
    { claims }: KnownToken,
    token: string,
    { method, presented }: AskedCall,
    now: number,
  ): Promise<AccessTokenDenial | undefined> {
    const { dpop } = this.settings;
    const isProved = presented?.scheme === "dpop";
    const thumbprint = claims.cnf?.jkt;
    if (thumbprint === undefined)
      return isProved || dpop?.isRequired === true ? "unknown_token" : undefined;
    if (!isProved || dpop === undefined) return "unknown_token";
    const url = requestedUrl(dpop.url, presented.target);
    const bound = { token, thumbprint };
    const request = { proofs: presented.proofs, method, url, bound };
    const proof = await verifyProof(dpop.rules, request, now);
    return proof.ok ? undefined : proof.code;
  }
}

function settle(known: KnownToken, taken: Taken): Verdict {
  if (taken.allowed !== true) return overBudget(known, taken);
  const { budget, budgetOf } = tighter(taken.states);
  const { token, owner, publicClaims: claims } = known;
  return { ok: true, token, owner, budget, budgetOf, claims };
}

function termsOf({ dpop, now }: ResolvedVerifier): DpopTerms | undefined {
  if (dpop === undefined) return undefined;
  const { rules, isRequired }: ResolvedDpop = dpop;
  const nonce = (): string | undefined => rules.nonces?.current(now());
  return Object.freeze({ algorithms: rules.algorithms, isRequired, nonce });
}
