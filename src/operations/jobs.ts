import { reminderIntervalMs } from "../lifecycle/reminders.ts";
import type { Channel } from "../state/channels.ts";
import type { Report } from "../state/reports.ts";
import { createSchedule, type Schedule } from "../state/schedule.ts";
import { createThrottle, type Throttle } from "../state/throttle.ts";
import type { Context } from "./context.ts";
import { type DeliverResult, deliver } from "./deliver.ts";
import type { Watch } from "./observed-operation.ts";
import { type PruneResult, prune } from "./prune.ts";
import { type RemindResult, remind } from "./remind.ts";
import { type SweepResult, sweep } from "./sweep.ts";

/** One pass of each job. */
export interface Passes {
  readonly sweep: () => Promise<SweepResult>;
  readonly remind: () => Promise<RemindResult>;
  readonly deliver: () => Promise<DeliverResult>;
  readonly prune: () => Promise<PruneResult>;
}

/** The passes, and a pass of deliveries on one channel alone. */
export interface Jobs {
  readonly passes: Passes;
  readonly deliverOn: (channel: Channel) => Promise<DeliverResult>;
}

/** Makes the jobs. A delivery that fails is the notifier's failure. */
export function createJobs(context: Context, watch: Watch, report: Report): Jobs {
  const delivering: Context = { ...context, report };
  const countsOf = (result: DeliverResult): Record<string, number> => ({ ...result });
  const passes = Object.freeze<Passes>({
    sweep: watch(
      "jobs.sweep",
      () => sweep(context),
      ({ removed }) => ({ removed }),
    ),
    remind: watch(
      "jobs.remind",
      () => remind(context),
      ({ reminded }) => ({ reminded }),
    ),
    deliver: watch("jobs.deliver", () => deliver(delivering), countsOf),
    prune: watch(
      "jobs.prune",
      () => prune(context),
      ({ pruned }) => ({ pruned }),
    ),
  });
  const deliverOn = watch(
    "jobs.deliver",
    (channel: Channel) => deliver(delivering, [channel]),
    countsOf,
  );
  return { passes, deliverOn };
}

const HOUR_MS = 3_600_000;

/** What runs in the background. */
export interface Schedules {
  /** Sweeps, reminders and pruning. */
  readonly keeping: Schedule;
  /** Deliveries, each channel by itself: one that takes its time holds up neither another nor a sweep. */
  readonly delivering: readonly Schedule[];
}

/** Makes the schedules of the jobs. */
export function createSchedules(
  context: Pick<Context, "kinds" | "keepEvents" | "channels" | "now">,
  { passes, deliverOn }: Jobs,
  report: Report,
): Schedules {
  const reminding = createThrottle(reminderIntervalMs([...context.kinds.values()]), 1);
  const pruning = createThrottle(HOUR_MS, 1);
  // What one of them fails at is no reason to leave out the next, and is tried again with the next pass.
  const nowAndThen = async (throttle: Throttle, pass: () => Promise<unknown>): Promise<void> => {
    if (!throttle.admits("", context.now())) return;
    await pass().catch((cause: unknown) => {
      throttle.release("");
      report(cause);
    });
  };
  const keep = async (): Promise<void> => {
    await passes.sweep().catch(report);
    await nowAndThen(reminding, passes.remind);
    if (context.keepEvents !== undefined) await nowAndThen(pruning, passes.prune);
  };
  return {
    keeping: createSchedule(() => keep().catch(report)),
    delivering: context.channels.map((channel) =>
      createSchedule(async () => {
        await deliverOn(channel).catch(report);
      }),
    ),
  };
}
