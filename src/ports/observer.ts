import type { TokenryErrorCode } from "../errors.ts";
import type { BudgetHolder, BudgetState, Refused } from "../model.ts";

/** A verify that has been decided. */
export interface VerifyObservation {
  /** The API's name in the options; `"unknown"` for any other text, so that callers cannot make up names without end. */
  readonly api: string;
  /** A method of HTTP or of one of the APIs; `"_OTHER"` for any other text. */
  readonly method: string;
  readonly code: "accepted" | Refused["code"];
  /** The kind that the secret's prefix names; `undefined`: there was no secret, or none of a known shape. */
  readonly kind: string | undefined;
  readonly durationMs: number;
  /** Accepted and `budget_exceeded` only: the tighter of the two budgets after the call. */
  readonly budget: BudgetState | undefined;
  /** Whose budget `budget` is. */
  readonly budgetOf: BudgetHolder | undefined;
  /** An id; known once the secret has been recognised. */
  readonly tokenId: string | undefined;
  /** An id; accepted only. */
  readonly owner: string | undefined;
  /** An id; accepted only. */
  readonly account: string | undefined;
}

/** The operations and jobs, by their place in the public interface. */
export type OperationName =
  | "issue"
  | "regenerate"
  | "rotate"
  | "confirmRotation"
  | "pendingRotation"
  | "resendRotation"
  | "cancelRotation"
  | "revoke"
  | "revokeCurrent"
  | "reportLeak"
  | "revokeAll"
  | "deprovision"
  | "update"
  | "get"
  | "grant"
  | "recheck"
  | "list"
  | "owner"
  | "events"
  | "exportEvents"
  | "zones.put"
  | "zones.remove"
  | "zones.list"
  | "notices.parked"
  | "notices.retry"
  | "jobs.sweep"
  | "jobs.remind"
  | "jobs.deliver"
  | "jobs.prune";

/** A management operation, or a pass of a job, that has ended. */
export interface OperationObservation {
  readonly operation: OperationName;
  /** `"misuse"`: a wrong argument, which is a TypeError. */
  readonly code: "done" | "misuse" | TokenryErrorCode;
  readonly durationMs: number;
  /** What it did, where its answer is counts: `{ removed: 3 }`. Absent when it failed. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** A batch of noted uses that was written, or could not be. */
export interface FlushObservation {
  /** How many. */
  readonly uses: number;
  /** How long the oldest of them has waited, this write included. Of a failed batch everything waits on, and the next tells of it again. */
  readonly lagMs: number;
  readonly ok: boolean;
}

/** A look-up in the cache of tokens. */
export interface LookUpObservation {
  /** Answered from memory; also with "there is no such token". */
  readonly hit: boolean;
}

/** Something that `onError` is told of. */
export interface FailureObservation {
  /**
   * What was being done: a `verify` that was refused as `unavailable`; writing noted `uses`; a step of the `budgets`, which went on by
   * `onOutage`; a message over the `bus`; handing a notice to the `notifier`; a pass of the `jobs` by `start`; work in the `background`
   * (the record of a refusal, a move to the current pepper).
   */
  readonly where: "verify" | "uses" | "budgets" | "bus" | "notifier" | "jobs" | "background";
}

/** A request that the HTTP layer refused by itself: no verify was called for it. */
export interface RefusalObservation {
  readonly code: "invalid_request" | "too_many_failures";
}

/**
 * Is told what tokenry does, for metrics and traces.
 *
 * Guarantees: each method is called synchronously, once what it tells of has been decided, in the asynchronous context of the caller where
 * there is one. What a method throws, or its promise rejects with, goes to `onError` and changes nothing. A method that is absent costs
 * nothing: what only it would be told is not measured. No observation holds a secret, a hash, a pepper or an address, nor text that a
 * caller chose; ids are in the fields that say so.
 *
 * Asked of an implementation: must not throw, and must be cheap: the call that it is told of waits for it.
 *
 * @example
 * const observer: Observer = { verified: ({ code }) => count(code) };
 */
export interface Observer {
  verified?(observation: VerifyObservation): void;
  performed?(observation: OperationObservation): void;
  flushed?(observation: FlushObservation): void;
  lookedUp?(observation: LookUpObservation): void;
  failed?(observation: FailureObservation): void;
  refused?(observation: RefusalObservation): void;
}
