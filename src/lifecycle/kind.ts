import { checkFlag, checkKeys, checkList, checkObject, checkOneOf, checkWhole } from "../checks.ts";
import type { Duration, Expiry, TokenKind } from "../model.ts";
import { addDuration, durationMs, equalDurations, validateDuration } from "./duration.ts";
import type { Allowance } from "./slots.ts";

/** A kind after its checks: every default filled in, frozen. */
export interface ResolvedKind {
  readonly name: string;
  readonly prefix: string;
  readonly formerPrefixes: readonly string[];
  readonly allowance: Allowance;
  readonly backupFor: Duration | undefined;
  readonly expiry: Expiry;
  readonly access: TokenKind["access"];
  readonly replacement: TokenKind["replacement"];
  readonly confirmRotation: boolean;
  readonly confirmWithin: Duration;
  readonly managersOnly: boolean;
  readonly budgetPercent: number;
  readonly reminders: readonly Duration[];
  readonly onLeak: "revoke" | "notify";
}

const PREFIX = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const MAX_PER_OWNER = 10_000;
const KEYS: ReadonlySet<string> = new Set([
  "prefix",
  "formerPrefixes",
  "slots",
  "maxPerOwner",
  "backupFor",
  "expiry",
  "access",
  "replacement",
  "confirmRotation",
  "confirmWithin",
  "issuedBy",
  "budgetPercent",
  "reminders",
  "onLeak",
]);

/**
 * Checks a kind and fills in its defaults.
 *
 * @param path the path of the kind in the options, for messages (`kinds.personal`).
 * @throws TypeError or RangeError that names the path.
 */
export function resolveKind(name: string, kind: TokenKind, path: string): ResolvedKind {
  checkKeys(kind, KEYS, path);
  const pair = checkOneOf(kind.slots, ["single", "pair", "many"], `${path}.slots`) === "pair";
  needs(kind.backupFor === undefined || pair, `${path}.backupFor needs slots "pair"`);
  needs(kind.confirmRotation !== true || pair, `${path}.confirmRotation needs slots "pair"`);
  const replacement = checkOneOf(
    kind.replacement,
    ["revoke-first", "regenerate", "rotate"],
    `${path}.replacement`,
  );
  needs(replacement !== "rotate" || pair, `${path}.replacement "rotate" needs slots "pair"`);
  return Object.freeze({
    name,
    prefix: checkPrefix(kind.prefix, `${path}.prefix`),
    formerPrefixes: Object.freeze(
      checkList(kind.formerPrefixes, `${path}.formerPrefixes`).map(
        checkPrefixAt(`${path}.formerPrefixes`),
      ),
    ),
    allowance: Object.freeze(allowanceOf(kind, path)),
    backupFor:
      kind.backupFor === undefined
        ? undefined
        : validateDuration(kind.backupFor, `${path}.backupFor`),
    expiry: checkExpiry(kind.expiry, `${path}.expiry`),
    access: checkOneOf(kind.access, ["owner", "granted"], `${path}.access`),
    replacement,
    confirmRotation: checkFlag(kind.confirmRotation, `${path}.confirmRotation`),
    confirmWithin: checkConfirmWithin(kind.confirmWithin ?? { hours: 1 }, `${path}.confirmWithin`),
    managersOnly:
      checkOneOf(kind.issuedBy ?? "owner", ["owner", "manager"], `${path}.issuedBy`) === "manager",
    budgetPercent: checkWhole(kind.budgetPercent ?? 50, 1, 100, `${path}.budgetPercent`),
    reminders: Object.freeze(
      checkList(
        kind.reminders ?? [{ days: 30 }, { days: 7 }, { days: 1 }],
        `${path}.reminders`,
      ).map((threshold, index) => validateDuration(threshold, `${path}.reminders[${index}]`)),
    ),
    onLeak: checkOneOf(kind.onLeak ?? "revoke", ["revoke", "notify"], `${path}.onLeak`),
  });
}

function checkPrefix(value: unknown, path: string): string {
  if (typeof value !== "string") throw new TypeError(`${path} must be a string`);
  if (value.length < 2 || value.length > 32 || !PREFIX.test(value)) {
    throw new RangeError(
      `${path} must be 2 to 32 characters: small letters and digits in parts joined by "_", a letter first`,
    );
  }
  return value;
}

function checkPrefixAt(path: string): (value: unknown, index: number) => string {
  return (value, index) => checkPrefix(value, `${path}[${index}]`);
}

function allowanceOf({ slots, maxPerOwner }: TokenKind, path: string): Allowance {
  if (slots !== "many") {
    needs(maxPerOwner === undefined, `${path}.maxPerOwner needs slots "many"`);
    return { type: slots };
  }
  if (maxPerOwner === undefined) return { type: "unlimited" };
  return {
    type: "numbered",
    max: checkWhole(maxPerOwner, 1, MAX_PER_OWNER, `${path}.maxPerOwner`),
  };
}

function checkExpiry(expiry: Expiry, path: string): Expiry {
  checkObject(expiry, path);
  switch (checkOneOf(expiry.type, ["fixed", "sliding", "choice", "never"], `${path}.type`)) {
    case "never":
      return Object.freeze({ type: "never" });
    case "fixed": {
      const { after } = expiry as Extract<Expiry, { type: "fixed" }>;
      return Object.freeze({ type: "fixed", after: validateDuration(after, `${path}.after`) });
    }
    case "sliding":
      return checkSliding(expiry as Extract<Expiry, { type: "sliding" }>, path);
    case "choice":
      return checkChoice(expiry as Extract<Expiry, { type: "choice" }>, path);
  }
}

function checkSliding(
  { unusedFor, atMost }: Extract<Expiry, { type: "sliding" }>,
  path: string,
): Expiry {
  const window = validateDuration(unusedFor, `${path}.unusedFor`);
  if (atMost === undefined) return Object.freeze({ type: "sliding", unusedFor: window });
  const cap = validateDuration(atMost, `${path}.atMost`);
  if (addDuration(0, cap) < addDuration(0, window))
    throw new RangeError(`${path}.atMost must not be shorter than unusedFor`);
  return Object.freeze({ type: "sliding", unusedFor: window, atMost: cap });
}

function checkChoice(expiry: Extract<Expiry, { type: "choice" }>, path: string): Expiry {
  const options = checkList(expiry.options, `${path}.options`).map((option, index) =>
    validateDuration(option, `${path}.options[${index}]`),
  );
  const standard = validateDuration(expiry.default, `${path}.default`);
  if (findChoice(options, standard) === undefined)
    throw new RangeError(`${path}.default must be one of the options`);
  return Object.freeze({ type: "choice", options: Object.freeze(options), default: standard });
}

/** The option that is as long as a wish, whatever the units in which either is given. */
export function findChoice(options: readonly Duration[], wish: Duration): Duration | undefined {
  return options.find((option) => equalDurations(option, wish));
}

/** ASVS 6.5.5 wants a short life for codes, people want time to read their mail. */
function checkConfirmWithin(value: Duration, path: string): Duration {
  const duration = validateDuration(value, path);
  const length = durationMs(duration);
  if (length === undefined || length < 600_000 || length > 86_400_000)
    throw new RangeError(`${path} must be 10 minutes to 24 hours`);
  return duration;
}

function needs(condition: boolean, message: string): void {
  if (!condition) throw new TypeError(message);
}
