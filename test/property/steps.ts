import fc from "fast-check";
import type { Access, Actor, Level, Network, Owner } from "../../src/index.ts";
import { SYSTEM } from "../../src/index.ts";
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
import { ADDRESSES, DAY, type KindName, MINUTE, MONTHS, RANGES, RULES } from "./model/rules.ts";
import type { Model, ModelToken } from "./model/state.ts";

/** A step that is to come: a call, once it is known which tokens there are. */
export type Step = (model: Model) => Call;

const HOUR = 60 * MINUTE;

/** Any of the fields may be absent. */
function optional<Shape>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) {
  return fc.record<Shape, never>(shape, { requiredKeys: [], noNullPrototype: true });
}

const owner = fc.oneof(
  { weight: 6, arbitrary: fc.constant(ADA) },
  { weight: 3, arbitrary: fc.constant(BOB) },
  { weight: 2, arbitrary: fc.constant(MANAGER) },
  { weight: 2, arbitrary: fc.constant(STRANGER) },
  { weight: 1, arbitrary: fc.constant("nobody") },
);
const account = fc.oneof(
  { weight: 3, arbitrary: fc.constant(ACCOUNT) },
  { weight: 1, arbitrary: fc.constant(OTHER_ACCOUNT) },
);
// A cast, as the keys of an object are texts to the compiler.
const kind = fc.constantFrom(...(Object.keys(RULES) as KindName[]));
const pairKind = fc.constantFrom<KindName>("pair", "quick");

/** Who acts, as seen from the owner in question. */
type Role = "self" | "manager" | "neighbour" | "foreign" | "unknown" | "system";

const role = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Role>("self") },
  { weight: 5, arbitrary: fc.constant<Role>("manager") },
  { weight: 5, arbitrary: fc.constant<Role>("system") },
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

const zoneName = fc.constantFrom("home", "office");
const ranges = fc.subarray(Object.keys(RANGES), { minLength: 1, maxLength: 2 });
const entries = fc.subarray([...Object.keys(RANGES), "zone:home", "zone:office"], {
  minLength: 1,
  maxLength: 3,
});
const rule: fc.Arbitrary<Network> = fc.oneof(
  entries.map((include) => ({ include })),
  entries.map((exclude) => ({ exclude })),
  fc.tuple(entries, entries).map(([include, exclude]) => ({ include, exclude })),
);
const network = fc.option(rule, { nil: null, freq: 2 });

const ordersLevel = fc.constantFrom<Level>("none", "read", "full", ["GET"], ["POST", "DELETE"]);
const reportsLevel = fc.constantFrom<Level>("none", "read", "full", ["GET"]);
const access: fc.Arbitrary<Access> = fc.oneof(
  ordersLevel,
  optional({ orders: ordersLevel, reports: reportsLevel }),
);
const percent = fc.constantFrom(1, 15, 20, 50, 51, 75, 100);
const budgets = optional({ orders: percent, reports: percent });
const expiresIn = fc.constantFrom(...MONTHS, 4).map((months) => ({ months }));
const name = fc.constantFrom("laptop", "build server", "Büro 🚀");
const pick = fc.nat(1000);

/** Every other time nothing. */
function seldom<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

/** What only some kinds have. */
interface Choices {
  readonly access?: Access | undefined;
  readonly expiresIn?: { readonly months: number } | undefined;
}

/** The choices that a kind has, or all of them where one that it does not have is to be refused. */
function choicesFor(kindName: KindName | undefined, choices: Choices, isFitted: boolean): Choices {
  const { granted, life } = kindName === undefined ? RULES.choice : RULES[kindName];
  const { access: levels, expiresIn: chosen } = choices;
  return {
    ...(levels !== undefined && (granted || !isFitted) ? { access: levels } : {}),
    ...(chosen !== undefined && (life === "chosen" || !isFitted) ? { expiresIn: chosen } : {}),
  };
}

const mostly = fc.oneof(
  { weight: 9, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);

const issue: fc.Arbitrary<Step> = fc
  .record({
    owner,
    kind,
    role,
    name,
    network,
    budgets: seldom(budgets),
    access: seldom(access),
    expiresIn: seldom(expiresIn),
    isFitted: mostly,
  })
  .map(({ role: who, isFitted, access: levels, expiresIn: chosen, ...request }) => () => ({
    name: "issue",
    request: {
      ...request,
      actor: actorOf(who, request.owner),
      ...choicesFor(request.kind, { access: levels, expiresIn: chosen }, isFitted),
    },
  }));

/** A token by its number, the latest first; now and then one that is gone, or none. */
function tokenOf(
  model: Model,
  number: number,
): Pick<ModelToken, "id" | "owner"> & { kind?: KindName } {
  const graves = [...model.graves].map(([id, { owner: of }]) => ({ id, owner: of }));
  if (number % 10 === 0) return graves[number % Math.max(1, graves.length)] ?? NO_TOKEN;
  return model.tokens.at(-1 - (number % Math.max(1, model.tokens.length))) ?? NO_TOKEN;
}

const NO_TOKEN = { id: "0197bb1c-0000-7000-8000-000000000000", owner: ADA };

const regenerate: fc.Arbitrary<Step> = fc
  .record({ pick, role, expiresIn: seldom(expiresIn), isFitted: mostly })
  .map(({ pick: number, role: who, isFitted, expiresIn: chosen }) => (model): Call => {
    const token = tokenOf(model, number);
    const actor = actorOf(who, token.owner);
    const choices = choicesFor(token.kind, { expiresIn: chosen }, isFitted);
    return { name: "regenerate", request: { tokenId: token.id, actor, ...choices } };
  });

const rotate: fc.Arbitrary<Step> = fc
  .record({
    owner,
    kind: fc.oneof({ weight: 9, arbitrary: pairKind }, { weight: 1, arbitrary: kind }),
    role,
  })
  .map(({ role: who, ...request }) => () => ({
    name: "rotate",
    request: { ...request, actor: actorOf(who, request.owner) },
  }));

const confirm: fc.Arbitrary<Step> = fc
  .record({ pick, isTampered: fc.boolean() })
  .map(({ pick: number, isTampered }) => (model): Call => {
    const codes = [...model.codes.keys()];
    // The latest, or an older one.
    const code = codes.at(number % 2 === 0 ? -1 : -1 - (number % Math.max(1, codes.length))) ?? "";
    const last = code.endsWith("0") ? "1" : "0";
    const isWrong = isTampered && number % 4 === 3;
    return { name: "confirm", request: { code: isWrong ? code.slice(0, -1) + last : code } };
  });

const revoke: fc.Arbitrary<Step> = fc
  .record({ pick, role })
  .map(({ pick: number, role: who }) => (model): Call => {
    const token = tokenOf(model, number);
    return { name: "revoke", request: { tokenId: token.id, actor: actorOf(who, token.owner) } };
  });

/** A secret, the latest ones oftener; now and then none, or a text that is none. */
function secretOf(model: Model, number: number): string | undefined {
  if (number % 29 === 0) return undefined;
  if (number % 31 === 0) return `${model.secrets[0] ?? "t_single_"}0`;
  const among = number % 3 === 0 ? model.secrets : model.secrets.slice(-4);
  return among[number % Math.max(1, among.length)];
}

const revokeCurrent: fc.Arbitrary<Step> = pick.map((number) => (model) => ({
  name: "revokeCurrent",
  request: secretOf(model, number) ?? "",
}));

const revokeAll: fc.Arbitrary<Step> = fc
  .record({ owner, kind: seldom(kind), role })
  .map(({ role: who, ...request }) => () => ({
    name: "revokeAll",
    request: { ...request, actor: actorOf(who, request.owner) },
  }));

const deprovision: fc.Arbitrary<Step> = fc
  .record({ owner, role })
  .map(({ role: who, owner: of }) => () => ({
    name: "deprovision",
    request: { owner: of, actor: actorOf(who, of) },
  }));

const update: fc.Arbitrary<Step> = fc
  .record({
    pick,
    role,
    isFitted: mostly,
    changes: optional({ name, network, budgets }),
    choices: optional({ access, expiresIn }),
  })
  .map(({ pick: number, role: who, isFitted, changes, choices }) => (model): Call => {
    const token = tokenOf(model, number);
    const actor = actorOf(who, token.owner);
    const fitting = choicesFor(token.kind, choices, isFitted);
    return { name: "update", request: { tokenId: token.id, actor, ...changes, ...fitting } };
  });

const get: fc.Arbitrary<Step> = fc
  .record({ pick, role })
  .map(({ pick: number, role: who }) => (model): Call => {
    const token = tokenOf(model, number);
    return { name: "get", request: { tokenId: token.id, actor: actorOf(who, token.owner) } };
  });

const list: fc.Arbitrary<Step> = fc
  .record({ owner, kind: seldom(kind), role, limit: fc.constantFrom(1, 2, 20) })
  .map(({ role: who, ...request }) => () => ({
    name: "list",
    request: { ...request, actor: actorOf(who, request.owner) },
  }));

const zoneActor = fc.constantFrom<Actor>(SYSTEM, MANAGER, FOREIGN_MANAGER, ADA);

const putZone: fc.Arbitrary<Step> = fc
  .record({ account, name: zoneName, ranges, blocked: fc.nat(5), actor: zoneActor })
  .map(({ blocked, ...request }) => () => ({
    name: "putZone",
    request: { ...request, blocked: blocked === 0 },
  }));

const removeZone: fc.Arbitrary<Step> = fc
  .record({ account, name: zoneName, actor: zoneActor })
  .map((request) => () => ({ name: "removeZone", request }));

const listZones: fc.Arbitrary<Step> = fc
  .record({ account, actor: zoneActor })
  .map((request) => () => ({ name: "listZones", request }));

const verify: fc.Arbitrary<Step> = fc
  .record({
    pick,
    api: fc.oneof(
      { weight: 6, arbitrary: fc.constant("orders") },
      { weight: 3, arbitrary: fc.constant("reports") },
      { weight: 1, arbitrary: fc.constant("toString") },
    ),
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constant("GET") },
      { weight: 1, arbitrary: fc.constantFrom("HEAD", "POST", "DELETE", "get", "TRACE") },
    ),
    address: fc.option(fc.constantFrom(...ADDRESSES), { nil: undefined, freq: 9 }),
    cost: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constantFrom(2, 3, 5, 11) },
    ),
  })
  .map(({ pick: number, ...call }) => (model) => ({
    name: "verify",
    request: { ...call, secret: secretOf(model, number) },
  }));

const facts: fc.Arbitrary<Partial<Omit<Owner, "id">>> = fc.oneof(
  fc.record({ active: fc.boolean() }),
  fc.record({ apiAccess: fc.boolean() }),
  fc.record({ methods: fc.constantFrom([], ["GET"], ["GET", "POST"]) }),
  fc.record({ access }),
  fc.record({ managesTokens: fc.boolean() }),
  fc.record({ account }),
  // As it was at first.
  fc.constant({}),
);

const changeOwner: fc.Arbitrary<Step> = fc
  .record({ owner, facts, isAnnounced: fc.boolean(), leaves: fc.nat(9) })
  .map(({ facts: changed, leaves, ...change }) => () => {
    const home = change.owner === STRANGER ? OTHER_ACCOUNT : ACCOUNT;
    const first = { account: home, active: true, managesTokens: change.owner === MANAGER };
    const isLeaving = leaves === 0;
    return {
      name: "changeOwner",
      request: { ...change, facts: isLeaving ? undefined : { ...first, ...changed } },
    };
  });

const pass: fc.Arbitrary<Step> = fc
  .oneof(
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 2 * HOUR }) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 29 }).map((days) => days * DAY) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 * DAY }) },
    // To the millisecond before something ends, and to its end.
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(MINUTE, HOUR, 10 * DAY, 14 * DAY, 30 * DAY)
        .map((whole) => whole - 1),
    },
    { weight: 2, arbitrary: fc.constant(1) },
  )
  .map((request) => () => ({ name: "pass", request }));

const sweep = fc.constant<Step>(() => ({ name: "sweep", request: undefined }));
const remind = fc.constant<Step>(() => ({ name: "remind", request: undefined }));
const deliver = fc.constant<Step>(() => ({ name: "deliver", request: undefined }));

/** Any step, mostly such as makes tokens and uses them. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: issue },
  { weight: 34, arbitrary: verify },
  { weight: 8, arbitrary: regenerate },
  { weight: 12, arbitrary: rotate },
  { weight: 7, arbitrary: deliver },
  { weight: 7, arbitrary: confirm },
  { weight: 6, arbitrary: revoke },
  { weight: 3, arbitrary: revokeCurrent },
  { weight: 2, arbitrary: revokeAll },
  { weight: 1, arbitrary: deprovision },
  { weight: 14, arbitrary: update },
  { weight: 10, arbitrary: changeOwner },
  { weight: 16, arbitrary: pass },
  { weight: 5, arbitrary: sweep },
  { weight: 5, arbitrary: remind },
  { weight: 5, arbitrary: list },
  { weight: 3, arbitrary: get },
  { weight: 6, arbitrary: putZone },
  { weight: 3, arbitrary: removeZone },
  { weight: 1, arbitrary: listZones },
);

/** Nothing but use, and time that passes: uses wait to be written all along. */
const usage: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: verify },
  { weight: 4, arbitrary: pass },
  { weight: 1, arbitrary: revokeCurrent },
);

/** A sequence of 1 to 60 steps, about 30 mostly. */
export const sequence: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(step, { minLength: 1, maxLength: 30, size: "max" }),
    fc.array(usage, { maxLength: 12, size: "max" }),
    fc.array(step, { maxLength: 18, size: "max" }),
  )
  .map((parts) => asSequence(parts.flat()));

/** Steps are functions: what they became is told by the error that a sequence ends with. */
function asSequence(steps: Step[]): Step[] {
  const text = `${steps.length} steps, listed below as the calls that they became`;
  return Object.defineProperty(steps, fc.toStringMethod, { value: () => text });
}

/** What is there before calls are made at once. */
export const prelude: fc.Arbitrary<readonly Step[]> = fc
  .array(step, { minLength: 2, maxLength: 14, size: "max" })
  .map(asSequence);

const racer: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: issue },
  { weight: 5, arbitrary: rotate },
  { weight: 3, arbitrary: regenerate },
  { weight: 3, arbitrary: confirm },
  { weight: 4, arbitrary: update },
  { weight: 4, arbitrary: revoke },
  { weight: 2, arbitrary: revokeCurrent },
  { weight: 3, arbitrary: revokeAll },
  { weight: 1, arbitrary: deprovision },
  { weight: 4, arbitrary: verify },
  { weight: 2, arbitrary: sweep },
  { weight: 2, arbitrary: putZone },
  { weight: 2, arbitrary: removeZone },
  { weight: 1, arbitrary: get },
);

/** Two or three calls that are made at once. */
export const race: fc.Arbitrary<readonly Step[]> = fc
  .array(racer, { minLength: 2, maxLength: 3, size: "max" })
  .map(asSequence);
