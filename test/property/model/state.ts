import type { Level, Network, Owner } from "../../../src/index.ts";
import { type KindName, rulesOf } from "./rules.ts";

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

/** All that tokenry should know. Plain data: a copy is another world. */
export interface Model {
  now: number;
  /** Whether calls come one after another: then what a call shows is exactly what is so. In parallel, a use may be noted later. */
  readonly isQuiet: boolean;
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
  /** The audit trail, one line an event. */
  readonly trail: string[];
  undelivered: number;
  /** When a refusal by network was last recorded, by token. */
  readonly refusedAt: Map<string, number>;
}

export function createModel(now: number, people: Iterable<Owner>, isQuiet = true): Model {
  return {
    now,
    isQuiet,
    people: new Map([...people].map((person) => [person.id, person])),
    tokens: [],
    graves: new Map(),
    zones: new Map(),
    debts: new Map(),
    overlooked: new Set(),
    secrets: [],
    codes: new Map(),
    trail: [],
    undelivered: 0,
    refusedAt: new Map(),
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
  recordQuietly(model, type, subject, actor);
  model.undelivered += 1;
}

/** Writes an event down of which nobody is told. */
export function recordQuietly(model: Model, type: string, subject: Subject, actor: string): void {
  model.trail.push(eventLine({ type, tokenId: subject.id, ...subject, actor }));
}

export function eventLine(event: {
  readonly type: string;
  readonly account: string;
  readonly owner: string | null;
  readonly tokenId: string | null;
  readonly actor: string;
}): string {
  // Of two requests at once it is not told which got which id.
  const id = event.type === "rotation.requested" ? "" : event.tokenId;
  return [event.type, event.account, event.owner, id, event.actor].join(" ");
}

/** Promise 1: never more tokens than the kind allows, expired or not, pending ones apart. */
export function mostTokens(kind: KindName): number {
  const { places, replacement } = rulesOf(kind);
  if (places === null) return Number.POSITIVE_INFINITY;
  return replacement === "rotate" ? 2 : places.length;
}
