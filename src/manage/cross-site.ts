import type { Refusal } from "./refusal.ts";

/** What only reads (RFC 9110 section 9.2.1). */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** With its one parameter or without, once: what a form of another site can send is neither. */
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

const CROSS_SITE: Refusal = Object.freeze({ code: "cross_site" });
/** The mistake that hosts make: the page is theirs, and a proxy has changed the host or ended TLS. */
const OTHER_ORIGIN: Refusal = Object.freeze({
  code: "cross_site",
  detail:
    "The request comes from a page of another origin than the API's. Where that page is yours, name its origin in options.origin of managementApi.",
});
const JSON_REQUIRED: Refusal = Object.freeze({ code: "json_required" });

/**
 * Refuses what a page of another site may have sent with the session of who looks at it. What cannot be decided is refused: a client without
 * a browser sends `Origin`.
 *
 * A field that is there twice arrives joined, and is none of the values that are looked for.
 */
export function refuseCrossSite(
  { method, headers, url }: Pick<Request, "method" | "headers" | "url">,
  origins: ReadonlySet<string> | undefined,
): Refusal | undefined {
  const site = headers.get("sec-fetch-site");
  // `none`: an address that was typed, or a bookmark. Of another site it would be told how long the answer takes.
  if (READING.has(method))
    return site === null || site === "same-origin" || site === "none" ? undefined : CROSS_SITE;
  const origin = headers.get("origin");
  if (site === null && origin === null) return CROSS_SITE;
  if (site !== null && site !== "same-origin") return CROSS_SITE;
  if (origin !== null && !isOwn(origin, origins, url)) return OTHER_ORIGIN;
  return JSON_TYPE.test(headers.get("content-type") ?? "") ? undefined : JSON_REQUIRED;
}

function isOwn(origin: string, origins: ReadonlySet<string> | undefined, url: string): boolean {
  return origins === undefined ? origin === new URL(url).origin : origins.has(origin);
}
