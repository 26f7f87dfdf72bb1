import type { Levels } from "../../access/available.ts";
import type { Resource } from "./context.ts";

/** The resources that an access token is to be for. */
export interface Targets {
  readonly resources: readonly Resource[];
  /** Whether the client has named them. */
  readonly areNamed: boolean;
  /** The APIs that they serve together; `undefined`: all. */
  readonly apis: ReadonlySet<string> | undefined;
}

/**
 * Chooses the resources that a client names by `resource` and `audience`, or all. `undefined`: one of them is not known here, to the
 * character; what is no absolute URI or has a fragment cannot be (RFC 8707 section 2, R8693-03).
 */
export function chooseTargets(
  named: readonly string[],
  known: ReadonlyMap<string, Resource>,
): Targets | undefined {
  const ids = named.length === 0 ? [...known.keys()] : [...new Set(named)];
  const resources = ids.flatMap((id) => known.get(id) ?? []);
  if (resources.length < ids.length) return undefined;
  return { resources, areNamed: named.length > 0, apis: apisOf(resources) };
}

function apisOf(resources: readonly Resource[]): ReadonlySet<string> | undefined {
  const apis = new Set<string>();
  for (const resource of resources) {
    if (resource.apis === undefined) return undefined;
    for (const api of resource.apis) apis.add(api);
  }
  return apis;
}

/** Whether every API of these levels is served there. */
export function servesAll({ apis }: Targets, levels: Levels): boolean {
  return apis === undefined || Object.keys(levels).every((api) => apis.has(api));
}

/** The `aud` of an access token: the resources that were named, or each that serves one of its APIs. One is no list (RFC 7519 section 4.1.3). */
export function audienceOf(
  { resources, areNamed }: Targets,
  levels: Levels,
): string | readonly string[] {
  const apis = Object.keys(levels);
  const ids = resources
    .filter((resource) => areNamed || servesOne(resource, apis))
    .map(({ id }) => id);
  const [only] = ids;
  return only !== undefined && ids.length === 1 ? only : ids;
}

function servesOne({ apis }: Resource, names: readonly string[]): boolean {
  return apis === undefined || names.some((name) => apis.has(name));
}
