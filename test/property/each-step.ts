import fc from "fast-check";
import type { Access } from "../../src/index.ts";
import { ACCOUNT, MANAGER, OTHER_ACCOUNT, STRANGER } from "../support/directory.ts";
import type { Call } from "./calls.ts";
import { grantSteps } from "./grant-steps.ts";
import { ADDRESSES, type KindName, rulesOf } from "./model/rules.ts";
import type { Model, ModelToken } from "./model/state.ts";
import { rotationSteps } from "./rotation-steps.ts";
import {
  actorOf,
  managingActor,
  role,
  type Step,
  secretOf,
  type Theme,
  tokenOf,
  usable,
} from "./targets.ts";
import { trailSteps } from "./trail-steps.ts";
import {
  access,
  account as anyAccount,
  budgets,
  expiresIn,
  facts,
  name,
  networkOf,
  oneIn,
  optional,
  pick,
  ranges,
  report,
  seldom,
  time,
  zoneName,
} from "./values.ts";

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

function regenerates({ kind }: ModelToken): boolean {
  return rulesOf(kind).replacement === "regenerate";
}

/** Every sort of step. */
export function stepsOn(theme: Theme): Readonly<Record<Call["name"], fc.Arbitrary<Step>>> {
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
      .record({
        ...{ pick, role, isOdd: oneIn(12), lag: seldom(fc.nat(1)) },
        expiresIn: seldom(expiresIn),
      })
      .map(({ pick: number, role: who, isOdd, lag, expiresIn: months }) => (model): Call => {
        const token = tokenOf(model, number, regenerates);
        const actor = actorOf(who, token.owner);
        const choices = choicesFor(token.kind, { expiresIn: months }, isOdd);
        const since = sinceOf(model, token.id, lag);
        return {
          name: "regenerate",
          request: { tokenId: token.id, actor, ...choices, ...since },
        };
      }),
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
        ...{ pick, role, isOdd: oneIn(12), lag: seldom(fc.nat(1)) },
        changes: optional({ name, network, budgets }),
        choices: optional({ access, expiresIn }),
      })
      .map(({ pick: number, role: who, isOdd, lag, changes, choices }) => (model): Call => {
        const token = tokenOf(model, number);
        const actor = actorOf(who, token.owner);
        const fitting = choicesFor(token.kind, choices, isOdd);
        const rule =
          changes.network === undefined
            ? {}
            : { network: usable(model, token.owner, changes.network, isOdd) };
        const all = { ...changes, ...fitting, ...rule, ...sinceOf(model, token.id, lag) };
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
      .record({ account, name: zoneName, ranges, blocked: oneIn(6), actor: managingActor })
      .map((request) => (): Call => ({ name: "putZone", request })),
    removeZone: fc
      .record({ account, name: zoneName, actor: managingActor })
      .map((request) => (): Call => ({ name: "removeZone", request })),
    listZones: fc
      .record({ account, actor: managingActor })
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
    prune: fc.constant((): Call => ({ name: "prune", request: undefined })),
    reportLeak: fc
      .record({ pick, report })
      .map(({ pick: number, report: place }) => (model): Call => {
        return {
          name: "reportLeak",
          request: { secret: secretOf(model, number) ?? "", report: place },
        };
      }),
    ...rotationSteps(theme),
    ...trailSteps(theme),
    ...grantSteps(theme),
  };
}

/** The time of a token's last change, or one before it; not at all where the lag is none. */
function sinceOf(
  model: Model,
  tokenId: string,
  lag: number | undefined,
): { readonly unchangedSince?: Date } {
  const updatedAt = model.tokens.find(({ id }) => id === tokenId)?.updatedAt;
  if (lag === undefined || updatedAt === undefined) return {};
  return { unchangedSince: new Date(updatedAt - lag) };
}
