import { checkText } from "../checks.ts";

/** Where clients find the server: an origin such as `"https://api.example.com"`, or what tells it of a request. */
export type Origin<Source> = string | ((request: Source) => string);

/**
 * Makes what finds the origin of a request; `undefined` where it has none.
 *
 * @throws TypeError or RangeError that names the path; so does the function for an origin that is none.
 */
export function createOriginOf<Source>(
  origin: Origin<Source> | undefined,
  byDefault: (source: Source) => string | undefined,
): (source: Source) => string | undefined {
  if (origin === undefined) return byDefault;
  if (typeof origin === "function") return (source) => checkOrigin(origin(source));
  const checked = checkOrigin(origin);
  return () => checked;
}

function checkOrigin(value: unknown): string {
  const text = checkText(value, 2048, "options.origin");
  const url = /^https?:\/\/[^/?#@\\]+\/?$/.test(text) ? parse(text) : undefined;
  if (url !== undefined) return url.origin;
  throw new RangeError("options.origin must be http or https and a host, without a path");
}

/**
 * The URL of a target on an origin; `undefined` for what is no URL. By joining texts where it is a path, as `//host/` would otherwise be
 * another server's.
 */
export function urlOn(origin: string, target: string): URL | undefined {
  if (target.startsWith("/")) return parse(origin + target);
  const absolute = /^https?:\/\//i.test(target) ? parse(target) : undefined;
  return absolute && parse(origin + absolute.pathname + absolute.search);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
