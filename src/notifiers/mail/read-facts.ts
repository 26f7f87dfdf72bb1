import type { EventData, JsonValue } from "../../model.ts";
import type { Notice } from "../../ports/notifier.ts";
import { cleanLine } from "./clean.ts";
import type { MailActor, MailApp, MailedType, MailFacts, MailLinks, MailToken } from "./facts.ts";
import { createFormat, type MailFormat } from "./format.ts";
import type { Language } from "./language.ts";
import { webAddress } from "./link.ts";

/** As many tokens as a notice names. */
const NAMED = 20;
const LONGEST_TEXT = 256;
const LONGEST_WORD = 128;
const LONGEST_LOCATION = 1000;

/** Where a mail is made, besides the notice. */
export interface MailSetting {
  readonly app: MailApp;
  readonly language: Language;
  readonly timeZone: string | undefined;
  readonly links: MailLinks;
}

/** Reads a notice. Its data may be of any shape: what is absent or of another type than it should be is `undefined`. */
export function factsOf(notice: Notice, type: MailedType, setting: MailSetting): MailFacts {
  const { app, language, timeZone, links } = setting;
  const { locale, texts } = language;
  const { data } = notice;
  const format = createFormat(locale, timeZone);
  const at = instantOf(notice.at);
  const expiresAt = numberOf(data, "expiresAt");
  const tokenOf = tokenReader(format, texts.kinds);
  const named = listOf(data, "tokens").slice(0, NAMED).map(tokenOf);
  const tokens = named.filter((token) => token !== undefined);
  // Where several tokens are told of at once, the notice is that of the first, and names them all.
  const count = Math.max(countOf(data, "count") ?? 1, tokens.length, 1);
  const isOfOne = notice.tokenId !== null && count === 1;
  const code = textOf(data, "reason");
  const location = textOf(data, "url", LONGEST_LOCATION);
  return {
    ...{ notice, type, app, locale, format, links },
    tokens: isOfOne ? [] : tokens,
    token: isOfOne ? tokenOf({ ...data, kind: notice.kind }) : undefined,
    count,
    actor: actorOf(notice),
    at: format.time(at),
    expiresAt: format.time(expiresAt),
    expiresIn:
      at === undefined || expiresAt === undefined ? undefined : format.until(expiresAt - at),
    expiredAt: format.time(numberOf(data, "expiredAt")),
    reason: code === undefined ? undefined : (wordOf(texts.reasons, code) ?? code),
    api: textOf(data, "api", LONGEST_WORD),
    address: textOf(data, "address", LONGEST_WORD),
    zone: textOf(data, "zone", LONGEST_WORD),
    source: textOf(data, "source", LONGEST_WORD),
    location: location === undefined ? undefined : webAddress(location),
    changed: listOf(data, "changed")
      .map((field) => (typeof field === "string" ? wordOf(texts.fields, field) : undefined))
      .filter((field) => field !== undefined),
    hasBackup: textOf(data, "backup") !== undefined,
    isResent: fieldOf(data, "resent") === true,
    isRevoked: fieldOf(data, "revoked") === true,
    revoked: countOf(data, "revoked"),
  };
}

function actorOf({ actor, owner }: Notice): MailActor {
  if (actor === owner) return { type: "owner" };
  const id = typeof actor === "string" ? cleanLine(actor, LONGEST_WORD) : "";
  // What is no name is nobody's deed.
  return id === "SYSTEM" || id === "" ? { type: "application" } : { type: "other", id };
}

/** Reads the tokens of a list, and that of the notice itself. */
function tokenReader(
  format: MailFormat,
  kinds: Readonly<Record<string, string>> = {},
): (data: JsonValue | EventData) => MailToken | undefined {
  return (data) => {
    const name = textOf(data, "name");
    const kind = textOf(data, "kind", LONGEST_WORD);
    if (name === undefined) return;
    return {
      name,
      kind: kind === undefined ? undefined : (wordOf(kinds, kind) ?? kind),
      expiresAt: format.time(numberOf(data, "expiresAt")),
    };
  };
}

/** A word of a table, by a key from outside: nothing that every object has is one. */
function wordOf(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

function fieldOf(data: unknown, key: string): unknown {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return undefined;
  return Reflect.get(data, key);
}

function textOf(data: unknown, key: string, most: number = LONGEST_TEXT): string | undefined {
  const value = fieldOf(data, key);
  const text = typeof value === "string" ? cleanLine(value, most) : "";
  return text === "" ? undefined : text;
}

function numberOf(data: unknown, key: string): number | undefined {
  const value = fieldOf(data, key);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function countOf(data: unknown, key: string): number | undefined {
  const value = numberOf(data, key);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function listOf(data: unknown, key: string): readonly JsonValue[] {
  const value = fieldOf(data, key);
  return Array.isArray(value) ? Array.from(value) : [];
}

/** A notice that went through a queue may hold a text instead of a date. */
function instantOf(at: unknown): number | undefined {
  const time = at instanceof Date || typeof at === "string" ? new Date(at).getTime() : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}
