import {
  type Dialect,
  type MysqlPool as KyselyPool,
  MysqlDialect,
  type MysqlPoolConnection,
} from "kysely";
import { type Deadline, type Deadlines, PATIENCE } from "./deadline.ts";
import type { Row } from "./row.ts";

/** What is used of a pool of `mysql2`: the one with callbacks, which `createPool` of `mysql2` makes. */
export interface MysqlPool {
  getConnection(callback: (error: Error | null, connection: MysqlConnection) => void): void;
}

/** What is used of a connection that such a pool has lent. */
export interface MysqlConnection {
  query(sql: string, values: unknown, callback: MysqlCallback): unknown;
  execute(options: MysqlExecute, callback: MysqlCallback): unknown;
  release(): void;
  destroy(): void;
}

type MysqlCallback = (error: Error | null, result: unknown) => void;

/** A prepared statement, and how its rows are to come. */
export interface MysqlExecute {
  readonly sql: string;
  readonly values: unknown[];
  readonly rowsAsArray: false;
  readonly nestTables: false;
  readonly typeCast: true;
}

/** What the host has set for its own statements has no say. */
const ROWS = { rowsAsArray: false, nestTables: false, typeCast: true } as const;

/** Runs a prepared statement, all in all within the deadline. One that fails costs its connection, which may be why. */
export function runOnMysql(
  pool: MysqlPool,
  deadlines: Deadlines,
  { sql, values }: Pick<MysqlExecute, "sql" | "values">,
): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    let lent: MysqlConnection | undefined;
    const deadline = deadlines.begin((error) => {
      lent?.destroy();
      reject(error);
    });
    const fail = (error: Error): void => {
      deadlines.end(deadline);
      reject(error);
    };
    borrow({ pool, deadlines, deadline }, fail, (connection) => {
      lent = connection;
      deadline.connection = connection;
      connection.execute({ ...ROWS, sql, values }, (error, rows) => {
        if (deadline.isOver) return;
        if (error) {
          connection.destroy();
          fail(error);
          return;
        }
        deadlines.answered(deadline);
        connection.release();
        // A cast: what a query comes to is rows.
        resolve(rows as readonly Row[]);
      });
    });
  });
}

/** A Kysely dialect over a pool, in which no statement is waited for longer than the deadline. */
export function mysqlOver(pool: MysqlPool, deadlines: Deadlines): Dialect {
  const getConnection: KyselyPool["getConnection"] = (callback) => {
    // With an error Kysely takes no connection, whatever the type says.
    const fail = (error: Error): void => callback(error, undefined as never);
    const deadline = deadlines.begin(fail, PATIENCE);
    const onError = (error: Error): void => {
      deadlines.end(deadline);
      fail(error);
    };
    borrow({ pool, deadlines, deadline }, onError, (connection) => {
      deadlines.end(deadline);
      const watched: Pick<MysqlPoolConnection, "release"> = new WatchedConnection(
        connection,
        deadlines,
      );
      // A cast, as Kysely's connection also streams and connects, which nothing here asks for.
      callback(undefined, watched as MysqlPoolConnection);
    });
  };
  // The pool stays the host's, and so does its end.
  return new MysqlDialect({ pool: { getConnection, end: (callback) => callback(undefined) } });
}

/** A connection that is thrown away, not given back, once a statement on it was not answered in time. */
class WatchedConnection {
  readonly #connection: MysqlConnection;
  readonly #deadlines: Deadlines;
  #lost: Error | undefined;

  constructor(connection: MysqlConnection, deadlines: Deadlines) {
    this.#connection = connection;
    this.#deadlines = deadlines;
  }

  query(sql: string, values: unknown, callback: MysqlCallback): void {
    // A statement behind one that hangs would hang too, and what was given up must not be committed.
    if (this.#lost !== undefined) {
      callback(this.#lost, undefined);
      return;
    }
    const deadline = this.#deadlines.begin((error) => {
      this.#lost = error;
      callback(error, undefined);
    });
    deadline.connection = this.#connection;
    this.#connection.query(sql, values, (error, result) => {
      if (error) this.#deadlines.end(deadline);
      else this.#deadlines.answered(deadline);
      if (!deadline.isOver) callback(error, result);
    });
  }

  release(): void {
    if (this.#lost === undefined) this.#connection.release();
    else this.#connection.destroy();
  }
}

/** What a connection is asked of, and until when. */
interface Loan {
  readonly pool: MysqlPool;
  readonly deadlines: Deadlines;
  readonly deadline: Deadline;
}

/** Takes a connection out of the pool. One that comes too late goes back, and one that is likely to be dead goes for good. */
function borrow(
  loan: Loan,
  onError: (error: Error) => void,
  onConnection: (connection: MysqlConnection) => void,
): void {
  const { pool, deadlines, deadline } = loan;
  pool.getConnection((error, connection) => {
    if (error) {
      if (!deadline.isOver) onError(error);
    } else if (deadlines.isDoubtful(connection)) {
      connection.destroy();
      borrow(loan, onError, onConnection);
    } else if (deadline.isOver) connection.release();
    else onConnection(connection);
  });
}
