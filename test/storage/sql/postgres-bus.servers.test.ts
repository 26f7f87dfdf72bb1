import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { expect, test, vi } from "vitest";
import type { InvalidationBus } from "../../../src/ports/invalidation-bus.ts";
import { type PostgresBusOptions, postgresBus } from "../../../src/storage/sql/postgres-bus.ts";
import {
  describeWithBinary,
  describeWithServer,
  startPostgres,
  startProxy,
} from "../../servers/index.ts";

/** A bus with one subscriber, on a channel and over a pool of its own. */
interface Node extends AsyncDisposable {
  readonly bus: InvalidationBus;
  readonly pool: pg.Pool;
  readonly channel: string;
  readonly heard: string[];
  /** What the pool would have thrown at the process of a host that does not listen to it. */
  readonly errors: Error[];
  stop(): Promise<void>;
}

async function openNode(url: string, options: Partial<PostgresBusOptions> = {}): Promise<Node> {
  const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 500 });
  const errors: Error[] = [];
  pool.on("error", (error) => errors.push(error));
  const channel = `test-${randomBytes(8).toString("hex")}`;
  const bus = postgresBus({ pool, channel, ...options });
  const heard: string[] = [];
  const unsubscribe = await bus.subscribe((keys) => heard.push(...keys));
  const stop = async (): Promise<void> => unsubscribe();
  const close = async (): Promise<void> => {
    await stop();
    await pool.end();
  };
  return { bus, pool, channel, heard, errors, stop, [Symbol.asyncDispose]: close };
}

/** Publishes until it arrives: what is published while nobody listens is lost. */
async function expectMessages({ bus, heard }: Node, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let count = 0; !heard.includes("token:after"); count += 1) {
    if (performance.now() > deadline) throw new Error(`no message in ${count} tries: ${heard}`);
    await bus.publish(["token:after"]).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function listeners(node: Node, url: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("select pid from pg_stat_activity where query = $1", [
    `listen "${node.channel}"`,
  ]);
  await client.end();
  return rows.map(({ pid }) => pid);
}

describeWithServer("postgres", "listening to PostgreSQL", (url) => {
  test("a session that is terminated is replaced: all is dropped, twice, and messages flow", async () => {
    await using node = await openNode(url);
    const [pid, ...others] = await listeners(node, url);
    expect(others).toEqual([]);
    await node.pool.query("select pg_terminate_backend($1)", [pid]);
    await vi.waitFor(() => expect(node.heard).toEqual(["*", "*"]), 5000);
    await expectMessages(node, 5000);
    expect(node.errors).toEqual([]);
  });

  test("connections that are cut: all is dropped at once, and again when they are back", async () => {
    await using proxy = await startProxy(addressOf(url));
    await using node = await openNode(through(url, proxy.port));
    proxy.cut();
    await vi.waitFor(() => expect(node.heard).toEqual(["*"]), { timeout: 5000, interval: 5 });
    await expect(node.bus.publish(["token:1"])).rejects.toThrow();
    await proxy.mend();
    await vi.waitFor(() => expect(node.heard).toEqual(["*", "*"]), 3000);
    await expectMessages(node, 3000);
  });

  test("a network that is silent: all is dropped within a heartbeat and its timeout", async () => {
    await using proxy = await startProxy(addressOf(url));
    await using node = await openNode(through(url, proxy.port), {
      heartbeatMs: 200,
      timeoutMs: 300,
    });
    proxy.blackhole();
    const silentAt = performance.now();
    await vi.waitFor(() => expect(node.heard).toEqual(["*"]), { timeout: 5000, interval: 5 });
    expect(performance.now() - silentAt).toBeLessThan(2000);
    const askedAt = performance.now();
    await expect(node.bus.publish(["token:1"])).rejects.toThrow();
    expect(performance.now() - askedAt).toBeLessThan(1000);
    await proxy.mend();
    await expectMessages(node, 5000);
    expect(node.heard.slice(0, 2)).toEqual(["*", "*"]);
  });

  test("what is no message of ours drops all", async () => {
    await using node = await openNode(url);
    await node.pool.query("select pg_notify($1, 'vacuum the carpets')", [node.channel]);
    await node.pool.query("select pg_notify($1, '')", [node.channel]);
    await vi.waitFor(() => expect(node.heard).toEqual(["*", "*"]), 5000);
  });

  test("messages longer than PostgreSQL takes arrive in parts, a key longer than that drops all", async () => {
    await using node = await openNode(url);
    const keys = Array.from({ length: 500 }, (_, index) => `owner:${"Ω".repeat(20)}${index}`);
    await node.bus.publish(keys);
    await node.bus.publish(["owner:".padEnd(9000, "x")]);
    await vi.waitFor(() => expect(node.heard).toHaveLength(501), 5000);
    expect(node.heard).toEqual([...keys, "*"]);
  });

  test("the client is held while somebody is subscribed, and then given back without its channel", async () => {
    await using node = await openNode(url);
    const other = await node.bus.subscribe(() => {});
    await node.stop();
    expect(node.pool.idleCount).toBe(0);
    await other();
    expect([node.pool.totalCount, node.pool.idleCount]).toEqual([1, 1]);
    const { rows } = await node.pool.query("select pg_listening_channels()");
    expect(rows).toEqual([]);
  });

  test("ending the subscription while PostgreSQL is out of reach keeps nobody waiting", async () => {
    await using proxy = await startProxy(addressOf(url));
    const node = await openNode(through(url, proxy.port));
    proxy.cut();
    await vi.waitFor(() => expect(node.heard).toEqual(["*"]), 5000);
    const endedAt = performance.now();
    await node[Symbol.asyncDispose]();
    expect(performance.now() - endedAt).toBeLessThan(2000);
  });

  test("a process that only listens ends", async () => {
    const script = fileURLToPath(new URL("../../fixtures/listening-process.ts", import.meta.url));
    const arguments_ = ["--no-warnings", script, url];
    const ended = promisify(execFile)(process.execPath, arguments_, { timeout: 20_000 });
    expect((await ended).stdout).toBe("listening");
  });
});

describeWithBinary("postgres", "a PostgreSQL that dies", () => {
  test("killed and restarted: messages flow again within two seconds", async () => {
    await using server = await startPostgres();
    await using node = await openNode(server.url);
    await server.kill();
    await vi.waitFor(() => expect(node.heard).toEqual(["*"]), 5000);
    await server.restart();
    const restartedAt = performance.now();
    await expectMessages(node, 10_000);
    expect(performance.now() - restartedAt).toBeLessThan(2000);
    expect(node.heard.slice(0, 2)).toEqual(["*", "*"]);
  });

  test("who subscribes before it is up hears of it", async () => {
    await using server = await startPostgres();
    await server.stop();
    await using node = await openNode(server.url);
    expect(node.heard).toEqual([]);
    await server.restart();
    await vi.waitFor(() => expect(node.heard).toEqual(["*"]), 5000);
    await expectMessages(node, 5000);
  });
});

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function through(url: string, port: number): string {
  const own = new URL(url);
  own.port = String(port);
  return own.href;
}
