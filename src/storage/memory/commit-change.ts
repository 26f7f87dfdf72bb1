import { DEFAULT_CHANNEL } from "../../model.ts";
import type { Change, Committed, TokenGuard, ZoneStep } from "../../ports/repository.ts";
import type { EventLog } from "./event-log.ts";
import { frozenCopy } from "./frozen-copy.ts";
import type { Outbox } from "./outbox.ts";
import { type Row, type TokenTable, toRow } from "./token-table.ts";
import type { ZoneTable } from "./zone-table.ts";

type Conflict = Extract<Committed, { readonly ok: false }>;

/** All that a memory repository holds. */
export interface Store {
  readonly tokens: TokenTable;
  readonly zones: ZoneTable;
  readonly log: EventLog;
  readonly outbox: Outbox;
}

/** What an id led to before a step replaced it. */
interface Replaced {
  readonly id: string;
  readonly row: Row | undefined;
}

/** Does a change in one go: steps are done as they come, and taken back when a guard fails or anything throws. */
export function commitChange(store: Store, change: Change): Committed {
  const replaced: Replaced[] = [];
  let committed: Committed | undefined;
  try {
    const events = frozenCopy(change.events);
    const zones = frozenCopy(change.zones);
    committed = changeTokens(store.tokens, change, replaced) ??
      findZoneConflict(store, zones) ?? { ok: true };
    if (committed.ok) addRest(store, change, { zones, events });
    return committed;
  } finally {
    if (!committed?.ok) for (const { id, row } of replaced.reverse()) store.tokens.replace(id, row);
  }
}

/** The steps that no guard is left for. */
function addRest(
  { zones: sets, log, outbox }: Store,
  { channels = [DEFAULT_CHANNEL] }: Change,
  { zones, events }: { readonly zones: ZoneStep | undefined; readonly events: Change["events"] },
): void {
  if (zones?.zones !== undefined) {
    const next = Object.freeze({ revision: zones.revision + 1, zones: zones.zones });
    sets.of(zones.account).current = next;
  }
  for (const event of events) {
    const sequence = log.append(event);
    if (event.deliver) outbox.add(event, sequence, channels);
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
  if (hash !== null && (tokens.findByHash(hash)?.token.id ?? id) !== id) return true;
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
  if (zones.read(account).revision !== revision) {
    return { ok: false, conflict: "zones", id: account };
  }
  if (unused.length === 0) return undefined;
  const references = new Set(unused.map((name) => `zone:${name}`));
  for (const row of tokens.all()) {
    if (refersTo(row, references) && row.account === account && isLiving(row, now)) {
      return { ok: false, conflict: "zone_in_use", id: account };
    }
  }
  return undefined;
}

function isLiving({ expiresAt }: Row, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

function refersTo({ network }: Row, references: ReadonlySet<string>): boolean {
  if (network === null) return false;
  const { include = [], exclude = [] } = network;
  return (
    include.some((entry) => references.has(entry)) || exclude.some((entry) => references.has(entry))
  );
}
