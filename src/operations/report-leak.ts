import { checkKeys } from "../checks.ts";
import { unavailable } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { StoredEvent, StoredToken } from "../ports/repository.ts";
import { redacted } from "../secret/redact.ts";
import { Secret } from "../secret/secret.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { findBySecret } from "./find-by-secret.ts";
import { SYSTEM_ID } from "./input.ts";
import { recordEvent } from "./record-event.ts";

/** Where a secret was found. Both texts come from outside: what is too long is cut, what is no web address is left out. */
export interface LeakReport {
  /** Who or what found it, or where: `"github"`, `"Commit"`, `"our own scanner"`. */
  readonly source: string;
  /** The address of the place. */
  readonly url?: string | undefined;
}

/** What a report came to. */
export interface LeakResult {
  /** Whether the secret opened a token of this tokenry. */
  readonly known: boolean;
  /** Whether the token was ended by this report. */
  readonly revoked: boolean;
  /** Present where `known`. */
  readonly tokenId?: string;
}

const MAX_SOURCE = 64;
const MAX_URL = 2048;
const REPORT_KEYS: ReadonlySet<string> = new Set(["source", "url"]);

/** Ends a token whose secret has come out, and tells its owner. See `Tokenry.reportLeak`. */
export async function reportLeak(
  context: Context,
  secret: string | Secret,
  report: LeakReport,
): Promise<LeakResult> {
  if (typeof secret !== "string" && !Secret.isSecret(secret))
    throw new TypeError("secret must be a string");
  const text = typeof secret === "string" ? secret : secret.reveal();
  const place = placeOf(report);
  await context.uses.flushSoon();
  return untilCommitted(async (): Promise<Attempt<LeakResult>> => {
    const now = context.now();
    const token = await lookUp(context, text);
    if (token === undefined)
      return { committed: { ok: true }, result: { known: false, revoked: false } };
    const isLiving = !isExpired(token, now);
    const ends = isLiving && context.kinds.get(token.kind)?.onLeak !== "notify";
    const result = { known: true, revoked: ends, tokenId: token.id };
    const key = JSON.stringify([token.id, place]);
    if (!ends && !context.leaks.admits(key, now)) return { committed: { ok: true }, result };
    const events = leakEvents(context, token, { ...place, revoked: ends }, now);
    // The version guards the secret: one regenerated meanwhile is not the one that came out.
    const remove = ends ? [{ id: token.id, version: token.version }] : [];
    try {
      return { committed: await commit(context, { remove, events }), result };
    } catch (cause) {
      context.leaks.release(key);
      throw cause;
    }
  });
}

async function lookUp(context: Context, text: string): Promise<StoredToken | undefined> {
  try {
    return (await findBySecret(context, text))?.token;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The trail has the end as any other; its owner is told once, of the leak. */
function leakEvents(
  context: Context,
  token: StoredToken,
  facts: { readonly source: string; readonly url: string | null; readonly revoked: boolean },
  now: number,
): readonly StoredEvent[] {
  const by = { actor: SYSTEM_ID, now };
  const leaked = recordEvent(context, "token.leaked", token, {
    ...by,
    data: { name: token.name, ...facts },
  });
  if (!facts.revoked) return [leaked];
  const data = { name: token.name, reason: "leaked" };
  const revoked = recordEvent(context, "token.revoked", token, { ...by, data });
  return [leaked, { ...revoked, deliver: false }];
}

function placeOf(report: LeakReport): { readonly source: string; readonly url: string | null } {
  checkKeys(report, REPORT_KEYS, "report");
  const { source, url } = report;
  if (typeof source !== "string") throw new TypeError("report.source must be a string");
  if (url !== undefined && typeof url !== "string")
    throw new TypeError("report.url must be a string");
  return { source: redacted(source, MAX_SOURCE), url: webAddress(url) };
}

/** An address of the web, without a secret that stands in it (T-15). */
function webAddress(url: string | undefined): string | null {
  if (url === undefined || url.length > MAX_URL || !/^https?:\/\//i.test(url)) return null;
  return redacted(url, MAX_URL);
}
