import type { Tokenry } from "../../face.ts";
import type { Answer } from "../../http/answer.ts";
import type { FailureLimit } from "../../http/failure-limit.ts";
import type { Awaitable } from "../../ports/awaitable.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import type { ProofRules } from "../dpop/verify-proof.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { FindClient } from "./clients.ts";
import type { Form } from "./form.ts";

/** What an authorization server needs of a tokenry. */
export type TokenSource = Pick<Tokenry, "grant" | "recheck" | "revokeCurrent">;

/** What a grant is asked from: the secret of an API token, or its id where the client has proved itself otherwise. */
export type GrantCredential = Parameters<TokenSource["grant"]>[0];

/** The facts of a grant. */
export type GrantedFacts = Extract<Awaited<ReturnType<TokenSource["grant"]>>, { ok: true }>;

/** Gives claims of the host's own for an access token. */
export type MoreClaims = (grant: GrantedFacts) => Awaitable<Readonly<Record<string, unknown>>>;

/** A resource server that access tokens are made for. */
export interface Resource {
  /** Its identifier: an absolute URI without a fragment (RFC 8707). */
  readonly id: string;
  /** The APIs that it serves; `undefined`: all. */
  readonly apis: ReadonlySet<string> | undefined;
}

/** All that the endpoints work with. */
export interface ServerContext {
  readonly tokens: TokenSource;
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly lifetimeMs: number;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly findClient: FindClient;
  /** Whether clients that are not registered are refused. */
  readonly isForRegisteredOnly: boolean;
  /** A scope that stands for all that a token opens, as Own's clients ask for `api:access` (OWN-15). */
  readonly wholeScope: string | undefined;
  /** `undefined`: access tokens are bound to no key. */
  readonly proofs: ProofRules | undefined;
  readonly replays: ReplayStore;
  /** Whether introspection answers by a signed JWT where that is asked for. */
  readonly signsIntrospection: boolean;
  /** Claims of the host's own; `undefined`: none. */
  readonly moreClaims: MoreClaims | undefined;
  /** Counts failed API tokens and failed authentications of clients; `undefined`: nobody does. */
  readonly failures: FailureLimit | undefined;
  readonly now: () => number;
  /** Tells the host of an outage. Never throws. */
  readonly report: (cause: unknown) => void;
}

/** A request to an endpoint, after its form was read. */
export interface EndpointCall {
  readonly form: Form;
  readonly headers: Headers;
  /** The whole URL of the endpoint, as metadata has it. */
  readonly url: string;
  readonly address: string | undefined;
}

/** An endpoint that takes a form. Rejects for an outage. */
export type Endpoint = (context: ServerContext, call: EndpointCall) => Promise<Answer>;
