import type { Token } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";

/**
 * What a caller may know of a stored token. Frozen all through, as the verdicts of many calls share it and decisions are made on it.
 *
 * @throws TypeError for a stored time that is none: what cannot be read cannot be decided.
 */
export function publicToken(stored: StoredToken): Token {
  return Object.freeze({
    id: stored.id,
    kind: stored.kind,
    owner: stored.owner,
    account: stored.account,
    name: stored.name,
    slot: stored.slot,
    hint: stored.hint,
    access: frozen(stored.access),
    network: frozen(stored.network),
    budgets: frozen(stored.budgets),
    createdAt: instant(stored.createdAt),
    createdBy: stored.createdBy,
    updatedAt: instant(stored.updatedAt),
    expiresAt: stored.expiresAt === null ? null : instant(stored.expiresAt),
    lastUsedAt: stored.lastUsedAt === null ? null : instant(stored.lastUsedAt),
  });
}

/** A stored time as a Date. */
export function instant(milliseconds: number): Date {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw new TypeError("a stored time is not a time");
  return date;
}

/** Freezes a JSON value all through. What is frozen already is so all through: this and the stores freeze nothing by half. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
