import { type Dialect, PostgresDialect, type PostgresPoolClient } from "kysely";
import { type Deadline, type Deadlines, PATIENCE } from "./deadline.ts";
import { isLostRace } from "./lost-race.ts";
import type { Row } from "./row.ts";

/** What is used of a `Pool` of `pg`. */
export interface PostgresPool {
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
}

/** What is used of a client that such a pool has lent. */
export interface PostgresClient {
  query(query: PostgresQuery, callback: (error: Error, result: PostgresResult) => void): void;
  on(event: "error", listener: (error: Error) => void): this;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: boolean): void;
}

/** A statement; prepared where it has a name. */
export interface PostgresQuery {
  readonly text: string;
  readonly name?: string | undefined;
  readonly values?: unknown[] | undefined;
  readonly types?: object | undefined;
}

/** What a statement came to. */
export interface PostgresResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: Row[];
}

/** Values as the database spells them: parsers that the host has set have no say. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text };

/** Runs a prepared statement, all in all within the deadline. One that fails costs its connection, which may be why, unless it only lost a race. */
export function runOnPostgres(
  pool: PostgresPool,
  deadlines: Deadlines,
  query: Required<Omit<PostgresQuery, "types">>,
): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    let lent: PostgresClient | undefined;
    const deadline = deadlines.begin((error) => {
      if (lent !== undefined) giveBack(lent, true);
      reject(error);
    });
    const fail = (error: Error): void => {
      deadlines.end(deadline);
      reject(error);
    };
    borrow({ pool, deadlines, deadline }, fail, (client) => {
      lent = client;
      deadline.connection = client;
      client.query({ ...query, types: AS_TEXT }, (error, result) => {
        if (deadline.isOver) return;
        giveBack(client, error && !isLostRace(error));
        if (error) {
          fail(error);
          return;
        }
        deadlines.answered(deadline);
        resolve(result.rows);
      });
    });
  });
}

/** A Kysely dialect over a pool, in which no statement is waited for longer than the deadline. */
export function postgresOver(pool: PostgresPool, deadlines: Deadlines): Dialect {
  const connect = (): Promise<PostgresPoolClient> =>
    new Promise((resolve, reject) => {
      const deadline = deadlines.begin(reject, PATIENCE);
      const onError = (error: Error): void => {
        deadlines.end(deadline);
        reject(error);
      };
      borrow({ pool, deadlines, deadline }, onError, (client) => {
        deadlines.end(deadline);
        const watched: Pick<PostgresPoolClient, "release"> = new WatchedClient(client, deadlines);
        // A cast, as Kysely's client also has cursors, which nothing here asks for.
        resolve(watched as PostgresPoolClient);
      });
    });
  // The pool stays the host's, and so does its end.
  return new PostgresDialect({ pool: { connect, options: {}, end: () => Promise.resolve() } });
}

/** A client that is thrown away, not given back, once a statement on it was not answered in time. */
class WatchedClient {
  readonly #client: PostgresClient;
  readonly #deadlines: Deadlines;
  #lost: Error | undefined;

  constructor(client: PostgresClient, deadlines: Deadlines) {
    this.#client = client;
    this.#deadlines = deadlines;
  }

  query(text: string, parameters: readonly unknown[]): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      // A statement behind one that hangs would hang too, and what was given up must not be committed.
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      const deadline = this.#deadlines.begin((error) => {
        this.#lost = error;
        reject(error);
      });
      deadline.connection = this.#client;
      this.#client.query({ text, values: [...parameters] }, (error, result) => {
        if (error) {
          this.#deadlines.end(deadline);
          reject(error);
          return;
        }
        this.#deadlines.answered(deadline);
        resolve(result);
      });
    });
  }

  release(destroy = false): void {
    giveBack(this.#client, destroy || this.#lost !== undefined);
  }
}

/** What a client is asked of, and until when. */
interface Loan {
  readonly pool: PostgresPool;
  readonly deadlines: Deadlines;
  readonly deadline: Deadline;
}

/** Takes a client out of the pool. One that comes too late goes back, and one that is likely to be dead goes for good. */
function borrow(
  loan: Loan,
  onError: (error: Error) => void,
  onClient: (client: PostgresClient) => void,
): void {
  const { pool, deadlines, deadline } = loan;
  pool.connect((error, client) => {
    if (client === undefined) onError(error ?? new Error("the pool lent no client"));
    else if (deadlines.isDoubtful(client)) {
      client.release(true);
      borrow(loan, onError, onClient);
    } else if (deadline.isOver) client.release();
    else onClient(client.on("error", ignore));
  });
}

function giveBack(client: PostgresClient, destroy: boolean): void {
  client.removeListener("error", ignore);
  client.release(destroy);
}

/** A connection that breaks fails its statement too, and that is heard. Without a listener, the event would end the process. */
function ignore(): void {}
