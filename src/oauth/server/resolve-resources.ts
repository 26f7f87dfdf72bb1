import { checkKeys, checkList, checkObject, checkText } from "../../checks.ts";
import type { Resource } from "./context.ts";

/** The resource servers by their identifiers; a list where each serves every API. */
export type OAuthResources = Readonly<Record<string, ResourceOptions>> | readonly string[];

/** A resource server. */
export interface ResourceOptions {
  /** The APIs that it serves, as named in the tokenry's options. Default: all. */
  readonly apis?: readonly string[];
}

const KEYS: ReadonlySet<string> = new Set(["apis"]);
const PATH = "options.resources";
/** A scheme (RFC 3986 section 3.1), and nothing that a URI cannot hold; a fragment it must not have (RFC 8707 section 2). */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!$-;=?-Z_a-z~@[\]]+$/;

/** Checks the resource servers. @throws TypeError or RangeError that names the path. */
export function resolveResources(resources: OAuthResources): ReadonlyMap<string, Resource> {
  const entries = entriesOf(resources).map(([id, options], index) => {
    const path = `${PATH}[${index}]`;
    checkKeys(options, KEYS, path);
    return [checkId(id, path), { id, apis: resolveApis(options, `${path}.apis`) }] as const;
  });
  const byId = new Map(entries);
  if (byId.size === 0) throw new RangeError(`${PATH} must name at least one`);
  if (byId.size < entries.length) throw new RangeError(`${PATH} must not name one twice`);
  return byId;
}

function entriesOf(resources: OAuthResources): readonly (readonly [string, ResourceOptions])[] {
  if (isList(resources)) return Array.from(resources, (id) => [id, {}] as const);
  checkObject(resources, PATH);
  return Object.entries(resources);
}

/** `Array.isArray` does not tell a list that is read-only from an object. */
function isList(resources: OAuthResources): resources is readonly string[] {
  return Array.isArray(resources);
}

function checkId(id: string, path: string): string {
  const text = checkText(id, 2048, path);
  if (ABSOLUTE_URI.test(text) && URL.canParse(text)) return text;
  throw new RangeError(`${path} must be an absolute URI without a fragment`);
}

function resolveApis({ apis }: ResourceOptions, path: string): ReadonlySet<string> | undefined {
  if (apis === undefined) return undefined;
  const names = checkList(apis, path).map((api, index) => checkText(api, 256, `${path}[${index}]`));
  if (names.length === 0) throw new RangeError(`${path} must not be empty`);
  return new Set(names);
}
