import type { Level, Network, Owner } from "../../../src/index.ts";
import { CHANNELS, type KindName, rulesOf } from "./rules.ts";

/** A token as the model knows it. A pending rotation is one without a secret. */
export interface ModelToken {
  readonly id: string;
  readonly kind: KindName;
  readonly owner: string;
  readonly account: string;
  readonly createdAt: number;
  readonly createdBy: string;
  name: string;
  slot: string | null;
  secret: string | null;
  access: Readonly<Record<string, Level>> | null;
  network: Network | null;
  budgets: Readonly<Record<string, number>>;
  updatedAt: number;
  /** When the present secret was made. */
  madeAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  /** Where the reminder range began that was last announced. */
  remindedFrom: number | null;
}

export interface ModelZone {
  readonly ranges: readonly string[];
  readonly blocked: boolean;
}

/** What is spent of a budget, in calls times window so that it is whole, as of a time. */
export interface Debt {
  readonly spent: number;
  readonly at: number;
}

/** What the audit trail holds of an event that the model can tell. */
export interface EventFacts {
  readonly type: string;
  readonly account: string;
  readonly owner: string | null;
  readonly tokenId: string | null;
  readonly actor: string;
}

/** An event as the model knows it. */
export interface ModelEvent extends EventFacts {
  readonly at: number;
  /** Whether someone is told of it. */
  readonly isTold: boolean;
  /** All tokens that the one notice is about, in the order of their ends; empty where it is about the event's own. */
  readonly together: readonly ModelToken[];
}

/** A notice that is not delivered. */
export interface ModelNotice {
  readonly event: ModelEvent;
  readonly channel: string;
  /** The event's id, once the notice has been tried. */
  id: string | undefined;
  parkedAt: number | null;
}

/** All that tokenry should know. Plain data: a copy is another world. */
export interface Model {
  now: number;
  /** Whether calls come one after another: then what a call shows is exactly what is so. In parallel, a use may be noted later. */
  isQuiet: boolean;
  readonly people: Map<string, Owner>;
  tokens: ModelToken[];
  /** Every token that there ever was, for those who may still ask to revoke it. */
  readonly graves: Map<string, Pick<ModelToken, "owner" | "account">>;
  readonly zones: Map<string, Map<string, ModelZone>>;
  readonly debts: Map<string, Debt>;
  /** Tokens issued while all of an owner's were being ended, which count as issued after that. */
  overlooked: ReadonlySet<string>;
  /** Every secret that there ever was. */
  readonly secrets: string[];
  /** The rotation that each delivered code belongs to. */
  readonly codes: Map<string, string>;
  /** The audit trail, oldest first. */
  trail: ModelEvent[];
  /** What is to be delivered, oldest first. */
  outbox: ModelNotice[];
  /** When what is done once in a while only was last done, by what it is. */
  readonly doneAt: Map<string, number>;
}

export function createModel(now: number, people: Iterable<Owner>): Model {
  return {
    now,
    isQuiet: true,
    people: new Map([...people].map((person) => [person.id, person])),
    tokens: [],
    graves: new Map(),
    zones: new Map(),
    debts: new Map(),
    overlooked: new Set(),
    secrets: [],
    codes: new Map(),
    trail: [],
    outbox: [],
    doneAt: new Map(),
  };
}

export function isLiving(model: Model, token: ModelToken): boolean {
  return token.expiresAt === null || model.now < token.expiresAt;
}

export function isPending(token: ModelToken): boolean {
  return token.slot === "pending";
}

/** Stored tokens of an owner in the order of their ids, dead and pending ones included. */
export function tokensOf(model: Model, owner: string, kind?: KindName): ModelToken[] {
  return model.tokens
    .filter((token) => token.owner === owner && (kind === undefined || token.kind === kind))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** The living token in a place. */
export function inSlot(
  model: Model,
  owner: string,
  kind: KindName,
  slot: string,
): ModelToken | undefined {
  return tokensOf(model, owner, kind).find(
    (token) => token.slot === slot && isLiving(model, token),
  );
}

export function addToken(model: Model, token: ModelToken): void {
  model.tokens.push(token);
  model.graves.set(token.id, { owner: token.owner, account: token.account });
}

export function dropToken(model: Model, token: ModelToken): void {
  model.tokens = model.tokens.filter((other) => other !== token);
}

/** Drops what has expired and was not swept, as a change that takes its place does. */
export function dropExpired(model: Model, tokens: readonly ModelToken[]): void {
  for (const token of tokens) {
    if (isLiving(model, token)) continue;
    dropToken(model, token);
    if (!isPending(token)) record(model, "token.expired", token, "SYSTEM");
  }
}

/** Whose event it is. */
export interface Subject {
  readonly id: string | null;
  readonly account: string;
  readonly owner: string | null;
}

/** Writes an event down that is to be delivered. */
export function record(model: Model, type: string, subject: Subject, actor: string): void {
  write(model, { ...factsOf(type, subject, actor), isTold: true });
}

/** Writes an event down of which nobody is told. */
export function recordQuietly(model: Model, type: string, subject: Subject, actor: string): void {
  write(model, { ...factsOf(type, subject, actor), isTold: false });
}

/** Writes an event of the host down that its owner is told of with what happens to others of its tokens, or not at all. */
export function recordTogether(
  model: Model,
  type: string,
  token: ModelToken,
  told: readonly ModelToken[] | undefined,
): void {
  const facts = factsOf(type, token, "SYSTEM");
  const together = told === undefined || told.length < 2 ? [] : told.map((each) => ({ ...each }));
  write(model, { ...facts, isTold: told !== undefined, together });
}

function factsOf(type: string, { id, account, owner }: Subject, actor: string): EventFacts {
  return { type, account, owner, tokenId: id, actor };
}

function write(
  model: Model,
  facts: EventFacts & Pick<ModelEvent, "isTold"> & Partial<Pick<ModelEvent, "together">>,
): void {
  const event: ModelEvent = { together: [], ...facts, at: model.now };
  model.trail.push(event);
  if (!event.isTold) return;
  for (const channel of CHANNELS)
    model.outbox.push({ event, channel, id: undefined, parkedAt: null });
}

/** An event as a text to compare by. */
export function eventLine({ type, account, owner, tokenId, actor }: EventFacts): string {
  return [type, account, owner, tokenId, actor].join(" ");
}

/** Whether a thing that is done once in so many milliseconds only is to be done now, and then notes that it was. */
export function isDue(model: Model, thing: string, spanMs: number): boolean {
  const last = model.doneAt.get(thing);
  if (last !== undefined && model.now - last < spanMs) return false;
  model.doneAt.set(thing, model.now);
  return true;
}

/** Promise 1: never more tokens than the kind allows, expired or not, pending ones apart. */
export function mostTokens(kind: KindName): number {
  const { places, replacement } = rulesOf(kind);
  if (places === null) return Number.POSITIVE_INFINITY;
  return replacement === "rotate" ? 2 : places.length;
}
