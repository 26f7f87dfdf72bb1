import type { Level } from "../model.ts";
import { type AccessQuestion, decideAccess } from "./decide.ts";
import { neededMethod } from "./level.ts";
import type { KnownApis } from "./normalize.ts";

/** Who is to have access: an owner now, and the levels kept on the token; `null` where it follows its owner. */
export type Holder = Pick<AccessQuestion, "owner" | "granted">;

/** A level for each API that there is one for. */
export type Levels = Readonly<Record<string, Level>>;

/** All that a token and its owner may do now, in the widest levels; an API with nothing is left out. Source: CORE-41, OKT-27. */
export function availableAccess(apis: KnownApis, holder: Holder): Levels {
  const levels: [string, Level][] = [];
  for (const [api, { methods }] of apis) {
    const allowed = [...methods].filter((method) => isAllowed({ api, methods }, method, holder));
    if (allowed.length > 0) levels.push([api, levelOf(allowed, methods)]);
  }
  return Object.fromEntries(levels);
}

/**
 * What was asked for, if a token and its owner may do all of it now; `undefined` if anything is beyond that, be it an API that there is
 * not. Nothing is ever added (AP-5).
 */
export function narrowedAccess(
  requested: Levels,
  apis: KnownApis,
  holder: Holder,
): Levels | undefined {
  const levels: [string, Level][] = [];
  for (const [api, level] of Object.entries(requested)) {
    const methods = apis.get(api)?.methods;
    if (methods === undefined) return undefined;
    const wanted = [...methodsOf(level, methods)];
    if (!wanted.every((method) => isAllowed({ api, methods }, method, holder))) return undefined;
    if (wanted.length > 0) levels.push([api, levelOf(wanted, methods)]);
  }
  return Object.fromEntries(levels);
}

interface Target {
  readonly api: string;
  readonly methods: ReadonlySet<string>;
}

function isAllowed({ api, methods }: Target, method: string, holder: Holder): boolean {
  return decideAccess({ api, apiMethods: methods, method, ...holder });
}

function methodsOf(level: Level, methods: ReadonlySet<string>): ReadonlySet<string> {
  if (level === "none") return NO_METHODS;
  if (level === "full") return methods;
  return level === "read" ? READ_METHODS : new Set(level.map(neededMethod));
}

const NO_METHODS: ReadonlySet<string> = new Set();
const READ_METHODS: ReadonlySet<string> = new Set(["GET"]);

/** The widest word for a set of methods. An API that can be read only has it all in "full". */
function levelOf(allowed: readonly string[], methods: ReadonlySet<string>): Level {
  if (allowed.length === methods.size) return "full";
  return allowed.length === 1 && allowed[0] === "GET" ? "read" : Object.freeze([...allowed]);
}
