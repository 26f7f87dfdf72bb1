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
  readonly steady: Steady;
  /** Calls that were neither admitted nor refused for the budget. */
  readonly failed: number;
}

/** What was admitted at about twice the rate, for a while. */
export interface Steady {
  readonly calls: number;
  readonly admitted: number;
  /** The burst and what was refilled: at least and at most, as far as the times of the first and the last call are known. */
  readonly least: number;
  readonly most: number;
  /** From the first call to the last. */
  readonly elapsedMs: number;
  /**
   * Calls that took half a window or longer, because machine or server stood still: then a whole share may have gone unspent, or counted
   * twice, as for a clock that is set back.
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
        failed: failuresOf([alone, together, steady].flatMap((calls) => calls(name))),
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

type Bursts = "alone" | "aloneCalls" | "together" | "byToken" | "togetherCalls";

function burstsOf(alone: readonly Call[], together: readonly Call[]): Pick<Spent, Bursts> {
  const admitted = countOf(together, "ok");
  const byToken = [1, 2, 3].map((token) =>
    countOf(
      together.filter((call) => call[2] === token),
      "ok",
    ),
  );
  return {
    ...{ alone: countOf(alone, "ok"), aloneCalls: alone.length },
    ...{ together: admitted, byToken, togetherCalls: together.length },
  };
}

function countOf(calls: readonly Call[], wanted: string): number {
  return calls.filter(([, , , code]) => code === wanted).length;
}

function failuresOf(calls: readonly Call[]): number {
  return calls.length - countOf(calls, "ok") - countOf(calls, "budget_exceeded");
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
  return {
    ...{ calls: calls.length, admitted: countOf(calls, "ok") },
    least: SHARE + (SHARE * (lastRefusal - latest)) / WINDOW_MS,
    most: SHARE + (SHARE * (end - earliest)) / WINDOW_MS,
    elapsedMs: end - earliest,
    late: calls.filter(([begun, ended]) => ended - begun >= WINDOW_MS / 2).length,
  };
}
