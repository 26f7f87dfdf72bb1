import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import pg from "pg";

/** A connection to a server that writes words down and reads them again: for the tests of the servers themselves. */
export interface Notebook extends AsyncDisposable {
  write(word: string): Promise<void>;
  /** In alphabetical order. */
  read(): Promise<readonly string[]>;
}

export async function postgresNotebook(url: string): Promise<Notebook> {
  const client = new pg.Client({ connectionString: url });
  // Servers are killed while this is open.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("create table if not exists notes (word text)");
  return {
    write: async (word) => {
      await client.query("insert into notes values ($1)", [word]);
    },
    read: async () => {
      const { rows } = await client.query<{ word: string }>("select word from notes order by word");
      return rows.map(({ word }) => word);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

export async function mariadbNotebook(url: string): Promise<Notebook> {
  const connection = await createConnection(url);
  connection.on("error", () => undefined);
  await connection.query("create table if not exists notes (word varchar(100))");
  return {
    write: async (word) => {
      await connection.query("insert into notes values (?)", [word]);
    },
    read: async () => {
      const sql = "select word from notes order by word";
      const [rows] = await connection.query({ sql, rowsAsArray: true });
      return (Array.isArray(rows) ? rows : []).map(String);
    },
    [Symbol.asyncDispose]: async () => connection.destroy(),
  };
}

export async function redisNotebook(url: string): Promise<Notebook> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => undefined);
  await client.connect();
  return {
    write: async (word) => {
      await client.sadd("notes", word);
    },
    read: async () => (await client.smembers("notes")).sort(),
    [Symbol.asyncDispose]: async () => client.disconnect(),
  };
}
