import { clockSkew } from "./clock-skew.ts";
import { type Check, failed, ok, warning } from "./finding.ts";

const REACH = "Start the database, or correct its address and password.";

const database: Check = {
  name: "database",
  next: REACH,
  async run(session) {
    const { database: given, tables = {} } = await session.config();
    if (given === undefined)
      return warning(
        "not looked at: the configuration has none",
        "Give it your Kysely instance: defineConfig({ tokens, database: db }).",
      );
    const { planMigration } = await import("../database.ts");
    await planMigration(await session.database(), tables);
    return ok("answers");
  },
};

const migrations: Check = {
  name: "migrations",
  next: "See to the database first.",
  async run(session) {
    const { database: given, tables = {} } = await session.config();
    if (given === undefined) return;
    const { planMigration } = await import("../database.ts");
    const { done, pending, unknown } = await planMigration(await session.database(), tables);
    if (unknown.length > 0)
      return failed(
        `a newer version of tokenry has changed the tables (${unknown.join(", ")})`,
        "Use that version or a later one here, too.",
      );
    if (pending.length === 0) return ok(`all ${done.length} steps are done`);
    return failed(`not done: ${pending.map(({ name }) => name).join(", ")}`, "tokenry migrate");
  },
};

const databaseClock: Check = {
  name: "database clock",
  next: "See to the database first.",
  async run(session) {
    const { database: given, tables = {} } = await session.config();
    if (given === undefined) return;
    const { databaseTime } = await import("../database.ts");
    const opened = await session.database();
    return clockSkew(session.terminal, () => databaseTime(opened, tables));
  },
};

/** Whether the database answers, has the tables of this version, and tells the same time. */
export const DATABASE_CHECKS: readonly Check[] = [database, migrations, databaseClock];
