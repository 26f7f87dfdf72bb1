import fc from "fast-check";
import { type Access, type Actor, type Network, SYSTEM } from "../../src/index.ts";
import {
  ACCOUNT,
  ADA,
  BOB,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
  STRANGER,
} from "../support/directory.ts";
import type { Call } from "./calls.ts";
import { ADDRESSES, type KindName, RULES, rulesOf } from "./model/rules.ts";
import { isPending, type Model, type ModelToken } from "./model/state.ts";
import {
  access,
  account as anyAccount,
  budgets,
  chosen,
  expiresIn,
  facts,
  name,
  networkOf,
  oneIn,
  optional,
  pick,
  ranges,
  seldom,
  time,
  zoneName,
} from "./values.ts";

/** A step that is to come: a call, once it is known which tokens there are. */
export type Step = (model: Model) => Call;

/** Whose tokens of which kinds a sequence is about: the fewer, the oftener its steps meet. */
interface Theme {
  readonly owners: readonly string[];
  readonly kinds: readonly KindName[];
  /** Whether most of it is about zones: those of one account, and tokens that name them. */
  readonly isZoned: boolean;
}

// A cast, as the keys of an object are texts to the compiler.
const KINDS = Object.keys(RULES) as KindName[];

/** Who acts, as seen from the owner in question. */
type Role = "self" | "manager" | "neighbour" | "foreign" | "unknown" | "system";

const role = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Role>("self") },
  { weight: 6, arbitrary: fc.constant<Role>("manager") },
  { weight: 6, arbitrary: fc.constant<Role>("system") },
  { weight: 1, arbitrary: fc.constantFrom<Role>("neighbour", "foreign", "unknown") },
);

function actorOf(who: Role, of: string): Actor {
  const isForeign = of === STRANGER || of === FOREIGN_MANAGER;
  const actors: Readonly<Record<Role, Actor>> = {
    self: of,
    manager: isForeign ? FOREIGN_MANAGER : MANAGER,
    neighbour: of === BOB ? ADA : BOB,
    foreign: isForeign ? MANAGER : FOREIGN_MANAGER,
    unknown: "nobody",
    system: SYSTEM,
  };
  return actors[who];
}

/** What only some kinds have. */
interface Choices {
  readonly access?: Access | undefined;
  readonly expiresIn?: { readonly months: number } | undefined;
}

/** The choices that a kind has, or all of them where one that it does not have is to be refused. */
function choicesFor(kind: KindName | undefined, choices: Choices, isOdd: boolean): Choices {
  const { granted, life } = rulesOf(kind ?? "choice");
  return {
    ...(choices.access !== undefined && (granted || isOdd) ? { access: choices.access } : {}),
    ...(choices.expiresIn !== undefined && (life === "chosen" || isOdd)
      ? { expiresIn: choices.expiresIn }
      : {}),
  };
}

function rotates({ kind, slot }: ModelToken): boolean {
  return rulesOf(kind).replacement === "rotate" && slot === "primary";
}

function regenerates({ kind }: ModelToken): boolean {
  return rulesOf(kind).replacement === "regenerate";
}

/** The rule without the zones that the account does not have, unless it is to be refused for them. */
function usable(
  model: Model,
  of: string,
  rule: Network | null | undefined,
  isOdd: boolean,
): Network | null {
  const zones = model.zones.get(model.people.get(of)?.account ?? "");
  const isThere = (entry: string): boolean =>
    isOdd ||
    !entry.startsWith("zone:") ||
    zones?.get(entry.slice("zone:".length))?.blocked === false;
  if (rule === null || rule === undefined) return null;
  const lists = Object.entries(rule).map(
    ([list, each]: [string, readonly string[]]) => [list, each.filter(isThere)] as const,
  );
  return Object.fromEntries(lists);
}

type Known = Pick<ModelToken, "id" | "owner"> & { readonly kind?: KindName };

const NO_TOKEN: Known = { id: "0197bb1c-0000-7000-8000-000000000000", owner: ADA };

/** A token, of those that are wanted if there are any; one time in ten one that is gone, or none. */
function tokenOf(
  model: Model,
  number: number,
  isWanted: (token: ModelToken) => boolean = () => true,
): Known {
  const graves = [...model.graves].map(([id, { owner }]) => ({ id, owner }));
  const wanted = model.tokens.filter(isWanted);
  const among = number % 10 === 0 ? graves : wanted;
  return chosen(among.length > 0 ? among : model.tokens, number) ?? NO_TOKEN;
}

/** A secret, mostly of the latest; now and then none, or a text that is none. */
function secretOf(model: Model, number: number): string | undefined {
  if (number % 43 === 0) return undefined;
  if (number % 41 === 0) return `${model.secrets[0] ?? "t_single_"}0`;
  return chosen(number % 3 === 0 ? model.secrets : model.secrets.slice(-4), number);
}

/** The next thing to do on the way to a confirmed rotation; now and then out of turn, with an older code or a changed one. */
function confirmation(model: Model, number: number, isChanged: boolean): Call {
  const codes = [...model.codes.keys()];
  const waiting = model.tokens.find(isPending);
  const primary = model.tokens.find(({ kind, slot }) => kind === "pair" && slot === "primary");
  const isOutOfTurn = number % 8 === 0;
  if (waiting === undefined && primary !== undefined && !isOutOfTurn) {
    return { name: "rotate", request: { owner: primary.owner, kind: "pair", actor: SYSTEM } };
  }
  if (waiting !== undefined && ![...model.codes.values()].includes(waiting.id) && !isOutOfTurn) {
    return { name: "deliver", request: undefined };
  }
  const code = (number % 3 === 0 ? chosen(codes, number) : codes.at(-1)) ?? "";
  const last = code.endsWith("0") ? "1" : "0";
  return { name: "confirm", request: { code: isChanged ? code.slice(0, -1) + last : code } };
}

const ZONE_ACTORS: readonly Actor[] = [
  SYSTEM,
  SYSTEM,
  SYSTEM,
  SYSTEM,
  MANAGER,
  FOREIGN_MANAGER,
  ADA,
];
const zoneActor = fc.constantFrom(...ZONE_ACTORS);

/** Every sort of step. */
function stepsOn(theme: Theme): Readonly<Record<Call["name"], fc.Arbitrary<Step>>> {
  const owner = fc.constantFrom(...theme.owners);
  const kind = fc.constantFrom(...theme.kinds);
  const network = networkOf(theme.isZoned);
  const account = theme.isZoned ? fc.constant(ACCOUNT) : anyAccount;
  return {
    issue: fc
      .record({ owner, kind, role, isOdd: oneIn(12) })
      .chain(({ owner: of, kind: kindName, role: who, isOdd }) => {
        // Only managers make some kinds, which the others may try now and then.
        const isRefused = rulesOf(kindName).managersOnly && who === "self" && !isOdd;
        const actor = actorOf(isRefused ? "manager" : who, of);
        return fc.record({ name, network, budgets: seldom(budgets, 3) }).chain((request) =>
          fc.record({ access: seldom(access, 1), expiresIn: seldom(expiresIn) }).map(
            (choices): Step =>
              () => ({
                name: "issue",
                request: {
                  ...{ owner: of, kind: kindName, actor, ...request },
                  ...choicesFor(kindName, choices, isOdd),
                },
              }),
          ),
        );
      }),
    regenerate: fc
      .record({ pick, role, expiresIn: seldom(expiresIn), isOdd: oneIn(12) })
      .map(({ pick: number, role: who, isOdd, expiresIn: months }) => (model): Call => {
        const token = tokenOf(model, number, regenerates);
        const actor = actorOf(who, token.owner);
        const choices = choicesFor(token.kind, { expiresIn: months }, isOdd);
        return { name: "regenerate", request: { tokenId: token.id, actor, ...choices } };
      }),
    rotate: fc
      .record({ pick, owner, kind, role })
      .map(({ pick: number, role: who, owner: of, kind: kindName }) => (model): Call => {
        const token = tokenOf(model, number, rotates);
        const [holder, held] =
          token.kind === undefined ? [of, kindName] : [token.owner, token.kind];
        return {
          name: "rotate",
          request: { owner: holder, kind: held, actor: actorOf(who, holder) },
        };
      }),
    confirm: fc.record({ pick, isChanged: oneIn(8) }).map(
      ({ pick: number, isChanged }) =>
        (model): Call =>
          confirmation(model, number, isChanged),
    ),
    revoke: fc.record({ pick, role }).map(({ pick: number, role: who }) => (model): Call => {
      const token = tokenOf(model, number);
      return { name: "revoke", request: { tokenId: token.id, actor: actorOf(who, token.owner) } };
    }),
    revokeCurrent: pick.map((number) => (model): Call => {
      return { name: "revokeCurrent", request: secretOf(model, number) ?? "" };
    }),
    revokeAll: fc
      .record({ owner, kind: seldom(kind), role })
      .map(({ role: who, ...request }) => (): Call => {
        return { name: "revokeAll", request: { ...request, actor: actorOf(who, request.owner) } };
      }),
    deprovision: fc.record({ owner, role }).map(({ role: who, owner: of }) => (): Call => {
      return { name: "deprovision", request: { owner: of, actor: actorOf(who, of) } };
    }),
    update: fc
      .record({
        ...{ pick, role, isOdd: oneIn(12) },
        changes: optional({ name, network, budgets }),
        choices: optional({ access, expiresIn }),
      })
      .map(({ pick: number, role: who, isOdd, changes, choices }) => (model): Call => {
        const token = tokenOf(model, number);
        const actor = actorOf(who, token.owner);
        const fitting = choicesFor(token.kind, choices, isOdd);
        const rule =
          changes.network === undefined
            ? {}
            : { network: usable(model, token.owner, changes.network, isOdd) };
        const all = { ...changes, ...fitting, ...rule };
        return { name: "update", request: { tokenId: token.id, actor, ...all } };
      }),
    get: fc.record({ pick, role }).map(({ pick: number, role: who }) => (model): Call => {
      const token = tokenOf(model, number);
      return { name: "get", request: { tokenId: token.id, actor: actorOf(who, token.owner) } };
    }),
    list: fc
      .record({ owner, kind: seldom(kind), role, limit: fc.constantFrom(1, 2, 20) })
      .map(({ role: who, ...request }) => (): Call => {
        return { name: "list", request: { ...request, actor: actorOf(who, request.owner) } };
      }),
    putZone: fc
      .record({ account, name: zoneName, ranges, blocked: oneIn(6), actor: zoneActor })
      .map((request) => (): Call => ({ name: "putZone", request })),
    removeZone: fc
      .record({ account, name: zoneName, actor: zoneActor })
      .map((request) => (): Call => ({ name: "removeZone", request })),
    listZones: fc
      .record({ account, actor: zoneActor })
      .map((request) => (): Call => ({ name: "listZones", request })),
    verify: fc
      .record({
        pick,
        api: fc.constantFrom("orders", "orders", "orders", "reports", "reports", "toString"),
        method: fc.constantFrom(
          "GET",
          "GET",
          "GET",
          "GET",
          "HEAD",
          "POST",
          "DELETE",
          "get",
          "TRACE",
        ),
        address: seldom(fc.constantFrom(...ADDRESSES), 1).chain((value) =>
          oneIn(10).map((isAbsent) => (isAbsent ? undefined : value)),
        ),
        cost: fc.constantFrom(1, 1, 1, 1, 1, 2, 3, 5, 11),
      })
      .map(({ pick: number, ...call }) => (model): Call => {
        return { name: "verify", request: { ...call, secret: secretOf(model, number) } };
      }),
    changeOwner: fc
      .record({ owner, facts, isAnnounced: fc.boolean(), isLeaving: oneIn(10) })
      .map(({ facts: changed, isLeaving, ...change }) => (): Call => {
        const home = change.owner === STRANGER ? OTHER_ACCOUNT : ACCOUNT;
        const first = { account: home, active: true, managesTokens: change.owner === MANAGER };
        const now = isLeaving ? undefined : { ...first, ...changed };
        return { name: "changeOwner", request: { ...change, facts: now } };
      }),
    pass: time.map((request) => (): Call => ({ name: "pass", request })),
    sweep: fc.constant((): Call => ({ name: "sweep", request: undefined })),
    remind: fc.constant((): Call => ({ name: "remind", request: undefined })),
    deliver: fc.constant((): Call => ({ name: "deliver", request: undefined })),
  };
}

type Weights = Partial<Readonly<Record<Call["name"], number>>>;

/** Any of the steps by their weights; seldom such as no kind of the theme has, often what the theme is about. */
function anyOf(theme: Theme, weights: Weights): fc.Arbitrary<Step> {
  const steps = stepsOn(theme);
  const ways = theme.kinds.map((kind) => rulesOf(kind).replacement);
  const factors: Weights = {
    regenerate: ways.includes("regenerate") ? 10 : 1,
    rotate: ways.includes("rotate") ? 10 : 1,
    confirm: theme.kinds.includes("pair") ? 10 : 1,
    putZone: theme.isZoned ? 50 : 10,
    removeZone: theme.isZoned ? 80 : 10,
  };
  // A cast, as the keys of an object are texts to the compiler.
  const names = Object.keys(weights) as Call["name"][];
  return fc.oneof(
    ...names.map((each) => ({
      weight: (weights[each] ?? 0) * (factors[each] ?? 10),
      arbitrary: steps[each],
    })),
  );
}

const BEGINNING: Weights = { issue: 6, putZone: 2 };

/** Mostly such as make tokens and use them. */
const ALL: Weights = {
  ...{ issue: 28, verify: 34, regenerate: 10, rotate: 16, confirm: 36, update: 14, revoke: 6 },
  ...{ revokeCurrent: 2, revokeAll: 1, deprovision: 1, changeOwner: 8, pass: 12, sweep: 5 },
  ...{ remind: 5, deliver: 3, list: 5, get: 3, putZone: 7, removeZone: 4, listZones: 1 },
};

/** Nothing but use, and time that passes: uses wait to be written all along. */
const USAGE: Weights = { verify: 6, pass: 4, revokeCurrent: 1 };

/** What changes the same tokens at the same time, or looks at them. */
const RACERS: Weights = {
  ...{ issue: 7, rotate: 6, regenerate: 4, confirm: 5, update: 5, revoke: 5, revokeCurrent: 2 },
  ...{ revokeAll: 4, deprovision: 2, verify: 4, sweep: 2, putZone: 2, removeZone: 3, get: 1 },
};

const OWNERS = [ADA, ADA, ADA, ADA, BOB, BOB, MANAGER, STRANGER, "nobody"];

/** A sequence of 1 to 60 steps, about 30 mostly. */
export const sequence: fc.Arbitrary<readonly Step[]> = fc
  .subarray(KINDS, { minLength: 1, maxLength: 3 })
  .map((kinds): Theme => ({ owners: OWNERS, kinds, isZoned: false }))
  .chain((theme) =>
    fc.tuple(
      fc.array(anyOf(theme, BEGINNING), { minLength: 1, maxLength: 4, size: "max" }),
      fc.array(anyOf(theme, ALL), { maxLength: 26, size: "max" }),
      fc.array(anyOf(theme, USAGE), { maxLength: 12, size: "max" }),
      fc.array(anyOf(theme, ALL), { maxLength: 18, size: "max" }),
    ),
  )
  .map((parts) => asSequence(parts.flat()));

/** What is there before calls are made at once, and two or three of these. */
export const race: fc.Arbitrary<{
  readonly prelude: readonly Step[];
  readonly race: readonly Step[];
}> = fc
  .subarray(KINDS, { minLength: 1, maxLength: 2 })
  .chain((kinds) => oneIn(4).map((isZoned): Theme => ({ owners: [ADA], kinds, isZoned })))
  .chain((theme) =>
    fc.record({
      prelude: fc
        .tuple(
          fc.array(anyOf(theme, BEGINNING), { minLength: 1, maxLength: 3, size: "max" }),
          fc.array(anyOf(theme, ALL), { maxLength: 10, size: "max" }),
        )
        .map((parts) => asSequence(parts.flat())),
      race: fc
        .array(anyOf(theme, RACERS), { minLength: 2, maxLength: 3, size: "max" })
        .map(asSequence),
    }),
  );

/** Steps are functions: what they became is told by the error that a sequence ends with. */
function asSequence(steps: Step[]): Step[] {
  const text = `${steps.length} steps, listed below as the calls that they became`;
  return Object.defineProperty(steps, fc.toStringMethod, { value: () => text });
}
