import { createHash } from "node:crypto";
import { CompiledQuery, type Kysely, type LogEvent } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate, sqlBudgets, sqlRepository } from "../../../src/storage/sql/index.ts";
import { openMariadb, openPostgres } from "../../fixtures/server-databases.ts";
import { describeWithServer, type FreshDatabase, freshDatabase } from "../../servers/index.ts";
import { fillStatements, markRequests, ROWS, repositoryWork, takeBudgets } from "./planned-work.ts";

const hashOf = (row: number): string => createHash("sha256").update(`secret-${row}`).digest("hex");

/** One database, its way to make many rows, and what its planner says. */
interface Planner {
  readonly open: typeof openPostgres;
  /** Statements that fill the tables and let the planner know. */
  readonly fill: readonly string[];
  /** Where a plan reads more of a table than it asks for, or sorts what it reads. */
  readonly flaws: (db: Kysely<object>, query: CompiledQuery) => Promise<readonly string[]>;
}

const POSTGRES: Planner = {
  open: openPostgres,
  fill: [
    ...fillStatements({
      from: `generate_series(0, ${ROWS - 1}) as row`,
      row: "row",
      hash: "sha256(('secret-' || row)::bytea)",
      text: (prefix, number) => `'${prefix}' || ${number}`,
      per: (count) => `(row / ${count})`,
      long: `'[{"name":"office","ranges":["' || repeat('10.0.0.0/8","', 200) || '::1"],"blocked":false}]'`,
    }),
    "analyze",
  ],
  async flaws(db, query) {
    // As it is planned with these values, and as it is once it is planned for all.
    const custom = await explained(db, query.sql, query.parameters);
    const generic = query.parameters.length === 0 ? custom : await explainedForAll(db, query);
    return [...new Set([...postgresFlaws(custom), ...postgresFlaws(generic)])];
  },
};

async function explained(
  db: Kysely<object>,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<unknown> {
  const query = CompiledQuery.raw(`explain (format json) ${statement}`, [...parameters]);
  const { rows: found } = await db.executeQuery<Record<string, unknown>>(query);
  return found[0]?.["QUERY PLAN"];
}

function explainedForAll(db: Kysely<object>, { sql, parameters }: CompiledQuery): Promise<unknown> {
  return db.connection().execute(async (connection) => {
    const run = (text: string) => connection.executeQuery(CompiledQuery.raw(text));
    await run("set plan_cache_mode = force_generic_plan");
    await run(`prepare planned as ${sql}`);
    try {
      return await explained(connection, `execute planned (${parameters.map(literal).join(", ")})`);
    } finally {
      await run("deallocate planned");
      await run("reset plan_cache_mode");
    }
  });
}

function literal(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number") return `${value}`;
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString("hex")}'`;
  if (Array.isArray(value)) return `'{${value.map((item) => JSON.stringify(item)).join(",")}}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

interface PostgresPlan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly Plans?: readonly PostgresPlan[];
}

function postgresFlaws(explanation: unknown): string[] {
  const [{ Plan }] = explanation as [{ Plan: PostgresPlan }];
  const flawsOf = (plan: PostgresPlan, parent = ""): string[] => {
    const { "Node Type": type, "Relation Name": table, Plans: parts = [] } = plan;
    const isScan = type === "Seq Scan" && table !== undefined;
    // What is locked is put in order first, so that nobody waits in a circle: rows that were found by their keys.
    // Nor is it worth reading the last of the parked notices in their order.
    const isSort =
      /Sort/.test(type) &&
      parent !== "LockRows" &&
      parts.some(readsTable) &&
      !parts.some(readsParked);
    return [
      ...(isScan ? [`${type} of ${table}`] : []),
      ...(isSort ? [type] : []),
      ...parts.flatMap((part) => flawsOf(part, type)),
    ];
  };
  return flawsOf(Plan);
}

function readsParked({ "Index Name": index, Plans = [] }: PostgresPlan): boolean {
  return index === "tokenry_notices_parked" || Plans.some(readsParked);
}

function readsTable({ "Relation Name": table, Plans = [] }: PostgresPlan): boolean {
  return table !== undefined || Plans.some(readsTable);
}

const MARIADB: Planner = {
  open: openMariadb,
  fill: [
    "set sql_mode = concat(@@sql_mode, ',ansi_quotes')",
    ...fillStatements({
      from: `seq_0_to_${ROWS - 1}`,
      row: "seq",
      hash: "unhex(sha2(concat('secret-', seq), 256))",
      text: (prefix, number) => `concat('${prefix}', ${number})`,
      per: (count) => `(seq div ${count})`,
      long: `concat('[{"name":"office","ranges":["', repeat('10.0.0.0/8","', 200), '::1"],"blocked":false}]')`,
    }),
    "analyze table tokenry_tokens, tokenry_zone_sets, tokenry_events, tokenry_notices, tokenry_request_marks, tokenry_budgets",
  ],
  async flaws(db, { sql, parameters }) {
    // As a table: the JSON of MariaDB 10.11 does not escape the quotes in its conditions.
    const query = CompiledQuery.raw(`explain ${sql}`, [...parameters]);
    const { rows: steps } = await db.executeQuery<MariadbStep>(query);
    return steps.flatMap(mariadbFlaws);
  },
};

interface MariadbStep {
  readonly table: string | null;
  readonly type: string | null;
  readonly Extra: string | null;
}

function mariadbFlaws({ table, type, Extra }: MariadbStep): string[] {
  const isScan = /^tokenry_/.test(table ?? "") && /^(?:ALL|index)$/.test(type ?? "");
  const sorts = /Using filesort|Using temporary/.exec(Extra ?? "");
  return [...(isScan ? [`${type} of ${table}`] : []), ...(sorts ?? [])];
}

for (const [server, title, planner] of [
  ["postgres", "PostgreSQL", POSTGRES],
  ["mariadb", "MariaDB", MARIADB],
] as const) {
  describeWithServer(
    server,
    `${title}, ${ROWS} rows in each table: no statement reads a whole one`,
    (url) => checkPlans(url, planner),
  );
}

function checkPlans(url: string, { open, fill, flaws }: Planner): void {
  const logged: CompiledQuery[] = [];
  let database: FreshDatabase;
  let db: Kysely<object>;

  beforeAll(async () => {
    database = await freshDatabase(url);
    db = open(database.url, { log: ({ query }: LogEvent) => void logged.push(query) });
    await migrate(db);
    await db.connection().execute(async (connection) => {
      for (const statement of fill) await connection.executeQuery(CompiledQuery.raw(statement));
    });
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  /** What is wrong with the plans of the statements that a piece of work runs. */
  async function flawsOf(work: () => PromiseLike<unknown>): Promise<readonly string[]> {
    logged.length = 0;
    await work();
    const queries = logged.filter(({ sql }) =>
      /^\s*(?:select|update|delete|with|insert .* select)\b/i.test(sql),
    );
    expect(queries).not.toEqual([]);
    const found: string[] = [];
    for (const query of queries)
      for (const flaw of await flaws(db, query)) found.push(`${flaw}: ${query.sql}`);
    return found;
  }

  for (const [name, work] of Object.entries(repositoryWork(hashOf))) {
    test(name, async () => {
      const repository = sqlRepository({ db });
      expect(await flawsOf(() => work(repository))).toEqual([]);
    });
  }

  test("marks of requests", async () => {
    expect(await flawsOf(() => markRequests(sqlRepository({ db })))).toEqual([]);
  });

  test("budgets", async () => {
    expect(await flawsOf(() => takeBudgets(sqlBudgets({ db })))).toEqual([]);
  });
}
