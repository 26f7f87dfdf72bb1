import type { FoundToken, Memo, OwnerPage, StoredToken, ZoneSet } from "../../ports/repository.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { compareText, SortedList } from "./sorted-list.ts";
import type { AccountZones, ZoneTable } from "./zone-table.ts";

/** A stored token, of which noted uses change these two fields in place and nothing else ever changes. */
export type Row = Omit<StoredToken, "lastUsedAt" | "expiresAt" | "remindedFrom"> & {
  lastUsedAt: number | null;
  expiresAt: number | null;
  remindedFrom: number | null;
};

/** What a hash opens: one object for as long as the row and the zones stand, so that a look-up allocates nothing. */
export class OpenedToken implements FoundToken {
  readonly token: Row;
  readonly zones: ZoneSet;
  memo: Memo | undefined;
  readonly #account: AccountZones;

  constructor(token: Row, account: AccountZones, memo?: Memo) {
    this.token = token;
    this.zones = account.current;
    this.memo = memo;
    this.#account = account;
  }

  /** Whether the account's zones are still those that were read. */
  isCurrent(): boolean {
    return this.zones === this.#account.current;
  }

  /** The same token with the present zones: what was handed out before stays as it was read. */
  renewed(): OpenedToken {
    return new OpenedToken(this.token, this.#account, this.memo);
  }
}

/** Makes a row of its own of a token. Every field is named, so that all rows have one layout. */
export function toRow(token: StoredToken): Row {
  return {
    id: token.id,
    hash: token.hash,
    pepper: token.pepper,
    kind: token.kind,
    owner: token.owner,
    account: token.account,
    name: token.name,
    slot: token.slot,
    hint: token.hint,
    access: frozenCopy(token.access),
    network: frozenCopy(token.network),
    budgets: frozenCopy(token.budgets),
    createdAt: token.createdAt,
    createdBy: token.createdBy,
    updatedAt: token.updatedAt,
    secretCreatedAt: token.secretCreatedAt,
    expiresAt: token.expiresAt,
    lastUsedAt: token.lastUsedAt,
    remindedFrom: token.remindedFrom,
    version: token.version,
  };
}

/** The rows and the indexes over them. It keeps them in step and checks no rule. */
export class TokenTable {
  readonly #byId = new Map<string, Row>();
  readonly #byHash = new Map<string, OpenedToken>();
  readonly #byOwner = new SortedList<Row>(
    (a, b) => compareText(a.owner, b.owner) || compareText(a.id, b.id),
  );
  readonly #byExpiry = new SortedList<Row>(
    (a, b) => expiryOf(a) - expiryOf(b) || compareText(a.id, b.id),
  );
  readonly #zones: ZoneTable;

  constructor(zones: ZoneTable) {
    this.#zones = zones;
  }

  findById(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  findByHash(hash: string): OpenedToken | undefined {
    const opened = this.#byHash.get(hash);
    if (opened === undefined || opened.isCurrent()) return opened;
    const renewed = opened.renewed();
    this.#byHash.set(hash, renewed);
    return renewed;
  }

  all(): Iterable<Row> {
    return this.#byId.values();
  }

  /** An owner's rows in id order, after an id where one is given. */
  *ownedBy(owner: string, after?: OwnerPage["after"]): Generator<Row, void, undefined> {
    const isBefore = (row: Row): boolean =>
      row.owner < owner || (row.owner === owner && after !== undefined && row.id <= after);
    for (const row of this.#byOwner.from(isBefore)) {
      if (row.owner !== owner) return;
      yield row;
    }
  }

  /** The rows that expire at `to` or before, in order of expiry and id, from the first that is not before a place. */
  *expiring(
    to: number,
    isBefore: (expiresAt: number, id: string) => boolean,
  ): Generator<Row, void, undefined> {
    for (const row of this.#byExpiry.from((other) => isBefore(expiryOf(other), other.id))) {
      if (expiryOf(row) > to) return;
      yield row;
    }
  }

  /** Puts a row, or nothing, in the place of an id, and hands back what was there. */
  replace(id: string, next: Row | undefined): Row | undefined {
    const previous = this.#byId.get(id);
    if (previous !== undefined) this.#unlink(previous);
    if (next !== undefined) this.#link(next);
    return previous;
  }

  /** Moves the expiry of a row that has one, and takes off the mark of reminders, which were before the old one. */
  slide(row: Row, expiresAt: number): void {
    this.#byExpiry.delete(row);
    row.expiresAt = expiresAt;
    row.remindedFrom = null;
    this.#byExpiry.insert(row);
  }

  #link(row: Row): void {
    this.#byId.set(row.id, row);
    if (row.hash !== null) {
      this.#byHash.set(row.hash, new OpenedToken(row, this.#zones.of(row.account)));
    }
    this.#byOwner.insert(row);
    if (row.expiresAt !== null) this.#byExpiry.insert(row);
  }

  #unlink(row: Row): void {
    this.#byId.delete(row.id);
    if (row.hash !== null) this.#byHash.delete(row.hash);
    this.#byOwner.delete(row);
    if (row.expiresAt !== null) this.#byExpiry.delete(row);
  }
}

/** Rows without an expiry are in no list by expiry. */
function expiryOf(row: Row): number {
  return row.expiresAt ?? Number.POSITIVE_INFINITY;
}
