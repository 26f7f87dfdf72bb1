import type { Params, RouteFacts } from "./route.ts";

/** A path that there is: what answers on it, by method, and the parts that differ. */
export interface Found<Route> {
  readonly byMethod: ReadonlyMap<string, Route>;
  readonly params: Params;
}

/** Finds what is at a path as a URL has it; `undefined`: nothing. */
export type FindPath<Route> = (pathname: string) => Found<Route> | undefined;

interface Place<Route> {
  readonly parts: readonly string[];
  readonly byMethod: Map<string, Route>;
}

const NO_PARAMS: Params = { owner: "", tokenId: "", kind: "", name: "" };

/** Makes the way from a path to its routes. */
export function createRouter<Route extends Pick<RouteFacts, "path" | "method">>(
  basePath: string,
  routes: readonly Route[],
): FindPath<Route> {
  const places = new Map<string, Place<Route>>();
  for (const route of routes) {
    const { path, method } = route;
    const place = places.get(path) ?? { parts: path.split("/"), byMethod: new Map() };
    places.set(path, place);
    place.byMethod.set(method, route);
    // RFC 9110 section 9.3.2.
    if (method === "GET") place.byMethod.set("HEAD", route);
  }
  return (pathname) => {
    if (!pathname.startsWith(`${basePath}/`)) return;
    const parts = pathname.slice(basePath.length).split("/");
    for (const place of places.values()) {
      const params = paramsOf(place.parts, parts);
      if (params !== undefined) return { byMethod: place.byMethod, params };
    }
    return;
  };
}

/** Parts are told apart before they are decoded, and decoded once: a slash that was encoded is a part of an id. */
function paramsOf(template: readonly string[], parts: readonly string[]): Params | undefined {
  if (template.length !== parts.length) return undefined;
  const params: Record<keyof Params, string> = { ...NO_PARAMS };
  for (const [index, part] of parts.entries()) {
    const expected = template[index] as string;
    if (expected.startsWith("{")) {
      const value = decoded(part);
      if (value === undefined || value === "") return undefined;
      // A cast, as templates have no other names.
      params[expected.slice(1, -1) as keyof Params] = value;
    } else if (expected !== part) return undefined;
  }
  return params;
}

/** What is no text in UTF-8 is no id. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
