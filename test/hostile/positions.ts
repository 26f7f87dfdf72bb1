import { Secret, SYSTEM, type Tokenry } from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

/** A place where a caller passes something: what is passed there, and what may rightly be. */
export interface Position {
  readonly label: string;
  readonly call: (target: Target, value: unknown) => unknown;
  /** What may rightly be passed here: it may be accepted. Whatever else must be refused. */
  readonly isRight: (value: unknown) => boolean;
}

/** What the positions are tried on: each a world of its own with a token. */
export interface Target {
  readonly world: World;
  readonly tokenId: string;
  readonly secret: string;
}

/** A world with a token of each kind that the positions need. */
export async function createTarget(): Promise<Target> {
  const world = createWorld();
  const { secret } = await world.issue({ kind: "service" });
  const { token } = await world.issue({ kind: "application", access: { orders: "full" } });
  await world.issue({ kind: "direct" });
  return { world, tokenId: token.id, secret: secret.reveal() };
}

type Check = (value: unknown) => boolean;

const never: Check = () => false;
const isAbsent: Check = (value) => value === undefined;
const isAnyText: Check = (value) => typeof value === "string";
const isId: Check = (value) => isText(255)(value) && value !== "SYSTEM";

/** Text of a length that holds nothing that would turn, end or hide a line of a log. */
function isText(most: number): Check {
  return (value) =>
    typeof value === "string" &&
    value.length > 0 &&
    value.length <= most &&
    !/[\p{Cs}\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(value);
}

function isWhole(least: number, most: number): Check {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** An object that says nothing, of whatever class. */
const isEmptyObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isEmpty(value);
const isEmptyList: Check = (value) => Array.isArray(value) && value.length === 0;

/** A list for all APIs may hold any method. */
const isMethods: Check = (value) =>
  Array.isArray(value) && value.length === value.filter(isMethod).length;
const isMethod: Check = (value) => typeof value === "string" && /^[\w.-]{1,32}$/.test(value);

function isEmpty(value: object): boolean {
  try {
    return Object.keys(value).length === 0;
  } catch {
    return false;
  }
}

function either(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

/** A function, what it is asked rightly, and what may rightly stand in each place of that. */
interface Face {
  readonly name: string;
  readonly run: (tokens: Tokenry, request: never, target: Target) => unknown;
  readonly request: Readonly<Record<string, unknown>>;
  readonly rights: Readonly<Record<string, Check>>;
}

/** The whole request, and each of its places. */
function positionsOf({ name, run, request, rights }: Face): Position[] {
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
    isRight: never,
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

const NETWORK = { include: ["10.0.0.0/8"], exclude: ["10.9.0.0/16"] };
const NETWORK_RIGHTS: Face["rights"] = {
  network: either(isAbsent, (value) => value === null),
  "network.include": either(isAbsent, isEmptyList),
  "network.exclude": either(isAbsent, isEmptyList),
  "network.include.0": never,
  "network.exclude.0": never,
};
const GRANT_RIGHTS: Face["rights"] = {
  access: either(isAbsent, isEmptyObject, isMethods),
  "access.orders": isEmptyList,
  "access.invoices.0": never,
  budgets: either(isAbsent, isEmptyObject),
  "budgets.orders": isWhole(1, 100),
  expiresIn: isAbsent,
  "expiresIn.months": never,
};
const GRANTS = {
  access: { orders: "read", invoices: ["GET"] },
  budgets: { orders: 40 },
  expiresIn: { months: 3 },
};
const isName: Check = (value) => typeof value === "string" && isText(128)(value.trim());
const tokenId = "";

const FACES: readonly Face[] = [
  {
    name: "issue",
    run: (tokens, request) => tokens.issue(request),
    request: {
      kind: "application",
      owner: ADA,
      actor: SYSTEM,
      name: "x",
      network: NETWORK,
      ...GRANTS,
    },
    rights: {
      kind: never,
      owner: never,
      actor: never,
      name: isName,
      ...NETWORK_RIGHTS,
      ...GRANT_RIGHTS,
    },
  },
  {
    name: "regenerate",
    run: (tokens, request) => tokens.regenerate(request),
    request: { tokenId, actor: SYSTEM, expiresIn: { months: 3 } },
    rights: { tokenId: never, actor: never, expiresIn: isAbsent, "expiresIn.months": never },
  },
  {
    name: "rotate",
    run: (tokens, request) => tokens.rotate(request),
    request: { owner: ADA, kind: "direct", actor: SYSTEM },
    rights: { owner: never, kind: never, actor: never },
  },
  {
    name: "confirmRotation",
    run: (tokens, request) => tokens.confirmRotation(request),
    request: { code: "" },
    rights: { code: never },
  },
  {
    name: "revoke",
    run: (tokens, request) => tokens.revoke(request),
    request: { tokenId, actor: SYSTEM, reason: "x" },
    rights: { tokenId: never, actor: never, reason: either(isAbsent, isText(255)) },
  },
  {
    name: "revokeAll",
    run: (tokens, request) => tokens.revokeAll(request),
    request: { owner: ADA, kind: "personal", actor: SYSTEM },
    rights: { owner: never, kind: isAbsent, actor: never },
  },
  {
    name: "deprovision",
    run: (tokens, request) => tokens.deprovision(request),
    request: { owner: "nobody", actor: SYSTEM },
    rights: { owner: isId, actor: never },
  },
  {
    name: "update",
    run: (tokens, request) => tokens.update(request),
    request: { tokenId, actor: SYSTEM, name: "x", network: NETWORK, ...GRANTS },
    rights: {
      ...{ tokenId: never, actor: never, name: either(isAbsent, isName) },
      ...NETWORK_RIGHTS,
      ...GRANT_RIGHTS,
    },
  },
  {
    name: "get",
    run: (tokens, request) => tokens.get(request),
    request: { tokenId, actor: SYSTEM },
    rights: { tokenId: never, actor: never },
  },
  {
    name: "list",
    run: (tokens, request) => tokens.list(request),
    request: { owner: ADA, actor: SYSTEM },
    rights: {
      owner: never,
      kind: isAbsent,
      actor: never,
      cursor: isAbsent,
      limit: either(isAbsent, isWhole(1, 200)),
    },
  },
  {
    name: "events",
    run: (tokens, request) => tokens.events(request),
    request: { account: ACCOUNT, actor: SYSTEM },
    rights: {
      ...{ account: isId, owner: either(isAbsent, isId), tokenId: either(isAbsent, isAnyText) },
      ...{ actor: never, limit: either(isAbsent, isWhole(1, 200)) },
      cursor: either(isAbsent, (value) => typeof value === "string" && /^\d{1,15}$/.test(value)),
    },
  },
  {
    name: "zones.put",
    run: (tokens, request) => tokens.zones.put(request),
    request: {
      account: ACCOUNT,
      name: "home",
      ranges: ["10.0.0.0/8"],
      blocked: false,
      actor: SYSTEM,
    },
    rights: {
      ...{ account: isId, name: isZoneName, ranges: never, "ranges.0": never, actor: never },
      blocked: either(isAbsent, (value) => typeof value === "boolean"),
    },
  },
  {
    name: "zones.remove",
    run: (tokens, request) => tokens.zones.remove(request),
    request: { account: ACCOUNT, name: "home", actor: SYSTEM },
    rights: { account: never, name: never, actor: never },
  },
  {
    name: "zones.list",
    run: (tokens, request) => tokens.zones.list(request),
    request: { account: ACCOUNT, actor: SYSTEM },
    rights: { account: isId, actor: never },
  },
  {
    name: "verify",
    run: (tokens, request, { secret }) => tokens.verify(secret, request),
    request: { api: "orders", method: "GET", address: "192.0.2.1", cost: 1 },
    rights: {
      ...{ api: isAnyText, method: isAnyText, address: either(isAbsent, isAnyText) },
      cost: either(isAbsent, isWhole(1, Number.MAX_SAFE_INTEGER)),
    },
  },
];

function isZoneName(value: unknown): boolean {
  return typeof value === "string" && /^[\w.-]{1,64}$/.test(value);
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
    label: "revokeCurrent: the secret",
    isRight: (value) => isAnyText(value) || value instanceof Secret,
    call: ({ world }, value) => world.tokens.revokeCurrent(value as never),
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
