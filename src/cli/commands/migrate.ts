import { TokenryError } from "../../errors.ts";
import { answerInTime } from "../answer-in-time.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import type { MigrationPlan } from "../database.ts";
import { CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";

/** `tokenry migrate`: brings the tables up to what this version needs. */
export const migrate: Command = {
  name: "migrate",
  description: "makes and changes tokenry's tables, up to what this version needs",
  options: {
    "dry-run": { type: "flag", description: "shows the SQL and changes nothing" },
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(session) {
    const isDryRun = session.values.flag("dry-run");
    const { planMigration, carryOutMigration } = await import("../database.ts");
    const database = await session.database();
    const { tables = {} } = await session.config();
    const asking = answerInTime(session.terminal, planMigration(database, tables));
    const plan = await withProgress(session, "asking the database", asking.catch(refuse));
    if (plan.unknown.length > 0) throw isNewer(plan);
    const isToBeDone = !isDryRun && plan.pending.length > 0;
    if (!session.isJson) await session.print(planLines(plan, isDryRun));
    if (isToBeDone) await withProgress(session, "migrating", carryOutMigration(database, tables));
    await report(session, plan, isToBeDone);
  },
};

/** What the configuration has to answer for stays what it is. */
function refuse(cause: unknown): never {
  if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
  throw new TokenryError("unavailable", { message: "The database cannot be asked.", cause });
}

function isNewer({ unknown }: MigrationPlan): CommandError {
  return new CommandError(
    `A newer version of tokenry has changed this database (${unknown.join(", ")}).`,
    { next: "Use that version or a later one here, too." },
  );
}

function planLines({ done, pending }: MigrationPlan, isDryRun: boolean): readonly string[] {
  const all = done.length + pending.length;
  if (pending.length === 0) return [`Nothing to do: ${all} of ${all} steps are done.`];
  const steps = pending.flatMap(({ name, statements }) =>
    isDryRun
      ? [`-- ${name}`, ...statements.map((statement) => `${statement};`)]
      : [`  ${name} (SQL statements: ${statements.length})`],
  );
  return [`${isDryRun ? "-- " : ""}${pending.length} of ${all} steps to do:`, ...steps];
}

async function report(session: Session, plan: MigrationPlan, isDone: boolean): Promise<void> {
  const pending = plan.pending.map(({ name }) => name);
  if (session.isJson)
    await session.printJson({
      done: isDone ? [...plan.done, ...pending] : plan.done,
      pending: isDone ? [] : plan.pending,
    });
  else if (isDone) await session.print(["Done."]);
}
