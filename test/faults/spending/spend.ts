import {
  createTokenry,
  type Issued,
  memoryRepository,
  type StoredToken,
  SYSTEM,
} from "../../../src/index.ts";
import type { BudgetStoreName } from "../../fixtures/budget-store.ts";
import { bundle } from "../../fixtures/bundle.ts";
import { type Fleet, startFleet } from "../fleet.ts";
import { stopwatch } from "../stopwatch.ts";
import {
  APIS,
  type Call,
  type Command,
  type GivenToken,
  type JobName,
  KINDS,
  type Message,
  SHARE,
  type Store,
  type Task,
  WINDOW_MS,
} from "./scene.ts";

/** How many calls are under way at a time, over all processes. */
const IN_FLIGHT = 256;

/** What was admitted from one store. */
export interface Spent {
  /** Of a burst of calls with one token, and how many were made. */
  readonly alone: number;
  readonly aloneCalls: number;
  /** Of a burst of calls with three tokens of one account: all, and by token. */
  readonly together: number;
  readonly byToken: readonly number[];
  readonly togetherCalls: number;
  /** Calls of the bursts that a busy server had no answer to: they were made again, and may have spent or not. */
  readonly unanswered: number;
  readonly steady: Steady;
}

/** What was admitted at about twice the rate, for a while. */
export interface Steady {
  readonly calls: number;
  readonly admitted: number;
  /** The burst and what was refilled from the first call to the last. */
  readonly due: number;
  /** Between which numbers it must lie, to one in a hundred, as far as the times of the calls are known. */
  readonly atLeast: number;
  readonly atMost: number;
  /** From the first call to the last. */
  readonly elapsedMs: number;
  /**
   * Calls that took half a window or longer, or had no answer, because machine or server stood still: each may mean that a share went
   * unspent, and by its caller's clock that one counted twice, as where a clock is set back.
   */
  readonly late: number;
}

/** Lets so many processes spend from budgets that they share, all stores at once, and counts what is admitted. */
export async function spendTogether(
  processes: number,
  stores: readonly Store[],
): Promise<ReadonlyMap<BudgetStoreName, Spent>> {
  using program = await bundle(new URL("../../fixtures/spending-process.ts", import.meta.url));
  const task: Task = {
    ...{ stores, origin: `${process.hrtime.bigint()}` },
    inFlight: IN_FLIGHT / processes,
    tokens: await giveTokens(),
  };
  await using fleet = startFleet<Message>({
    program,
    processes: Array.from({ length: processes }, () => task),
  });
  await fleet.all("ready");
  const elapsed = stopwatch(task.origin);
  const alone = await perform(fleet, "alone", elapsed);
  const together = await perform(fleet, "together", elapsed);
  const steady = await perform(fleet, "steady", elapsed);
  return new Map(
    stores.map(({ name }) => [
      name,
      {
        ...burstsOf(alone(name), together(name)),
        steady: steadyOf(steady(name), name.startsWith("redis")),
      },
    ]),
  );
}

/** Long enough for a command to reach all processes. */
const LEAD_MS = 50;

/** Lets all processes do something, and returns all calls by store. */
async function perform(
  fleet: Fleet<Message>,
  type: JobName,
  elapsed: () => number,
): Promise<(store: BudgetStoreName) => readonly Call[]> {
  const command: Command = { type, at: elapsed() + LEAD_MS };
  fleet.tell(command);
  const told = await fleet.all(type);
  return (store) => told.flatMap(({ calls }) => calls[store] ?? []);
}

function burstsOf(alone: readonly Call[], together: readonly Call[]): Omit<Spent, "steady"> {
  const byToken = [1, 2, 3].map((token) =>
    countOf(
      together.filter((call) => call[2] === token),
      "ok",
    ),
  );
  return {
    ...{ alone: countOf(alone, "ok"), aloneCalls: alone.length },
    ...{ together: countOf(together, "ok"), byToken, togetherCalls: together.length },
    unanswered: countOf([...alone, ...together], "unavailable"),
  };
}

function countOf(calls: readonly Call[], wanted: string): number {
  return calls.filter(([, , , code]) => code === wanted).length;
}

/** One token that is alone in its account, three that share one, and one more: the accounts are new, whatever the store has seen. */
async function giveTokens(): Promise<readonly GivenToken[]> {
  const repository = memoryRepository();
  const directory = { find: (id: string) => ({ id, account: id, active: true }) };
  const tokens = createTokenry({ kinds: KINDS, apis: APIS, directory, repository });
  const [alone, shared, steady] = [1, 2, 3].map(() => `account-${crypto.randomUUID()}`);
  const given: GivenToken[] = [];
  for (const owner of [alone, shared, shared, shared, steady]) {
    const request = {
      kind: "service",
      owner: owner ?? "",
      actor: SYSTEM,
      name: "spender",
    } as const;
    const issued: Issued = await tokens.issue(request);
    // A cast: it has just been issued.
    const stored = (await repository.findById(issued.token.id)) as StoredToken;
    given.push({ stored, secret: issued.secret.reveal() });
  }
  return given;
}

/**
 * Until the last refusal, when nothing is left, all that is refilled is spent. When a call counted is known exactly by its caller's clock,
 * by a server's as far as the call took time.
 */
function steadyOf(calls: readonly Call[], isServersClock: boolean): Steady {
  const begins = calls.map(([begun]) => begun);
  const ends = calls.map(([, ended]) => ended);
  // The first call that was decided had begun when the first was answered.
  const earliest = Math.min(...begins);
  const answered = Math.min(...ends);
  const latest = isServersClock ? answered : Math.max(...begins.filter((time) => time <= answered));
  const refused = calls.filter(([, , , code]) => code === "budget_exceeded");
  const lastRefusal = Math.max(latest, ...refused.map(([begun]) => begun));
  const end = Math.max(...(isServersClock ? ends : begins));
  const late = calls.filter(
    ([begun, ended, , code]) => ended - begun >= WINDOW_MS / 2 || code === "unavailable",
  ).length;
  const due = dueIn(end - earliest);
  return {
    ...{ calls: calls.length, admitted: countOf(calls, "ok"), due },
    atLeast: 0.99 * dueIn(lastRefusal - latest) - SHARE * late,
    // A unit, as stores count in whole milliseconds.
    atMost: due + 1 + (isServersClock ? 0 : SHARE * late),
    ...{ elapsedMs: end - earliest, late },
  };
}

function dueIn(elapsedMs: number): number {
  return SHARE + (SHARE * elapsedMs) / WINDOW_MS;
}
