import type { IdempotencyStore } from "../ports/idempotency-store.ts";
import { type ConformanceOptions, registerCases } from "./cases.ts";
import { beginning, finishing, forgetting } from "./idempotency/mark-cases.ts";
import { races } from "./idempotency/race-cases.ts";
import { time } from "./idempotency/time-cases.ts";
import type { Runner } from "./runner.ts";

/**
 * Registers the cases that an {@link IdempotencyStore} passes when it keeps the guarantees of the port.
 *
 * Each case has a store of its own from `create`, empty. Where `create` gives a `peer` (another connection or process over the same data),
 * the races run over both. That what was written is durable cannot be seen from here. Throws TypeError when `skip` names no case.
 *
 * @example
 * import { describe, test } from "vitest";
 * idempotencyStoreConformance({ describe, test }, { create: () => ({ subject: myStore() }) });
 */
export function idempotencyStoreConformance(
  runner: Runner,
  options: ConformanceOptions<IdempotencyStore>,
): void {
  const groups = { beginning, finishing, forgetting, time, races };
  registerCases(runner, "idempotency store", groups, options);
}
