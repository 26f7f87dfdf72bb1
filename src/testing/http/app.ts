import type { Tokenry } from "../../face.ts";
import type { Accepted, Api, TokenKind, Verdict, VerifyRequest } from "../../model.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Directory } from "../../ports/directory.ts";
import type { Repository } from "../../ports/repository.ts";
import type { Skips } from "../runner.ts";

/** What an owner of the suite has for a profile. */
export interface HttpProfile {
  readonly department: string;
}

/** The tokenry that a subject protects its routes with. Its APIs are `orders` and `invoices`. */
export type HttpTokenry = Tokenry<string, string, HttpProfile>;

/** A refusal's answer before it is sent, as far as the suite replaces parts of it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What a call with an access token asks for, and how it was presented. */
export interface HttpAccessTokenRequest extends VerifyRequest<string, HttpProfile> {
  readonly presented?:
    | {
        readonly scheme: string;
        readonly proofs: readonly string[];
        readonly target: string;
      }
    | undefined;
}

/** What checks access tokens in place of `accessTokenVerifier`. */
export interface HttpAccessTokens {
  verify(token: string, request: HttpAccessTokenRequest): Promise<Verdict<string, HttpProfile>>;
  readonly dpop:
    | {
        readonly algorithms: readonly string[];
        readonly isRequired: boolean;
        nonce(): string | undefined;
      }
    | undefined;
  readonly resourceMetadata: string | undefined;
}

/** The options that a subject hands to `createProtect` as they are. Absent: the default holds. */
export interface HttpSettings {
  readonly credentials?: {
    readonly schemes?: readonly string[];
    readonly headers?: readonly string[];
  };
  readonly accessTokens?: HttpAccessTokens;
  readonly trustProxy?: readonly string[];
  readonly forwardedBy?: "x-forwarded-for" | "forwarded";
  readonly guessing?: false | { readonly limit?: number };
  readonly rateLimit?: "draft-10" | "x-rate-limit" | false;
  readonly expiryHeader?: string | false;
  readonly realm?: string;
  readonly problemBaseUrl?: string;
  readonly refusal?: (
    refusal: { readonly code: string },
    answer: HttpAnswer,
  ) => HttpAnswer | undefined;
  readonly clock?: Clock;
}

/** A protected handler's run: what it saw. */
export interface HttpRun {
  /** The route's path as in the list of {@link HttpConformanceApp}, such as `"/orders"`. */
  readonly path: string;
  /** The request's method as the framework tells it. */
  readonly method: string;
  /** The verdict from the framework's own place of it. */
  readonly verdict: Accepted<string, HttpProfile>;
  /** POST only: how many bytes of body the handler read. */
  readonly bytes?: number;
}

/** What a protected handler answers, as JSON with status 200. */
export interface HttpRunAnswer {
  readonly owner: string;
  readonly token: string;
  readonly kind: string;
  readonly method: string;
  readonly bytes?: number;
}

/**
 * One application that a subject builds with its framework: `createProtect(app.tokens, app.options)` and these routes, no others.
 *
 * Every protected handler calls `app.ran({ path, method, verdict })` and answers 200 with the object that it gives, as JSON.
 *
 * | path | guard | then |
 * |---|---|---|
 * | `/orders` | `protect("orders")` | GET, HEAD, POST, PUT, PATCH, DELETE: `ran`. POST reads the whole body, of any type and length up to 1 MiB, and passes its length as `bytes` |
 * | `/invoices` | `protect("invoices")` | GET, HEAD, POST: `ran`, POST as above |
 * | `/reports` | `protect("orders", { level: "full" })` | GET: `ran` |
 * | `/costly` | `protect("orders", { cost: 5 })` | GET: `ran` |
 * | `/weighed` | `protect("orders", { cost })`, `cost` = the number in the request's header `x-weight` | GET: `ran` |
 * | `/finance` | `protect("orders", { permits })`, `permits` = `(owner) => owner.profile?.department === "finance"` | GET: `ran` |
 * | `/mapped/orders`, `/mapped/invoices`, `/mapped/nowhere`, `/mapped/unknown` | one guard for the four, `protect(map)`; `map` gives the path's last part as the name of the API (`nowhere` is none), and `undefined` for `unknown` | GET: `ran` |
 * | `/fails` | `protect("orders")` | GET: `ran`, waits for a turn of the event loop, then throws an Error: the host's own error handling answers |
 * | `/misused` | `protect("orders", { cost: () => NaN })` | GET: `ran`. It is never run: the RangeError goes to the host's own error handling |
 * | `/current` | – | DELETE: `protect.revokeCurrent()` is all of the handler |
 * | `/open` | none | GET: 200 with `{ "open": true }` |
 *
 * - The guard of a path stands before *every* method, OPTIONS included, so that it decides before the framework looks for a handler.
 * - An OPTIONS request that gets past the guard, a preflight or not, is answered by the host: 204 with the header `x-preflight: host`,
 *   and `ran` is not called. So on every path of the list but `/open` and `/current`.
 * - The host's own error handling answers whatever is thrown with 500 and `{ "error": "handled" }`. It logs nothing.
 * - Every protected handler sets the response header `x-host: kept` before it answers, and the answer keeps it.
 * - Nothing before the guard answers, reads the body or changes the request. Other middleware, such as CORS, is left out.
 */
export interface HttpConformanceApp {
  readonly tokens: HttpTokenry;
  readonly options: HttpSettings;
  /** Notes that a protected handler runs, and gives what it answers. */
  ran(run: HttpRun): HttpRunAnswer;
}

/** A server that a subject has started. */
export interface HttpServed {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends open connections too: a case may leave one behind. */
  close(): Promise<void>;
}

/** What the suite needs of tokenry itself: `createTokenry` and `memoryRepository` as they are exported. */
export interface HttpConformanceTokenry {
  readonly createTokenry: (options: {
    readonly kinds: Readonly<Record<string, TokenKind>>;
    readonly apis: Readonly<Record<string, Api>>;
    readonly directory: Directory<HttpProfile>;
    readonly repository: Repository;
    readonly clock: Clock;
    readonly cache: { readonly owner: false };
    readonly onError: () => void;
  }) => HttpTokenry;
  readonly memoryRepository: () => Repository;
}

/** What {@link httpConformance} needs of an adapter. */
export interface HttpConformanceOptions extends HttpConformanceTokenry {
  /** Starts the adapter's server for one app: called once for each group of cases, which share the app's options. */
  readonly serve: (app: HttpConformanceApp) => Promise<HttpServed>;
  /** Cases that the adapter cannot pass, by name, each with the reason. */
  readonly skip?: Skips;
}
