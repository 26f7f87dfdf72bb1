// Checked by `npm run typecheck`: nothing here runs.
import { expectTypeOf } from "vitest";
import {
  type Actor,
  type BudgetState,
  type Cancelled,
  type CancelRotationRequest,
  createTokenry,
  type DenialCode,
  type EventType,
  type Grant,
  type GrantedBudget,
  type Issued,
  type KindRules,
  type LeakResult,
  type Level,
  manyChoice,
  manySliding,
  type Owner,
  type OwnerStanding,
  type ParkedNoticesPage,
  type PruneResult,
  primaryBackup,
  type RetriedCount,
  type RotationPending,
  type Rules,
  type Secret,
  SYSTEM,
  singleFixed,
  type Token,
  type TokenKind,
  type Tokenry,
  TokenryError,
  type TokenryErrorCode,
  type Verdict,
} from "../../src/index.ts";

interface Profile {
  readonly units: readonly string[];
}

const tokens = createTokenry({
  kinds: {
    personal: singleFixed({ prefix: "acme_pat" }),
    application: manyChoice({ prefix: "acme_app" }),
  },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: {
    find: (_id: string): Promise<Owner<Profile> | undefined> => Promise.resolve(undefined),
  },
});

type Kind = "personal" | "application";
const issue = { owner: "ada", actor: "ada", name: "laptop" } as const;

// Kinds and APIs are known by the names in the options.
expectTypeOf(tokens).toEqualTypeOf<Tokenry<Kind, "orders" | "invoices", Profile>>();
void tokens.issue({ ...issue, kind: "personal" });
// @ts-expect-error no such kind
void tokens.issue({ ...issue, kind: "nope" });
// @ts-expect-error no such kind
void tokens.revokeAll({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
void tokens.list({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
void tokens.rotate({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
void tokens.resendRotation({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
void tokens.pendingRotation({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
void tokens.cancelRotation({ owner: "ada", actor: "ada", kind: "nope" });
// @ts-expect-error no such kind
tokens.scanPattern("nope");
void tokens.issue({ ...issue, kind: "application", access: { orders: "read", invoices: ["GET"] } });
void tokens.issue({ ...issue, kind: "application", access: "full", budgets: { orders: 10 } });
// @ts-expect-error no such API
void tokens.issue({ ...issue, kind: "application", access: { refunds: "read" } });
// @ts-expect-error no such API
void tokens.issue({ ...issue, kind: "application", budgets: { refunds: 10 } });
// @ts-expect-error no such level
void tokens.issue({ ...issue, kind: "application", access: { orders: "write" } });
void tokens.update({ tokenId: "id", actor: "ada", unchangedSince: new Date() });
// @ts-expect-error a time is a Date
void tokens.regenerate({ tokenId: "id", actor: "ada", unchangedSince: 7 });
// @ts-expect-error no such API
void tokens.update({ tokenId: "id", actor: "ada", access: { refunds: "read" } });

// What is derived from a token is of these APIs; by its secret, or by its id where the host has made sure of it.
void tokens.grant("secret", { access: { orders: "read" }, apis: ["orders"], address: undefined });
void tokens.grant("secret", { access: { [String(process.argv[2])]: "read" } });
void tokens.grant(undefined, undefined);
void tokens.grant({ tokenId: "id", secretCreatedAt: 0 });
void tokens.recheck({ tokenId: "id" });
// @ts-expect-error no such level
void tokens.grant("secret", { access: { orders: "write" } });
// @ts-expect-error one level for all APIs is no grant
void tokens.grant("secret", { access: "full" });
// @ts-expect-error a mistyped limit would be none
void tokens.grant("secret", { api: ["orders"] });
// @ts-expect-error which token?
void tokens.grant({ secretCreatedAt: 0 });
// @ts-expect-error milliseconds, as a grant has them
void tokens.recheck({ tokenId: "id", secretCreatedAt: new Date() });
// @ts-expect-error nothing is asked for
void tokens.recheck("secret", { access: {} });

// An API named by a request is decided at run time, not at compile time.
void tokens.verify("secret", { api: "orders", method: "GET" });
void tokens.verify("secret", { api: String(process.argv[2]), method: "GET" });

// A rotation is cancelled by its owner or by its code, not by half of either.
void tokens.resendRotation({ owner: "ada", actor: SYSTEM, kind: "personal" });
void tokens.cancelRotation({ owner: "ada", actor: SYSTEM, kind: "personal" });
void tokens.cancelRotation({ code: "code" });
expectTypeOf(tokens.cancelRotation).parameters.toEqualTypeOf<[CancelRotationRequest<Kind>]>();
// @ts-expect-error by whom?
void tokens.cancelRotation({ owner: "ada", kind: "personal" });
// @ts-expect-error whose?
void tokens.cancelRotation({ actor: SYSTEM });
// @ts-expect-error a code is text
void tokens.cancelRotation({ code: 7 });
// @ts-expect-error by owner only: a link is sent to its owner
void tokens.resendRotation({ code: "code" });

// A leak is reported with a source, by text or Secret.
declare const secret: Secret;
void tokens.reportLeak(secret, { source: "github" });
void tokens.reportLeak("secret", { source: "github", url: undefined });
// @ts-expect-error by whom, or where?
void tokens.reportLeak(secret, {});
// @ts-expect-error an address is text
void tokens.reportLeak(secret, { source: "github", url: new URL("https://paste.example/1") });
// @ts-expect-error nothing was found
void tokens.reportLeak(undefined, { source: "github" });

// The trail is chosen from by the names of events, and by instants.
const part = { account: "acme", actor: SYSTEM } as const;
void tokens.events({ ...part, types: ["token.leaked", "owner.refused", "rotation.cancelled"] });
void tokens.exportEvents({ ...part, types: undefined, since: new Date(), until: undefined });
// @ts-expect-error no such event
void tokens.events({ ...part, types: ["token.stolen"] });
// @ts-expect-error no such event
void tokens.exportEvents({ ...part, types: ["token.stolen"] });
// @ts-expect-error an instant is a Date
void tokens.exportEvents({ ...part, since: Date.now() });
// @ts-expect-error an export has no pages
void tokens.exportEvents({ ...part, limit: 20 });
expectTypeOf<string>().not.toExtend<EventType>();

// What was put aside is the host's to ask for, or an account's.
void tokens.notices.parked({ actor: SYSTEM });
void tokens.notices.retry({ account: "acme", actor: "mia", id: undefined, channel: "mail" });
// @ts-expect-error who asks?
void tokens.notices.parked({ account: "acme" });

// What is the library's to set cannot be given.
// @ts-expect-error AP-3 no such field
void tokens.update({ tokenId: "id", actor: "ada", expiresAt: new Date() });
// @ts-expect-error AP-3 no such field
void tokens.issue({ ...issue, kind: "personal", createdBy: "eve" });
// @ts-expect-error an actor is an id or SYSTEM, never a token
void tokens.get({ tokenId: "id", actor: { token: "x" } });
// @ts-expect-error another symbol is not the host
void tokens.get({ tokenId: "id", actor: Symbol("system") });
void tokens.get({ tokenId: "id", actor: SYSTEM });
expectTypeOf<typeof SYSTEM>().toExtend<Actor>();

// What is optional may also be undefined, as it comes from a request.
declare const maybe: { readonly limit: number | undefined; readonly address: string | undefined };
void tokens.list({
  owner: "ada",
  actor: "ada",
  kind: undefined,
  cursor: undefined,
  limit: maybe.limit,
});
void tokens.verify("secret", {
  api: "orders",
  method: "GET",
  address: maybe.address,
  cost: undefined,
});
void tokens.verify(undefined, { api: "orders", method: "GET" });
void tokens.verify(null, { api: "orders", method: "GET" });
// @ts-expect-error a secret is text
void tokens.verify(7, { api: "orders", method: "GET" });

// Results.
expectTypeOf(tokens.issue).returns.resolves.toEqualTypeOf<Issued<Kind>>();
expectTypeOf(tokens.rotate).returns.resolves.toEqualTypeOf<Issued<Kind> | RotationPending>();
expectTypeOf(tokens.get).returns.resolves.toEqualTypeOf<Token<Kind>>();
expectTypeOf(tokens.revoke).returns.resolves.toEqualTypeOf<void>();
expectTypeOf(tokens.resendRotation).returns.resolves.toEqualTypeOf<RotationPending>();
expectTypeOf(tokens.pendingRotation).returns.resolves.toEqualTypeOf<RotationPending | undefined>();
expectTypeOf(tokens.owner).returns.resolves.toEqualTypeOf<OwnerStanding>();
expectTypeOf(tokens.rules).toEqualTypeOf<Rules<Kind, "orders" | "invoices">>();
expectTypeOf(tokens.rules.kinds.personal).toEqualTypeOf<KindRules>();
// @ts-expect-error the rules are not to be changed
tokens.rules.kinds.personal.budgetPercent = 100;
expectTypeOf(tokens.cancelRotation).returns.resolves.toEqualTypeOf<Cancelled>();
expectTypeOf(tokens.reportLeak).returns.resolves.toEqualTypeOf<LeakResult>();
expectTypeOf(tokens.exportEvents).returns.resolves.toEqualTypeOf<ReadableStream<Uint8Array>>();
expectTypeOf(tokens.notices.parked).returns.resolves.toEqualTypeOf<ParkedNoticesPage>();
expectTypeOf(tokens.notices.retry).returns.resolves.toEqualTypeOf<RetriedCount>();
expectTypeOf(tokens.jobs.prune).returns.resolves.toEqualTypeOf<PruneResult>();
expectTypeOf<Issued["secret"]>().toEqualTypeOf<Secret>();

// The verdict narrows by ok, and hands back the profile as the directory types it.
export async function narrows(secret: Secret): Promise<void> {
  const verdict = await tokens.verify(secret, { api: "orders", method: "GET" });
  expectTypeOf(verdict).toEqualTypeOf<Verdict<Kind, Profile>>();
  if (verdict.ok) {
    expectTypeOf(verdict.token.kind).toEqualTypeOf<Kind>();
    expectTypeOf(verdict.owner.profile).toEqualTypeOf<Profile | undefined>();
    expectTypeOf(verdict.budget).toEqualTypeOf<BudgetState>();
    // @ts-expect-error an accepted call has no code
    void verdict.code;
  } else {
    expectTypeOf(verdict.code).toEqualTypeOf<DenialCode>();
    expectTypeOf(verdict.status).toEqualTypeOf<400 | 401 | 403 | 429 | 503>();
    expectTypeOf(verdict.tokenId).toEqualTypeOf<string | undefined>();
    // @ts-expect-error a refused call has no token
    void verdict.token;
  }
  for (const grant of [await tokens.grant(secret), await tokens.recheck(secret)]) {
    expectTypeOf(grant).toEqualTypeOf<Grant<Kind, "orders" | "invoices", Profile>>();
    if (grant.ok) {
      expectTypeOf(grant.token.kind).toEqualTypeOf<Kind>();
      expectTypeOf(grant.owner.profile).toEqualTypeOf<Profile | undefined>();
      expectTypeOf(grant.access.orders).toEqualTypeOf<Level | undefined>();
      expectTypeOf(grant.budgets.invoices).toEqualTypeOf<GrantedBudget | undefined>();
      // @ts-expect-error no such API
      void grant.access.refunds;
      // @ts-expect-error read-only
      grant.access.orders = "full";
    } else expectTypeOf(grant.code).toEqualTypeOf<DenialCode>();
  }
  const rotated = await tokens.rotate({ kind: "personal", owner: "ada", actor: "ada" });
  if ("pending" in rotated) expectTypeOf(rotated.expiresAt).toEqualTypeOf<Date>();
  else expectTypeOf(rotated.secret).toEqualTypeOf<Secret>();
}

// What is handed out is read-only.
export function readOnly(token: Token, verdict: Verdict, kind: TokenKind, owner: Owner): void {
  // @ts-expect-error read-only
  token.name = "new";
  // @ts-expect-error read-only
  token.budgets.orders = 100;
  if (token.access !== null) {
    // @ts-expect-error read-only
    token.access.orders = "full";
  }
  // @ts-expect-error read-only
  token.network?.include?.push("::1");
  // @ts-expect-error read-only
  verdict.ok = true;
  // @ts-expect-error read-only
  kind.prefix = "other";
  // @ts-expect-error read-only
  owner.active = true;
  // @ts-expect-error a token has no secret and no hash
  void token.hash;
}

// Errors.
export function errors(error: unknown): void {
  if (error instanceof TokenryError) {
    expectTypeOf(error.code).toEqualTypeOf<TokenryErrorCode>();
    expectTypeOf(error.status).toEqualTypeOf<number>();
    // @ts-expect-error no such code
    void (error.code === "nope");
  }
}

// Without types of its own a host gets the plain ones.
const plain: Tokenry = createTokenry({
  kinds: { service: manySliding({ prefix: "acme_svc" }) as TokenKind },
  apis: { orders: { limit: 1, window: { hours: 1 } } } as Record<
    string,
    { limit: number; window: { hours: number } }
  >,
  directory: { find: () => ({ id: "ada", account: "acme", active: true }) },
});
expectTypeOf(plain.get).returns.resolves.toEqualTypeOf<Token>();
expectTypeOf(primaryBackup).returns.toEqualTypeOf<TokenKind>();
