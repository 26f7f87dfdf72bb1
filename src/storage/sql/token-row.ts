import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Network } from "../../model.ts";
import type { StoredToken, TokenChanges } from "../../ports/repository.ts";
import { isAccess, isBudgets, isNetwork } from "./documents.ts";
import {
  type Row,
  readBytes,
  readDocument,
  readInteger,
  readIntegerOrNull,
  readText,
  readTextOrNull,
  whole,
} from "./row.ts";
import type { TokenRow } from "./tables.ts";

const HASH_BYTES = 32;
const HASH = /^[0-9a-f]{64}$/;

/** The columns of a stored token, qualified so that they can be read in a join. */
export const TOKEN_COLUMNS = [
  "tokenry_tokens.id",
  "tokenry_tokens.hash",
  "tokenry_tokens.pepper",
  "tokenry_tokens.kind",
  "tokenry_tokens.owner",
  "tokenry_tokens.account",
  "tokenry_tokens.name",
  "tokenry_tokens.slot",
  "tokenry_tokens.hint",
  "tokenry_tokens.access",
  "tokenry_tokens.network",
  "tokenry_tokens.budgets",
  "tokenry_tokens.created_at",
  "tokenry_tokens.created_by",
  "tokenry_tokens.updated_at",
  "tokenry_tokens.secret_created_at",
  "tokenry_tokens.expires_at",
  "tokenry_tokens.last_used_at",
  "tokenry_tokens.reminded_from",
  "tokenry_tokens.version",
] as const;

/** The columns that a change sets; one that it leaves alone is `undefined`, which Kysely leaves out. */
export type ChangedColumns = { readonly [Column in keyof TokenRow]?: TokenRow[Column] | undefined };

/** A token as a row. Throws RangeError for a time that is not a whole number: SQLite would store NaN as "never". */
export function tokenRow(token: StoredToken): TokenRow {
  const row: ChangedColumns = {
    id: token.id,
    kind: token.kind,
    owner: token.owner,
    account: token.account,
    created_at: whole(token.createdAt, "createdAt"),
    created_by: token.createdBy,
    version: whole(token.version, "version"),
    ...changedColumns(token),
  };
  // No column is undefined: a token has every field that a change may have.
  return row as TokenRow;
}

/** What a change sets, as columns. Throws as {@link tokenRow} does. */
export function changedColumns(set: TokenChanges): ChangedColumns {
  return {
    hash: typeof set.hash === "string" ? hashBytes(set.hash) : set.hash,
    pepper: set.pepper,
    name: set.name,
    slot: set.slot,
    hint: set.hint,
    access: document(set.access),
    network: document(set.network),
    names_zones: set.network === undefined ? undefined : namesZones(set.network),
    budgets: document(set.budgets),
    updated_at: whole(set.updatedAt, "updatedAt"),
    secret_created_at: whole(set.secretCreatedAt, "secretCreatedAt"),
    expires_at: whole(set.expiresAt, "expiresAt"),
    last_used_at: whole(set.lastUsedAt, "lastUsedAt"),
    reminded_from: whole(set.remindedFrom, "remindedFrom"),
  };
}

/** Reads a row of {@link TOKEN_COLUMNS}. Throws when any part of it cannot be read. */
export function storedToken(row: Row): StoredToken {
  const { hash, access, network } = row;
  return {
    id: readText(row, "id"),
    hash: hash === null ? null : hashOf(row),
    pepper: readTextOrNull(row, "pepper"),
    kind: readText(row, "kind"),
    owner: readText(row, "owner"),
    account: readText(row, "account"),
    name: readText(row, "name"),
    slot: readTextOrNull(row, "slot"),
    hint: readText(row, "hint"),
    access: access === null ? null : readDocument(row, "access", isAccess),
    network: network === null ? null : readDocument(row, "network", isNetwork),
    budgets: readDocument(row, "budgets", isBudgets),
    createdAt: readInteger(row, "created_at"),
    createdBy: readText(row, "created_by"),
    updatedAt: readInteger(row, "updated_at"),
    secretCreatedAt: readInteger(row, "secret_created_at"),
    expiresAt: readIntegerOrNull(row, "expires_at"),
    lastUsedAt: readIntegerOrNull(row, "last_used_at"),
    remindedFrom: readIntegerOrNull(row, "reminded_from"),
    version: readInteger(row, "version"),
  };
}

/** The hash in a row that has one, as bytes or as text. */
export function hashOf(row: Row): string {
  if (typeof row.hash === "string" && isHash(row.hash)) return row.hash;
  return bytesToHex(readBytes(row, "hash", HASH_BYTES));
}

/** Whether a text is the form in which hashes are given. */
export function isHash(text: string): boolean {
  return HASH.test(text);
}

/** A hash as it is stored. Throws RangeError for what is no hash. */
export function hashBytes(hash: string): Uint8Array {
  if (!isHash(hash)) throw new RangeError("hash must be 64 hexadecimal characters");
  return hexToBytes(hash);
}

/** A reference to a zone as it stands in the document of a network rule. */
export function zoneReference(name: string): string {
  return JSON.stringify(`zone:${name}`);
}

function namesZones(network: Network | null): number {
  const entries = [...(network?.include ?? []), ...(network?.exclude ?? [])];
  return entries.some((entry) => entry.startsWith("zone:")) ? 1 : 0;
}

function document<Value>(value: Value): string | Extract<Value, null | undefined>;
function document(value: unknown): string | null | undefined {
  return value === null || value === undefined ? value : JSON.stringify(value);
}
