import { Secret } from "../../src/index.ts";
import { FACES, type Face, grantedOr } from "./faces.ts";
import { either, isAbsent, isAnyText, isEmptyObject, isId, never } from "./rights.ts";
import type { Target } from "./target.ts";

/** A place where a caller passes something: what is passed there, and what may rightly be. */
export interface Position {
  readonly label: string;
  readonly call: (target: Target, value: unknown) => unknown;
  /** What may rightly be passed here: it may be accepted. Whatever else must be refused. */
  readonly isRight: (value: unknown) => boolean;
}

/** The whole request, and each of its places. */
function positionsOf({ name, run, request, rights, whole: isRight = never }: Face): Position[] {
  // Casts, as what is passed is wrong by intent.
  const paths = Object.entries(rights).map(([path, isRight]) => ({
    label: `${name}: ${path}`,
    isRight,
    call: (target: Target, value: unknown) =>
      run(
        target.world.tokens,
        withValue(asked(request, target), path.split("."), value) as never,
        target,
      ),
  }));
  const whole: Position = {
    label: `${name}: the request`,
    isRight,
    call: (target, value) => run(target.world.tokens, value as never, target),
  };
  return [whole, ...paths];
}

/** The request with the id of the target's token where one is asked for. */
function asked(request: Face["request"], { tokenId }: Target): object {
  return "tokenId" in request ? { ...request, tokenId } : request;
}

/** A copy of an object with another value at a path. */
function withValue(at: unknown, [key = "", ...rest]: readonly string[], value: unknown): unknown {
  const copy = Array.isArray(at) ? [...at] : { ...(at as object) };
  const inner: unknown = Reflect.get(copy, key);
  Reflect.set(copy, key, rest.length === 0 ? value : withValue(inner, rest, value));
  return copy;
}

/** The functions that take no request. */
const ARGUMENTS: readonly Position[] = [
  {
    label: "verify: the secret",
    // Whatever is presented gets a verdict.
    isRight: () => true,
    call: ({ world }, value) =>
      world.tokens.verify(value as never, { api: "orders", method: "GET" }),
  },
  {
    label: "grant: the secret",
    isRight: never,
    call: async ({ world }, value) => grantedOr(await world.tokens.grant(value as never)),
  },
  {
    label: "recheck: the secret",
    isRight: never,
    call: async ({ world }, value) => grantedOr(await world.tokens.recheck(value as never)),
  },
  {
    label: "revokeCurrent: the secret",
    isRight: (value) => isAnyText(value) || value instanceof Secret,
    call: ({ world }, value) => world.tokens.revokeCurrent(value as never),
  },
  {
    label: "reportLeak: the secret",
    isRight: (value) => isAnyText(value) || value instanceof Secret,
    call: ({ world }, value) => world.tokens.reportLeak(value as never, { source: "scanner" }),
  },
  {
    label: "ownerChanged: the owner",
    isRight: isId,
    call: ({ world }, value) => world.tokens.ownerChanged(value as never),
  },
  {
    label: "scanPattern: the kind",
    isRight: never,
    call: ({ world }, value) => world.tokens.scanPattern(value as never),
  },
  {
    label: "start: the request",
    isRight: either(isAbsent, isEmptyObject),
    call: ({ world }, value) => world.tokens.start(value as never),
  },
  {
    label: "start: every",
    isRight: isAbsent,
    call: ({ world }, value) => world.tokens.start({ every: value as never }),
  },
];

/** Every place in the public face where a caller passes anything. */
export const POSITIONS: readonly Position[] = [...FACES.flatMap(positionsOf), ...ARGUMENTS];
