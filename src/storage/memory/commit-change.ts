import type { Change, Committed, TokenGuard, ZoneSet, ZoneStep } from "../../ports/repository.ts";
import type { EventLog } from "./event-log.ts";
import { frozenCopy } from "./frozen-copy.ts";
import type { Outbox } from "./outbox.ts";
import { type Row, type TokenTable, toRow } from "./token-table.ts";

type Conflict = Extract<Committed, { readonly ok: false }>;

/** All that a memory repository holds. */
export interface Store {
  readonly tokens: TokenTable;
  readonly zones: Map<string, ZoneSet>;
  readonly log: EventLog;
  readonly outbox: Outbox;
}

/** What an id led to before a step replaced it. */
interface Replaced {
  readonly id: string;
  readonly row: Row | undefined;
}

export const NO_ZONES: ZoneSet = frozenCopy({ revision: 0, zones: [] });

/** Does a change in one go: steps are done as they come and taken back when a guard fails or anything throws. */
export function commitChange(store: Store, change: Change): Committed {
  const replaced: Replaced[] = [];
  let committed: Committed | undefined;
  try {
    const events = frozenCopy(change.events);
    const zones = frozenCopy(change.zones);
    const conflict = changeTokens(store.tokens, change, replaced) ?? findZoneConflict(store, zones);
    committed = conflict ?? { ok: true };
    if (conflict !== undefined) return conflict;
    if (zones?.zones !== undefined) {
      store.zones.set(
        zones.account,
        Object.freeze({ revision: zones.revision + 1, zones: zones.zones }),
      );
    }
    for (const event of events) {
      store.log.append(event);
      if (event.deliver) store.outbox.add(event);
    }
    return committed;
  } finally {
    if (!committed?.ok) for (const { id, row } of replaced.reverse()) store.tokens.replace(id, row);
  }
}

function changeTokens(
  tokens: TokenTable,
  change: Change,
  replaced: Replaced[],
): Conflict | undefined {
  const replace = (id: string, next: Row | undefined): void => {
    replaced.push({ id, row: tokens.replace(id, next) });
  };
  for (const guard of change.remove ?? []) {
    const guarded = findGuarded(tokens, guard);
    if ("conflict" in guarded) return guarded;
    replace(guard.id, undefined);
  }
  for (const step of change.update ?? []) {
    const guarded = findGuarded(tokens, step);
    if ("conflict" in guarded) return guarded;
    const next = toRow({ ...guarded, ...step.set, version: guarded.version + 1 });
    if (isTaken(tokens, next)) return { ok: false, conflict: "slot", id: next.id };
    replace(next.id, next);
  }
  for (const token of change.insert ?? []) {
    if (tokens.findById(token.id) !== undefined || isTaken(tokens, token)) {
      return { ok: false, conflict: "slot", id: token.id };
    }
    replace(token.id, toRow(token));
  }
  return undefined;
}

function findGuarded(tokens: TokenTable, { id, version, expiresAt }: TokenGuard): Row | Conflict {
  const row = tokens.findById(id);
  if (row === undefined) return { ok: false, conflict: "missing", id };
  const isAsRead =
    (version === undefined || row.version === version) &&
    (expiresAt === undefined || row.expiresAt === expiresAt);
  return isAsRead ? row : { ok: false, conflict: "version", id };
}

/** Whether another token has the slot or the hash. */
function isTaken(
  tokens: TokenTable,
  { id, owner, kind, slot, hash }: Pick<Row, "id" | "owner" | "kind" | "slot" | "hash">,
): boolean {
  if (hash !== null && (tokens.findByHash(hash)?.id ?? id) !== id) return true;
  if (slot === null) return false;
  for (const row of tokens.ownedBy(owner)) {
    if (row.slot === slot && row.kind === kind && row.id !== id) return true;
  }
  return false;
}

function findZoneConflict(
  { tokens, zones }: Store,
  step: ZoneStep | undefined,
): Conflict | undefined {
  if (step === undefined) return undefined;
  const { account, revision, unused = [], now = Number.NEGATIVE_INFINITY } = step;
  if ((zones.get(account) ?? NO_ZONES).revision !== revision)
    return { ok: false, conflict: "zones", id: account };
  if (unused.length === 0) return undefined;
  const references = new Set(unused.map((name) => `zone:${name}`));
  for (const row of tokens.all()) {
    const isLiving = row.expiresAt === null || row.expiresAt > now;
    if (row.account === account && isLiving && refersTo(row, references)) {
      return { ok: false, conflict: "zone_in_use", id: account };
    }
  }
  return undefined;
}

function refersTo({ network }: Row, references: ReadonlySet<string>): boolean {
  if (network === null) return false;
  const { include = [], exclude = [] } = network;
  return (
    include.some((entry) => references.has(entry)) || exclude.some((entry) => references.has(entry))
  );
}
