import * as z from "zod";
import { unavailable } from "../errors.ts";
import type { IdempotencyStore } from "../ports/idempotency-store.ts";
import { hashOf } from "./hash.ts";
import { asRefusal, isRefusal, type Refusal } from "./refusal.ts";
import type { Call, Made, Outcome } from "./route.ts";
import { wireReplayed, wireRotation } from "./wire.ts";

/** How long the outcome of a request is remembered. */
const KEPT_MS = 86_400_000;

/** What repeats are told by. */
export interface Repeats {
  readonly store: IdempotencyStore;
  readonly now: () => number;
  /** Tells the host of an outage that the client is not told of. */
  readonly report: (cause: unknown) => void;
}

/** A request under a key. */
export interface KeyedRequest {
  readonly operationId: string;
  readonly key: string;
  readonly call: Call;
}

const REPLAYED = ["idempotency-replayed", "true"] as const;

const rememberedSchema = z.union([
  z.strictObject({ status: z.int(), tokenId: z.string() }),
  z.strictObject({ status: z.int(), pending: z.literal(true) }),
]);

/**
 * Carries out a request unless it was begun before. What was refused had no effect, and may be tried again; what ended in an outage, or with
 * its process, may have had one: it stays begun, and its repeats are refused.
 *
 * Throws for an outage.
 */
export async function runOnce(
  { store, now, report }: Repeats,
  { operationId, key, call }: KeyedRequest,
  run: () => Promise<Outcome | Refusal>,
): Promise<Outcome | Refusal> {
  const { actor, params, query, body } = call;
  const storeKey = hashOf([actor.id, operationId, key]);
  // The operation and the parts of the path stand for method and path, which can be written in several ways.
  const fingerprint = hashOf([operationId, params, query ?? null, body ?? null]);
  const at = now();
  const mark = { fingerprint, until: at + KEPT_MS, by: hashOf(actor.id) };
  const begun = await store.beginRequest(storeKey, mark, at);
  if (begun.state === "refused") return { code: "idempotency_limit_reached" };
  if (begun.state === "known") {
    if (begun.fingerprint !== fingerprint) return { code: "idempotency_key_reused" };
    return begun.result === null
      ? { code: "idempotency_unknown" }
      : replay(call, rememberedSchema.parse(JSON.parse(begun.result)));
  }
  const outcome = await run();
  // The client is told what has happened, whether or not its repeat can be.
  await noted(report, () =>
    isRefusal(outcome)
      ? store.forgetRequest(storeKey)
      : store.finishRequest(storeKey, resultOf(outcome.status, outcome.made)),
  );
  return outcome;
}

async function noted(
  report: Repeats["report"],
  note: () => PromiseLike<void> | void,
): Promise<void> {
  try {
    await note();
  } catch (cause) {
    report(unavailable(cause));
  }
}

function resultOf(status: number, made: Made | undefined): string {
  return JSON.stringify({ status, ...made });
}

/** What the first request made, as it is now, without the secret. */
async function replay(
  { tokens, actor, params: { owner, kind } }: Call,
  remembered: z.infer<typeof rememberedSchema>,
): Promise<Outcome | Refusal> {
  const { status } = remembered;
  const fields = [REPLAYED];
  if ("pending" in remembered) {
    const pending = await tokens.pendingRotation({ owner, kind, actor: actor.id });
    return { status, body: wireRotation(pending), fields };
  }
  const { tokenId } = remembered;
  const token = await asRefusal(() => tokens.get({ tokenId, actor: actor.id }));
  return isRefusal(token)
    ? { code: "idempotency_gone" }
    : { status, body: wireReplayed(token), fields };
}
