import assert from "node:assert/strict";
import type { EventData, Level, Network, StoredEvent } from "../../../src/index.ts";
import { addDuration } from "../../../src/lifecycle/duration.ts";
import type { ChangeLine, OwnerFacts, SecretName } from "./log.ts";
import { BACKUP_MS, EPOCH, ownerOf, SPEED } from "./scene.ts";
import type { Step, Timeline } from "./timeline.ts";

/** What a token is after a change. */
export interface TokenState {
  /** `undefined`: the token is no more. */
  readonly secret: SecretName | undefined;
  readonly kind: string;
  readonly owner: string;
  readonly name: string;
  readonly slot: string | null;
  readonly access: Readonly<Record<string, Level>>;
  readonly network: Network | null;
  /** In milliseconds of the shared clock; `null`: moved by use, and further off than the test is long. */
  readonly expiresAt: number | null;
  readonly version: number;
}

/** What became of all tokens and owners. */
export interface History {
  /** By token id. */
  readonly tokens: ReadonlyMap<string, Timeline<TokenState>>;
  readonly owners: ReadonlyMap<string, Timeline<OwnerFacts>>;
  /** The token that each secret was given to. */
  readonly tokenOf: ReadonlyMap<SecretName, string>;
}

type Tokens = Map<string, Step<TokenState>[]>;

/**
 * Goes through the trail and the acknowledged changes together: each change must have its events, and each event its change, once. Throws
 * where a change was lost, or made and not acknowledged.
 */
export function historyOf(trail: readonly StoredEvent[], changes: readonly ChangeLine[]): History {
  const tokens: Tokens = new Map();
  const open = new Map(changes.filter(isOfToken).map((change) => [keyOf(change), change]));
  const taken = new Set<string>();
  for (const event of trail) {
    // A call that was refused has changed nothing.
    if (event.outcome === "refused") continue;
    const key = keyOfEvent(event);
    const change = event.type === "token.expired" ? undefined : open.get(key);
    if (event.type === "token.expired") expire(tokens, event);
    else assert.ok(change !== undefined, `${event.type} of ${event.tokenId} was not acknowledged`);
    if (change !== undefined) apply(tokens, event, change);
    taken.add(key);
  }
  const left = [...open].filter(([key]) => !taken.has(key)).map(([, change]) => change);
  const lost = left.filter((change) => !wasOverBefore(tokens, change));
  assert.deepEqual(lost, [], "changes were acknowledged and are not in the trail");
  const given = changes.flatMap(({ secret, tokenId }) =>
    secret === undefined || tokenId === undefined ? [] : [[secret, tokenId] as const],
  );
  return { tokens, owners: ownersOf(changes), tokenOf: new Map(given) };
}

/** A token that has ended is revoked without an event: then its end is known to have come by then. */
function wasOverBefore(tokens: Tokens, { type, tokenId, acknowledged }: ChangeLine): boolean {
  const steps = tokens.get(tokenId ?? "");
  const last = steps?.at(-1);
  if (type !== "revoke" || last === undefined || last.state.secret !== undefined) return false;
  const sooner = Math.min(last.acknowledged, acknowledged);
  steps?.splice(-1, 1, { ...last, acknowledged: sooner });
  return last.begun <= acknowledged;
}

function isOfToken({ type }: ChangeLine): boolean {
  return type !== "owner";
}

/** What the change of an event is found by: a reason is given once, and nothing changes twice at one time. */
function keyOf({ type, reason, owner, tokenId, at }: ChangeLine): string {
  if (type === "revoke") return `${reason}`;
  return type === "rotate" ? `${owner} ${at}` : `${tokenId} ${at}`;
}

function keyOfEvent({ type, owner, tokenId, at, data }: StoredEvent): string {
  const isRotation = data.reason === "rotated" || "backup" in data;
  if (isRotation) return `${owner} ${at}`;
  return type === "token.revoked" ? `${data.reason}` : `${tokenId} ${at}`;
}

/** Adds what an event says to the tokens that it is about. */
function apply(
  tokens: Tokens,
  { type, tokenId, owner, kind, at, data }: StoredEvent,
  change: ChangeLine,
): void {
  const id = tokenId ?? "";
  switch (type) {
    case "token.issued": {
      const backup = typeof data.backup === "string" ? data.backup : undefined;
      const former = backup === undefined ? undefined : tokens.get(backup)?.at(-1)?.state;
      const { network = null, access = FULL } = former ?? {};
      const named = {
        kind: `${kind}`,
        owner: `${owner}`,
        name: `${data.name}`,
        slot: slotOf(data),
      };
      const state = { ...named, network, access, secret: change.secret, version: 1 };
      tokens.set(id, [stepOf(change, { ...state, expiresAt: endOf(kind, at) })]);
      if (backup !== undefined) {
        extend(tokens, backup, change, { slot: "backup", expiresAt: at + BACKUP_MS });
      }
      break;
    }
    case "token.updated":
      // A cast: this is how the event of an update is written.
      extend(tokens, id, change, data.set as Partial<TokenState>);
      break;
    case "token.regenerated":
      extend(tokens, id, change, { secret: change.secret, expiresAt: endOf(kind, at) });
      break;
    default:
      assert.equal(type, "token.revoked");
      extend(tokens, id, change, { secret: undefined });
  }
}

const FULL: TokenState["access"] = { orders: "full" };

function slotOf({ slot }: EventData): string | null {
  return typeof slot === "string" ? slot : null;
}

/** The end of a new secret; what slides lives longer than the test. */
function endOf(kind: string | null, at: number): number | null {
  return kind === "chosen" ? addDuration(at, { days: 90 }) : null;
}

function extend(tokens: Tokens, id: string, change: ChangeLine, set: Partial<TokenState>): void {
  const steps = tokens.get(id);
  const last = steps?.at(-1)?.state;
  assert.ok(last?.secret !== undefined, `${id} was changed and was no more`);
  steps?.push(stepOf(change, { ...last, ...set, version: last.version + 1 }));
}

function stepOf<State>({ begun, acknowledged, process }: ChangeLine, state: State): Step<State> {
  return { state, begun, acknowledged, process };
}

/** A token whose time had come may be deleted from then on. */
function expire(tokens: Tokens, { tokenId }: StoredEvent): void {
  const steps = tokens.get(tokenId ?? "");
  const last = steps?.at(-1)?.state;
  assert.ok(
    last?.secret !== undefined && last.expiresAt !== null,
    `${tokenId} cannot have expired`,
  );
  const begun = (last.expiresAt - EPOCH) / SPEED;
  const end = { ...last, secret: undefined };
  steps?.push({ state: end, begun, acknowledged: Number.POSITIVE_INFINITY, process: -1 });
}

/** Owners are changed by one process each, one thing after another. */
function ownersOf(changes: readonly ChangeLine[]): Map<string, Step<OwnerFacts>[]> {
  const owners = new Map<string, Step<OwnerFacts>[]>();
  for (const change of changes) {
    const owner = ownerOf(change.process);
    const steps = owners.get(owner) ?? [START];
    if (change.facts !== undefined) steps.push(stepOf(change, change.facts));
    owners.set(owner, steps);
  }
  return owners;
}

const ALWAYS = Number.NEGATIVE_INFINITY;
const START: Step<OwnerFacts> = {
  state: { active: true, apiAccess: true },
  ...{ begun: ALWAYS, acknowledged: ALWAYS, process: -1 },
};
