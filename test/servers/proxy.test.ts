import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startProxy, type TestProxy } from "./proxy.ts";

/** Long enough for what is passed on to come many times. */
const SILENCE_MS = 60;

let echo: Server;
let proxy: TestProxy;
/** The other ends of the connections that came through the proxy. */
let served: Socket[];

beforeEach(async () => {
  served = [];
  echo = createServer((socket) => {
    served.push(socket);
    socket.on("error", () => undefined).pipe(socket);
  });
  await once(echo.listen(0, "127.0.0.1"), "listening");
  const address = echo.address();
  proxy = await startProxy({
    host: "127.0.0.1",
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
  });
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

interface Client {
  readonly socket: Socket;
  /** All that came so far. */
  text(): string;
  /** What became of the connection: the code of an error, or "end". */
  readonly end: Promise<string>;
}

async function connected(): Promise<Client> {
  const socket = connect(proxy.port, proxy.host);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const end = new Promise<string>((resolve) => {
    socket.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    socket.once("end", () => resolve("end"));
  });
  await Promise.race([once(socket, "connect"), end]);
  return { socket, text: () => text, end };
}

async function exchange(client: Client, text: string): Promise<void> {
  client.socket.write(text);
  await expect.poll(client.text).toBe(text);
}

test("passes on what either end says, and how it ends", async () => {
  const client = await connected();
  await exchange(client, "hello");
  expect(proxy.connections).toBe(1);
  client.socket.end();
  expect(await client.end).toBe("end");
  await expect.poll(() => proxy.connections).toBe(0);
});

test("passes on a reset, in both directions", async () => {
  const [one, other] = [await connected(), await connected()];
  await exchange(one, "1");
  await exchange(other, "2");
  served[0]?.resetAndDestroy();
  expect(await one.end).toBe("ECONNRESET");
  other.socket.resetAndDestroy();
  await expect.poll(() => served[1]?.destroyed).toBe(true);
  expect(served[1]?.errored).toMatchObject({ code: "ECONNRESET" });
});

test("passes on much data whole", async () => {
  const client = await connected();
  const text = Array.from({ length: 200_000 }, (_, index) => `line ${index}\n`).join("");
  client.socket.end(text);
  await client.end;
  expect(client.text() === text).toBe(true);
});

test("resets a connection when there is no server", async () => {
  echo.close();
  const client = await connected();
  expect(await client.end).toBe("ECONNRESET");
});

test("when cut, resets both ends and refuses new connections, until it is mended", async () => {
  const client = await connected();
  await exchange(client, "hello");
  proxy.cut();
  expect(await client.end).toBe("ECONNRESET");
  await expect.poll(() => served[0]?.errored).toMatchObject({ code: "ECONNRESET" });
  expect(await (await connected()).end).toBe("ECONNREFUSED");
  expect(proxy.connections).toBe(0);
  await proxy.mend();
  await exchange(await connected(), "back");
});

test("as a black hole, keeps and takes connections but passes nothing, until it is mended: then all, in order", async () => {
  const before = await connected();
  await exchange(before, "a");
  proxy.blackhole();
  const during = await connected();
  during.socket.write("1");
  before.socket.write("b");
  before.socket.write("c");
  served[0]?.write("from the server");
  during.socket.write("2");
  before.socket.end();
  await sleep(SILENCE_MS);
  expect([before.text(), during.text()]).toEqual(["a", ""]);
  expect([before.socket.readyState, during.socket.readyState]).toEqual(["readOnly", "open"]);
  expect([served.length, served[0]?.bytesRead, served[0]?.readableEnded]).toEqual([1, 1, false]);
  expect(proxy.connections).toBe(2);
  await proxy.mend();
  await before.end;
  expect(before.text()).toBe("afrom the serverbc");
  await expect.poll(during.text).toBe("12");
});

test("a black hole can be cut", async () => {
  proxy.blackhole();
  const client = await connected();
  proxy.cut();
  expect(await client.end).toBe("ECONNRESET");
  await proxy.mend();
  await exchange(await connected(), "back");
  expect(served).toHaveLength(1);
});

test("delays what either end says, and keeps the order when the delay ends", async () => {
  const client = await connected();
  await exchange(client, "-");
  proxy.delay(40);
  const started = performance.now();
  client.socket.write("a");
  await expect.poll(client.text, { interval: 1 }).toBe("-a");
  // There and back. A timer may be a millisecond early.
  expect(performance.now() - started).toBeGreaterThanOrEqual(78);
  client.socket.write("b");
  // By then it waits in the proxy.
  await sleep(20);
  proxy.delay(0);
  client.socket.write("c");
  await expect.poll(client.text, { interval: 1 }).toBe("-abc");
});

test("when closed, ends its connections and refuses new ones", async () => {
  const client = await connected();
  await proxy.close();
  await proxy[Symbol.asyncDispose]();
  expect(await client.end).toBe("ECONNRESET");
  expect(await (await connected()).end).toBe("ECONNREFUSED");
});
