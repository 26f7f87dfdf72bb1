import type { Repository } from "../ports/repository.ts";
import { type ConformanceOptions, registerCases } from "./cases.ts";
import { commitCases } from "./repository/commit-cases.ts";
import { concurrencyCases } from "./repository/concurrency-cases.ts";
import { eventCases } from "./repository/event-cases.ts";
import { guardCases } from "./repository/guard-cases.ts";
import { orderCases } from "./repository/order-cases.ts";
import { outboxCases } from "./repository/outbox-cases.ts";
import { parkedCases } from "./repository/parked-cases.ts";
import { pruneCases } from "./repository/prune-cases.ts";
import { readCases } from "./repository/read-cases.ts";
import { slotCases } from "./repository/slot-cases.ts";
import { touchCases } from "./repository/touch-cases.ts";
import { valueCases } from "./repository/value-cases.ts";
import { zoneCases } from "./repository/zone-cases.ts";
import type { Runner } from "./runner.ts";

/**
 * Registers the cases that prove every guarantee of {@link Repository}, concurrency included.
 *
 * `create` makes an empty repository for each case; give a `peer` too (another connection, another process) where the store has more
 * than one client, and the races run between the two. Throws TypeError when `skip` names no case.
 *
 * @example
 * repositoryConformance({ describe, test }, { create: () => ({ subject: myRepository() }) });
 */
export function repositoryConformance(
  runner: Runner,
  options: ConformanceOptions<Repository>,
): void {
  const groups = {
    values: valueCases,
    commit: commitCases,
    "a guard that fails lets nothing happen": guardCases,
    slots: slotCases,
    reads: readCases,
    zones: zoneCases,
    events: eventCases,
    touch: touchCases,
    outbox: outboxCases,
    "order of notices": orderCases,
    "parked notices": parkedCases,
    "pruning of events": pruneCases,
    concurrency: concurrencyCases,
  };
  registerCases(runner, "repository", groups, options);
}
