import assert from "node:assert/strict";
import type { StoredEvent } from "../../src/index.ts";
import type { Entry } from "./journal.ts";

/** What the trail says of a token that lives. */
export interface Living {
  readonly kind: string | null;
  slot: string | null;
  name: string;
  version: number;
  /** The secrets that it was given, one after another; `undefined` is one that nobody was told of. */
  secrets: readonly (string | undefined)[];
}

export type State = Map<string, Living>;

/**
 * Goes through an owner's trail and journal together: each acknowledged deed must have its events, in order, and a deed that was begun and
 * not acknowledged has all of its events or none. Returns the tokens that the trail leaves; throws where there is no way to go.
 */
export function replay(entries: readonly Entry[], trail: readonly StoredEvent[]): State {
  return replayOn(new Map(), entries, trail);
}

function replayOn(
  state: State,
  [entry, ...later]: readonly Entry[],
  trail: readonly StoredEvent[],
): State {
  if (entry === undefined) {
    assert.equal(trail.length, 0, `events without a deed: ${linesOf(trail)}`);
    return state;
  }
  const events = eventsOf(entry, trail, state);
  if (entry.isAcknowledged) {
    assert.ok(events !== undefined, `${JSON.stringify(entry)} has no events: ${linesOf(trail)}`);
    return replayOn(after(state, entry, events), later, trail.slice(events.length));
  }
  if (events === undefined) return replayOn(state, later, trail);
  try {
    return replayOn(after(state, entry, events), later, trail.slice(events.length));
  } catch {
    // Then they are the events of a later deed, and this one was not done.
    return replayOn(state, later, trail);
  }
}

/** The state after a deed. */
function after(before: State, entry: Entry, events: readonly StoredEvent[]): State {
  const state: State = structuredClone(before);
  const { tokenId, secret } = entry;
  for (const event of events) apply(state, event, secret);
  if (tokenId !== undefined) assert.equal(events.at(-1)?.tokenId, tokenId);
  return state;
}

/** The next events, if they are those of the deed. */
function eventsOf(
  { deed, revoked }: Entry,
  rest: readonly StoredEvent[],
  state: State,
): readonly StoredEvent[] | undefined {
  switch (deed.name) {
    case "issue":
      return taken(rest, ["token.issued"]);
    case "regenerate":
      return taken(rest, ["token.regenerated"], deed.tokenId);
    case "update":
      return taken(rest, ["token.updated"], deed.tokenId);
    case "revoke":
      return taken(rest, ["token.revoked"], deed.tokenId);
    case "rotate":
      return deed.kind === "web"
        ? taken(rest, ["rotation.requested"])
        : (taken(rest, ["token.revoked", "token.issued"]) ?? taken(rest, ["token.issued"]));
    case "confirm":
      return (
        taken(rest, ["token.revoked", "rotation.confirmed"]) ?? taken(rest, ["rotation.confirmed"])
      );
    case "revokeAll":
      return taken(rest, new Array(revoked ?? state.size).fill("token.revoked"));
    case "revokeCurrent":
      return taken(rest, new Array(revoked ?? 1).fill("token.revoked"));
    case "deliver":
      return [];
  }
}

function taken(
  rest: readonly StoredEvent[],
  types: readonly string[],
  tokenId?: string,
): readonly StoredEvent[] | undefined {
  const events = rest.slice(0, types.length);
  const isMatch = types.every((type, index) => events[index]?.type === type);
  return isMatch && (tokenId === undefined || events[0]?.tokenId === tokenId) ? events : undefined;
}

function apply(
  state: State,
  { type, tokenId, kind, data }: StoredEvent,
  secret: string | undefined,
): void {
  const id = tokenId ?? "";
  const made = { kind, name: String(data.name), secrets: [secret] };
  switch (type) {
    case "token.issued":
      // A cast: this is how the event is written.
      state.set(id, { ...made, slot: data.slot as string | null, version: 1 });
      stepDown(state, data.backup);
      break;
    case "rotation.confirmed":
      // One version as a request, the next as a token.
      state.set(id, { ...made, slot: "primary", version: 2 });
      stepDown(state, data.backup);
      break;
    case "token.regenerated":
      change(state, id, (token) => ({ ...token, secrets: [...token.secrets, secret] }));
      break;
    case "token.updated":
      change(state, id, (token) => ({ ...token, name: nameSetBy(data.set) ?? token.name }));
      break;
    case "token.revoked":
      assert.ok(state.delete(id), `${id} was revoked twice`);
      break;
    default:
      assert.equal(type, "rotation.requested");
      guardPrimary(state, kind);
  }
}

/** A request is guarded by the primary that it is to replace: one version more, and nothing else. */
function guardPrimary(state: State, kind: string | null): void {
  for (const [id, token] of state)
    if (token.kind === kind && token.slot === "primary") change(state, id, (same) => same);
}

function nameSetBy(set: unknown): string | undefined {
  // A cast: this is how the event of an update is written.
  return (set as { readonly name?: string }).name;
}

function change(state: State, id: string, by: (token: Living) => Living): void {
  const token = state.get(id);
  assert.ok(token !== undefined, `${id} was changed and is not there`);
  state.set(id, { ...by(token), version: token.version + 1 });
}

function stepDown(state: State, backup: unknown): void {
  if (typeof backup === "string") change(state, backup, (token) => ({ ...token, slot: "backup" }));
}

function linesOf(events: readonly StoredEvent[]): string {
  return events
    .slice(0, 5)
    .map(({ type, tokenId }) => `${type} ${tokenId}`)
    .join(", ");
}
