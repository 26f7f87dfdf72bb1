import fc from "fast-check";
import { SYSTEM } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import type { Call } from "./calls.ts";
import type { ResendCall } from "./model/pending.ts";
import { rulesOf } from "./model/rules.ts";
import { isPending, type Model, type ModelToken } from "./model/state.ts";
import { actorOf, role, type Step, type Theme, tokenOf } from "./targets.ts";
import { chosen, oneIn, pick } from "./values.ts";

function rotates({ kind, slot }: ModelToken): boolean {
  return rulesOf(kind).replacement === "rotate" && slot === "primary";
}

/** What is to be done first where no rotation waits, if anything; now and then nothing is, so that what follows comes out of turn. */
function untilOneWaits(model: Model, number: number, { owners, kinds }: Theme): Call | undefined {
  if (number % 8 === 0 || !kinds.includes("pair") || model.tokens.some(isPending)) return undefined;
  const primary = model.tokens.find(({ kind, slot }) => kind === "pair" && slot === "primary");
  const owner = primary?.owner ?? chosen(owners, number) ?? ADA;
  const request = { owner, kind: "pair", actor: SYSTEM } as const;
  return primary === undefined
    ? { name: "issue", request: { ...request, name: "browser" } }
    : { name: "rotate", request };
}

/** The steps until a rotation waits and its code is known, unless something comes in between. */
export function stepsToWaiting(theme: Theme): readonly Step[] {
  const next: Step = (model) => untilOneWaits(model, 1, theme) ?? { name: "deliver", request: [] };
  return [next, next, next];
}

/** The next thing to do on the way to a confirmed rotation; now and then out of turn, with an older code or a changed one. */
function confirmation(model: Model, number: number, isChanged: boolean): Call {
  const waiting = model.tokens.find(isPending);
  const isKnown = waiting === undefined || [...model.codes.values()].includes(waiting.id);
  if (isKnown || number % 8 === 0)
    return { name: "confirm", request: { code: codeOf(model, number, isChanged) } };
  const isParked = model.outbox.some(
    ({ event, parkedAt }) => event.tokenId === waiting.id && parkedAt !== null,
  );
  return isParked
    ? { name: "retry", request: { actor: SYSTEM } }
    : { name: "deliver", request: [] };
}

/** A code, mostly that of the rotation that waits. */
function codeOf(model: Model, number: number, isChanged: boolean): string {
  const waiting = model.tokens.find(isPending);
  const codes = [...model.codes.keys()];
  const live = codes.findLast((code) => model.codes.get(code) === waiting?.id);
  const code = (number % 5 === 0 ? chosen(codes, number) : (live ?? codes.at(-1))) ?? "";
  const last = code.endsWith("0") ? "1" : "0";
  return isChanged ? code.slice(0, -1) + last : code;
}

/** The steps of a rotation, from its request to its end. */
export function rotationSteps(
  theme: Theme,
): Readonly<Record<"rotate" | "confirm" | "pending" | "resend" | "cancel", fc.Arbitrary<Step>>> {
  const owner = fc.constantFrom(...theme.owners);
  const kind = fc.constantFrom(...theme.kinds);
  /** Of an owner whose rotation waits, if there is one. */
  const waiting = fc
    .record({ pick, owner, kind, role })
    .map(({ pick: number, role: who, owner: of, kind: kindName }) => (model: Model): ResendCall => {
      const token = tokenOf(model, number, isPending);
      const holder = token.kind === undefined ? of : token.owner;
      return { owner: holder, kind: token.kind ?? kindName, actor: actorOf(who, holder) };
    });
  return {
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
          untilOneWaits(model, number, theme) ?? confirmation(model, number, isChanged),
    ),
    pending: waiting.map((requestOf) => (model): Call => {
      return { name: "pending", request: requestOf(model) };
    }),
    resend: fc
      .record({ pick, waiting })
      .map(({ pick: number, waiting: requestOf }) => (model): Call => {
        const request = requestOf(model);
        return untilOneWaits(model, number, theme) ?? { name: "resend", request };
      }),
    cancel: fc
      .record({ pick, waiting, isByCode: fc.boolean(), isChanged: oneIn(8) })
      .map(({ pick: number, waiting: requestOf, isByCode, isChanged }) => (model): Call => {
        const request = isByCode ? { code: codeOf(model, number, isChanged) } : requestOf(model);
        return untilOneWaits(model, number, theme) ?? { name: "cancel", request };
      }),
  };
}
