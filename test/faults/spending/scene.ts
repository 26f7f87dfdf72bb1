import { type Api, manySliding, type StoredToken, type TokenKind } from "../../../src/index.ts";
import type { BudgetStoreName } from "../../fixtures/budget-store.ts";

/** The share of a token in each API: half of the limit, as the kind has it. */
export const SHARE = 1000;

/** How long the budget of `steady` takes to be whole again, and for how many times that it is spent from. */
export const WINDOW_MS = 2000;
export const WINDOWS = 10;

/** From four processes of 64 lanes, a volley so often is twice what is refilled. */
export const VOLLEY_MS = 256;
export const VOLLEYS: number = Math.ceil((WINDOWS * WINDOW_MS) / VOLLEY_MS);

export const KINDS: Readonly<Record<"service", TokenKind>> = {
  service: manySliding({ prefix: "acme_svc" }),
};

export const APIS: Readonly<Record<"once" | "steady", Api>> = {
  /** Nothing is refilled while a test runs. */
  once: { limit: 2 * SHARE, window: { days: 1 } },
  steady: { limit: 2 * SHARE, window: { seconds: WINDOW_MS / 1000 } },
};

/** A token that every process knows. */
export interface GivenToken {
  readonly stored: StoredToken;
  readonly secret: string;
}

/** Budgets that processes share. */
export interface Store {
  readonly name: BudgetStoreName;
  /** A server, a file, or nothing. */
  readonly url: string;
}

/** What a process is started with. */
export interface Task {
  readonly stores: readonly Store[];
  /** Of CLOCK_MONOTONIC, in nanoseconds. */
  readonly origin: string;
  /** Calls that are under way at a time in each store. */
  readonly inFlight: number;
  /** One that spends alone, three of one account, and one that spends for a while. */
  readonly tokens: readonly GivenToken[];
}

/** What the test tells the processes to do. */
export interface Command {
  readonly type: JobName;
  /** When to begin, in milliseconds of the stopwatch. */
  readonly at: number;
}

export type JobName = "alone" | "together" | "steady";

/** A call: when it began and ended, by the stopwatch, with which of the tokens, and what became of it. */
export type Call = readonly [begun: number, ended: number, token: number, code: string];

/** What the processes tell the test: the calls in each store. */
export type Message =
  | { readonly type: "ready" }
  | { readonly type: JobName; readonly calls: Readonly<Partial<Record<BudgetStoreName, Call[]>>> };
