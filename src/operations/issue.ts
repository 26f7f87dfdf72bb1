import { TokenryError } from "../errors.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { chooseSlot } from "../lifecycle/slots.ts";
import type { Access, Actor, BudgetPercents, Duration, Network } from "../model.ts";
import type { StoredEvent, StoredToken } from "../ports/repository.ts";
import { generateId } from "../secret/generate.ts";
import { publicToken } from "../state/public-token.ts";
import { type Authority, authorizeGiving } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import {
  checkAccess,
  checkActor,
  checkBudgets,
  checkExpiresIn,
  checkId,
  checkKind,
  checkName,
  checkNetwork,
  checkRequest,
  type Restrictions,
  SYSTEM_ID,
} from "./input.ts";
import { type Issued, newSecret } from "./new-secret.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { recordEvent } from "./record-event.ts";
import { zoneGuard } from "./zone-guard.ts";

/** What to issue. */
export interface IssueRequest<Kind extends string = string, Api extends string = string> {
  /** One of `options.kinds`. */
  readonly kind: Kind;
  /** Whose token it is to be: an id of the directory. */
  readonly owner: string;
  /** Who issues it: the owner, who manages tokens of the account, or `SYSTEM`. */
  readonly actor: Actor;
  /** 1 to 128 characters for people to recognise it by. */
  readonly name: string;
  /** Kinds with granted access only. Default: none at all. */
  readonly access?: Access<Api> | undefined;
  /** From where it works. Default: from anywhere. */
  readonly network?: Network | null | undefined;
  /** Over the kind's default only by those who manage tokens. */
  readonly budgets?: BudgetPercents<Api> | undefined;
  /** Kinds with a choice of expiry only: one of its options. */
  readonly expiresIn?: Duration | undefined;
}

const KEYS = [
  "kind",
  "owner",
  "actor",
  "name",
  "access",
  "network",
  "budgets",
  "expiresIn",
] as const;

/** Issues a token. See `Tokenry.issue`. */
export async function issue(context: Context, request: IssueRequest): Promise<Issued> {
  checkRequest(request, KEYS);
  const kind = checkKind(context, request.kind);
  const owner = checkId(request.owner, "owner");
  const chosen = checkExpiresIn(request.expiresIn, kind);
  const name = checkName(request.name);
  const access = checkAccess(request.access, kind, context.apis);
  const network = checkNetwork(request.network);
  const authority = await authorizeGiving(context, {
    deed: "issue",
    actor: checkActor(request.actor),
    owner,
    kind,
  });
  const budgets = checkBudgets(
    request.budgets === undefined ? {} : request.budgets,
    { kind, manages: authority.manages, present: {} },
    context.apis,
  );
  await context.uses.flushSoon();
  return untilCommitted(() =>
    issueOnce(context, { kind, owner, authority, chosen, name, access, network, budgets }),
  );
}

interface Order extends Restrictions {
  readonly kind: ResolvedKind;
  readonly owner: string;
  readonly authority: Authority;
  readonly chosen: Duration | undefined;
}

async function issueOnce(context: Context, order: Order): Promise<Attempt<Issued>> {
  const { kind, owner, authority, chosen, name, access, network, budgets } = order;
  const now = context.now();
  const id = generateId(now);
  const { slot, cleared } = await clearSlot(context, order, id, now);
  const { secret, columns } = newSecret(context, kind, now, chosen);
  const token: StoredToken = {
    id,
    kind: kind.name,
    owner,
    account: authority.account,
    slot,
    name,
    access,
    network,
    budgets,

    createdAt: now,
    createdBy: authority.actor,
    lastUsedAt: null,
    version: 1,
    ...columns,
  };
  const issued = recordEvent(context, "token.issued", token, {
    actor: authority.actor,
    now,
    data: { name, slot },
  });
  const committed = await commit(context, {
    remove: cleared.map(({ id: expired, expiresAt }) => ({ id: expired, expiresAt })),
    insert: [token],
    ...(await zoneGuard(context, authority.account, network)),
    events: [...cleared.map((expired) => expiredEvent(context, expired, now)), issued],
  });
  return { committed, result: { secret, token: publicToken(token) } };
}

/** Finds the slot for a new token; an expired token in it goes in the same commit (CORE-26, OWN-06). */
async function clearSlot(
  context: Context,
  { kind, owner }: Order,
  id: string,
  now: number,
): Promise<{ readonly slot: string | null; readonly cleared: readonly StoredToken[] }> {
  const tokens =
    kind.allowance.type === "unlimited" ? [] : await ownedTokens(context, owner, kind.name);
  const choice = chooseSlot(kind.allowance, tokens, now, Number.parseInt(id.slice(-8), 16));
  if (choice.type !== "free") throw new TokenryError(choice.type);
  return { slot: choice.slot, cleared: tokens.filter((token) => token.id === choice.expired) };
}

/** The event of a token whose time had come. */
export function expiredEvent(context: Context, token: StoredToken, now: number): StoredEvent {
  const data = { name: token.name, slot: token.slot, expiredAt: token.expiresAt };
  return recordEvent(context, "token.expired", token, { actor: SYSTEM_ID, now, data });
}
