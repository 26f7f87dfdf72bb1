import { checkKeys, checkList, quoted } from "../checks.ts";
import { emitWarning } from "../emit-warning.ts";
import { type AddressOptions, createFindAddress } from "../http/client-address.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { WebClient } from "../http/web-handler.ts";
import type { Origin } from "./origin.ts";

/** A handler of the Fetch standard, tokenry's or anybody's. */
export interface WebListener {
  (request: Request, client: WebClient): Promise<Response> | Response;
  /** The paths that it answers, each whole. With neither `paths` nor `prefix`: all. */
  readonly paths?: readonly string[];
  /** A path that it answers, with all below it. */
  readonly prefix?: string;
}

/** Options of every `mount`. */
export interface MountOptions<Source> extends AddressOptions<Source> {
  /**
   * Where clients find the server: `"https://api.example.com"`, or what tells it of a request. Default: as the request says, which is the
   * client's word.
   */
  readonly origin?: Origin<Source>;
}

/** What a mounted handler needs to know of a request. */
export interface Mounting<Source> {
  /** Whether the handler answers it; the others are the application's. */
  answers(source: Source): boolean;
  /** Whether the handler may be given it, where it is given all: what a URL makes of a path must not be one of the handler's own. */
  admits(source: Source): boolean;
  clientOf(source: Source): WebClient;
}

const KEYS = ["origin", "trustProxy", "forwardedBy", "clientAddress"];
/** The path of a target, without its query, and without the server of one in absolute form. */
const PATH = /^(?:https?:\/\/[^/?#]*)?([^?#]*)/i;
/** What a URL resolves, so that its path is another than was sent: `.` and `..`, however they are written, and `\`, which it takes for a slash. */
const RESOLVED = /\\|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * Checks what is to be mounted.
 *
 * Paths are compared whole, or up to a slash below a prefix, and as they were sent: what a router or a URL would take for the same path is the
 * application's, so that nothing gets past what stands before it there.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveMounting<Source>(
  handler: WebListener,
  options: MountOptions<Source>,
  reader: RequestReader<Source>,
  otherKeys: readonly string[] = [],
): Mounting<Source> {
  if (typeof handler !== "function") throw new TypeError("handler must be a function");
  checkKeys(options, new Set([...KEYS, ...otherKeys]), "options");
  const isOwn = ownPaths(handler);
  const findAddress = createFindAddress(options, reader, emitWarning);
  const hasPaths = handler.paths !== undefined || handler.prefix !== undefined;
  const pathAt = (source: Source): string => pathOf(reader.target(source));
  return {
    admits: (source) => !(hasPaths && RESOLVED.test(pathAt(source))),
    answers(source) {
      const path = pathAt(source);
      return isOwn(path) && !RESOLVED.test(path);
    },
    clientOf: (source) => ({ address: findAddress(source), source }),
  };
}

function ownPaths({ paths, prefix }: WebListener): (path: string) => boolean {
  const whole = new Set(checkPaths(paths));
  const own = prefix === undefined ? undefined : checkPrefix(prefix);
  if ((paths === undefined && own === undefined) || own === "/") return () => true;
  return (path) =>
    whole.has(path) || (own !== undefined && (path === own || path.startsWith(`${own}/`)));
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== "string") throw new TypeError("handler.prefix must be a string");
  if (prefix === "/" || /^\/(?:[^?#]*[^?#/])$/.test(prefix)) return prefix;
  throw new RangeError(
    `handler.prefix must begin with a slash and end in none, not ${quoted(prefix)}`,
  );
}

function checkPaths(paths: readonly string[] | undefined): readonly string[] {
  const list = checkList<unknown>(paths, "handler.paths");
  return list.map((path, index) => {
    if (typeof path !== "string") throw new TypeError(`handler.paths[${index}] must be a string`);
    if (/^\/[^?#]*$/.test(path)) return path;
    throw new RangeError(`handler.paths[${index}] must begin with a slash, not ${quoted(path)}`);
  });
}

function pathOf(target: string): string {
  const [, path = ""] = PATH.exec(target) ?? [];
  return path === "" ? "/" : path;
}
