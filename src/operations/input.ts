import { type KnownApis, normalizeAccess } from "../access/normalize.ts";
import { checkKeys, checkList, checkObject, checkText, checkWhole, quoted } from "../checks.ts";
import { TokenryError } from "../errors.ts";
import { formatDuration, validateDuration } from "../lifecycle/duration.ts";
import { findChoice, type ResolvedKind } from "../lifecycle/kind.ts";
import {
  type Actor,
  type Duration,
  type EventType,
  type Level,
  type Network,
  SYSTEM,
} from "../model.ts";
import { normalizeNetwork } from "../network/validate.ts";
import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";

/** How the host's own code appears in records. No owner may have this id. */
export const SYSTEM_ID = "SYSTEM";

const MAX_ID = 255;
const MAX_NAME = 128;
const MAX_REASON = 255;
const MAX_TYPES = 50;

/**
 * Runs checks on what a caller passed. A wrong type is the host's mistake and stays a TypeError; a wrong value may come from a person and
 * becomes `invalid_input`, whose message names the path.
 */
export function asInput<Value>(check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TokenryError("invalid_input", { message: error.message, cause: error });
  }
}

/** The one argument of an operation: an object with known keys. */
export function checkRequest(request: unknown, keys: readonly string[]): void {
  checkKeys(request, new Set(keys), "request");
}

/** An id of an owner or account. */
export function checkId(value: unknown, path: string): string {
  const id = asInput(() => checkText(value, MAX_ID, path));
  if (id === SYSTEM_ID)
    throw new TokenryError("invalid_input", {
      message: `${path} must not be "${SYSTEM_ID}": it stands for the host itself`,
    });
  return id;
}

/** An id of a token: any text, as what is no id is simply not found. */
export function checkTokenId(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("tokenId must be a string");
  if (value.length > MAX_ID) throw new TokenryError("not_found");
  return value;
}

/** Refuses a change to a token that is not as the caller saw it. */
export function requireUnchanged(token: StoredToken, since: number | undefined): void {
  if (since !== undefined && token.updatedAt !== since) throw new TokenryError("conflict");
}

/** When a change happens: never at the time of the one before, so that `unchangedSince` tells them apart. */
export function changedAt({ updatedAt }: StoredToken, now: number): number {
  return Math.max(now, updatedAt + 1);
}

/** An owner id, or the symbol of the host. */
export function checkActor(value: unknown): Actor {
  return value === SYSTEM ? SYSTEM : checkId(value, "actor");
}

/** How an actor appears in records. */
export function actorId(actor: Actor): string {
  return actor === SYSTEM ? SYSTEM_ID : actor;
}

/** A name that people read; blanks around it go (CORE-08). */
export function checkName(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("name must be a string");
  return asInput(() => checkText(value.trim(), MAX_NAME, "name"));
}

/** Why a token was revoked, in the caller's words. */
export function checkReason(value: unknown): string | undefined {
  return value === undefined ? undefined : asInput(() => checkText(value, MAX_REASON, "reason"));
}

/** The configured kind of a name. */
export function checkKind(context: Context, value: unknown): ResolvedKind {
  if (typeof value !== "string") throw new TypeError("kind must be a string");
  // What is longer than any name of a kind is not looked up: to hash it would take its time.
  const kind = value.length > MAX_ID ? undefined : context.kinds.get(value);
  if (kind === undefined)
    throw new TokenryError("invalid_input", { message: `kind: there is no kind ${quoted(value)}` });
  return kind;
}

/** The levels to keep on a token of a kind: none at all unless given (CRT-05), `null` where the kind follows its owner. */
export function checkAccess(
  value: unknown,
  kind: ResolvedKind,
  apis: KnownApis,
): Readonly<Record<string, Level>> | null {
  if (kind.access === "granted")
    return asInput(() => normalizeAccess(value === undefined ? "none" : value, apis, "access"));
  if (value === undefined) return null;
  throw new TokenryError("invalid_input", {
    message: `access: tokens of kind ${quoted(kind.name)} do what their owner may do`,
  });
}

/** A network rule in canonical form; `null` = from anywhere. */
export function checkNetwork(value: unknown): Network | null {
  return asInput(() => normalizeNetwork(value ?? null, "network"));
}

/** Percentages by API. Those over the kind's default, or over what the token has already, need an actor who manages tokens (OKT-68). */
export function checkBudgets(
  value: unknown,
  {
    kind,
    manages,
    present,
  }: { kind: ResolvedKind; manages: boolean; present: Readonly<Record<string, number>> },
  apis: KnownApis,
): Readonly<Record<string, number>> {
  checkObject(value, "budgets");
  const entries = Object.entries(value).map(([api, percent]): [string, number] => {
    if (!apis.has(api))
      throw new TokenryError("invalid_input", {
        message: `budgets: there is no API ${quoted(api)}`,
      });
    const checked = asInput(() => checkWhole(percent, 1, 100, `budgets.${api}`));
    const own = Object.hasOwn(present, api) ? (present[api] as number) : 0;
    if (!manages && checked > Math.max(kind.budgetPercent, own)) {
      throw new TokenryError("forbidden", {
        message: `budgets.${api}: only those who manage tokens may go over ${kind.budgetPercent} percent`,
      });
    }
    return [api, checked];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** The chosen life of a token: one of the kind's options, if it has any (CRT-03). */
export function checkExpiresIn(value: unknown, kind: ResolvedKind): Duration | undefined {
  if (value === undefined) return undefined;
  const wish = asInput(() => validateDuration(value, "expiresIn"));
  if (kind.expiry.type !== "choice") {
    throw new TokenryError("invalid_input", {
      message: `expiresIn: tokens of kind ${quoted(kind.name)} have no choice of expiry`,
    });
  }
  const option = findChoice(kind.expiry.options, wish);
  if (option === undefined) {
    const options = kind.expiry.options.map(formatDuration).join(", ");
    throw new TokenryError("invalid_input", { message: `expiresIn must be one of ${options}` });
  }
  return option;
}

/** A page's length: 20 unless given, at most 200 (CORE-76). */
export function checkLimit(value: unknown): number {
  return value === undefined ? 20 : asInput(() => checkWhole(value, 1, 200, "limit"));
}

/** Types of events to choose from the trail. What is no type is found nowhere: newer nodes may write others. */
export function checkEventTypes(value: unknown): readonly EventType[] | undefined {
  if (value === undefined) return undefined;
  // A cast, as what is no array is refused by the check.
  const types = checkList(value as readonly unknown[], "types");
  if (types.length === 0 || types.length > MAX_TYPES)
    throw new TokenryError("invalid_input", { message: `types must hold 1 to ${MAX_TYPES}` });
  // A cast, as the repository compares texts.
  return types.map((type) => asInput(() => checkText(type, 64, "types"))) as EventType[];
}

/** An instant as milliseconds since 1970. */
export function checkInstant(value: unknown, path: string): number | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof Date)) throw new TypeError(`${path} must be a Date`);
  const time = value.getTime();
  if (Number.isNaN(time))
    throw new TokenryError("invalid_input", { message: `${path} must be a valid date` });
  return time;
}

/** What a token is restricted to, as given to `issue`. */
export type Restrictions = Pick<StoredToken, "name" | "access" | "network" | "budgets">;
