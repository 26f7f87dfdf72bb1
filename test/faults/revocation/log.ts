import type { DenialCode } from "../../../src/index.ts";
import type { KindName } from "./scene.ts";

/** What a process is started with. */
export interface Task {
  readonly url: string;
  readonly process: number;
  /** The shared clock's beginning: nanoseconds of CLOCK_MONOTONIC. */
  readonly origin: string;
  readonly isCaching: boolean;
  readonly hasBus: boolean;
  /** How many changes to make. */
  readonly changes: number;
  /** Where to write the calls. */
  readonly calls: string;
}

/** Names a secret in logs: the process that was given it, and a count. */
export type SecretName = string;

/** An acknowledged change. Times are milliseconds of the stopwatch. */
export interface ChangeLine {
  readonly begun: number;
  readonly acknowledged: number;
  readonly process: number;
  readonly type: "issue" | "update" | "regenerate" | "rotate" | "revoke" | "owner";
  /** The token that it made or changed. */
  readonly tokenId?: string;
  /** The shared clock's time at which it was decided: the time of its events. */
  readonly at?: number;
  /** The secret that it gave. */
  readonly secret?: SecretName;
  /** `rotate`: whose pair. */
  readonly owner?: string;
  /** `revoke`: the reason, of which there is no second. */
  readonly reason?: string;
  /** `owner`: the facts from now on. */
  readonly facts?: OwnerFacts;
}

export interface OwnerFacts {
  readonly active: boolean;
  readonly apiAccess: boolean;
}

/** A call, as it is kept: numbers only, as there are many. */
export interface CallLine {
  readonly process: number;
  readonly secret: SecretName;
  readonly method: number;
  readonly begun: number;
  readonly ended: number;
  readonly code: Code;
}

/** What became of a call. */
export type Code = DenialCode | "ok";

/** All codes, for numbers to stand for. */
export const CODES: readonly Code[] = [
  "ok",
  "missing_token",
  "malformed_token",
  "unknown_token",
  "expired_token",
  "owner_inactive",
  "api_access_disabled",
  "network_denied",
  "access_denied",
  "budget_exceeded",
  "unavailable",
];

/** A token that processes tell each other of. */
export interface Known {
  readonly tokenId: string;
  readonly kind: KindName;
  readonly owner: string;
  readonly name: SecretName;
  readonly secret: string;
}

/** What one process did. */
export interface Work {
  readonly changes: readonly ChangeLine[];
  /** How the changes ended that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Uses that were written, and in how many batches. */
  readonly uses: number;
  readonly flushes: number;
  /** What `onError` was told, by message. */
  readonly errors: Readonly<Record<string, number>>;
  /** Names of secrets by their number in the file of calls. */
  readonly secrets: readonly SecretName[];
}

/** What processes tell each other and the test. */
export type Message =
  | { readonly type: "ready" | "done" }
  | { readonly type: "known"; readonly known: Known }
  /** A change of a token begins: now it is looked at. */
  | { readonly type: "begun" | "gone"; readonly tokenId: string }
  | { readonly type: "work"; readonly work: Work };

/** What the test tells the processes besides. */
export type Command = { readonly type: "start" | "stop" };
