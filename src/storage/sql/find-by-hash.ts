import type { FoundToken, Repository } from "../../ports/repository.ts";
import type { Deadlines } from "./deadline.ts";
import { findColumns, findPacked } from "./find-statements.ts";
import { FoundTokens } from "./found-tokens.ts";
import { type LookupLimits, Lookups, type ReadMany } from "./lookups.ts";
import type { RunStatement } from "./pool.ts";
import { type Row, unreadable } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import { hashOf, isHash } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** Of a database in this process: it does one thing at a time, and what waits for it might as well go together. */
const IN_PROCESS: LookupLimits = { atOnce: 1, most: 256 };

/** Of a server: with two at once it has the next to do while this process reads what it has done. */
const ON_A_SERVER: LookupLimits = { atOnce: 2, most: 128 };

/** Runs statements through Kysely, each within the deadline. */
export function runOn({ db }: SqlContext, deadlines: Deadlines): RunStatement {
  return async (query) => (await deadlines.bound(() => db.executeQuery<Row>(query))).rows;
}

/** What look-ups share with other parts of the repository. */
export interface LookupTools {
  readonly readZones: ZoneReader;
  readonly deadlines: Deadlines;
  readonly run: RunStatement;
}

/**
 * The read of every call that no cache answers: one statement, compiled once, for all calls that come together. A second one follows only
 * where an account has a long document of zones that this process does not know yet.
 */
export function findByHash(
  context: SqlContext,
  { readZones, deadlines, run }: LookupTools,
): Repository["findByHash"] {
  const runWhole = runOn(context, deadlines);
  const read = reader(context, new FoundTokens(readZones, isPacked(context)), { run, runWhole });
  const lookups = new Lookups(read, limitsOf(context), deadlines);
  return (given) => {
    const hashes = given.filter(isHash);
    return hashes.length === 0 ? undefined : lookups.find(hashes);
  };
}

function limitsOf({ db }: SqlContext): LookupLimits {
  return db.getExecutor().adapter.supportsMultipleConnections === false ? IN_PROCESS : ON_A_SERVER;
}

/** Whether rows come packed. SQLite is in this process, and its columns may hold anything. */
function isPacked({ capabilities }: SqlContext): boolean {
  return capabilities.dialect !== "sqlite";
}

function reader(
  context: SqlContext,
  tokens: FoundTokens,
  { run, runWhole }: { readonly run: RunStatement; readonly runWhole: RunStatement },
): ReadMany<FoundToken> {
  const find = isPacked(context) ? findPacked(context) : findColumns(context, "short");
  const findWhole = findColumns(context, "whole");
  const readRow: ReadRow = (row, hash) => tokens.read(hash, row);
  const readWhole: ReadRow = (row) => tokens.readWhole(row) ?? unreadable("document");
  const answerWhole = async (rows: readonly Row[], answers: Answers): Promise<void> => {
    answerRows(await runWhole(findWhole(rows.map(hashOf))), readWhole, answers);
  };
  const complete = async (left: readonly Row[], answers: Answers): Promise<Answers> => {
    // A document is brought once for all tokens that have it, and again for those that have another by now.
    await answerWhole(oneOfEach(left), answers);
    const others = left.filter((row) => !answers.has(hashOf(row)));
    const changed = answerRows(others, readRow, answers);
    if (changed.length > 0) await answerWhole(changed, answers);
    return answers;
  };
  return (hashes) =>
    run(find(hashes)).then((rows) => {
      const answers: Answers = new Map();
      const left = answerRows(rows, readRow, answers);
      return left.length === 0 ? answers : complete(left, answers);
    });
}

type Answers = Map<string, FoundToken | Error>;

/** `undefined`: the row does not hold all that is needed. */
type ReadRow = (row: Row, hash: string) => FoundToken | Error | undefined;

/** Reads rows, and gives back those that do not hold all that is needed. One that cannot be read fails alone. */
function answerRows(rows: readonly Row[], read: ReadRow, answers: Answers): readonly Row[] {
  const left: Row[] = [];
  for (const row of rows) {
    const hash = hashOf(row);
    const answer = attempted(() => read(row, hash));
    if (answer === undefined) left.push(row);
    else answers.set(hash, answer);
  }
  return left;
}

function attempted<Value>(read: () => Value): Value | Error {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : unreadable("token", error);
  }
}

/** One row for each state of an account's zones. */
function oneOfEach(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.zones ?? row.digest ?? row.hash, row])).values()];
}
