import assert from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { formatFigure, formatRate } from "./format.ts";
import { type ServerProcess, startServer, type Used } from "./http-process.ts";
import { type Driven, drive, type Script, writeScript } from "./http-wrk.ts";
import { STATUSES, soakRequests } from "./soak-http-world.ts";

const FRAMEWORKS = ["node:http", "fastify"];
const CONNECTIONS = 32;
const SLICE_SECONDS = 10;
const MINUTE_SECONDS = 60;
/** Connections that go away in the middle, a second. */
const ABORTED_A_SECOND = 50;
const MOST_GROWTH = 1.15;
/** For the connections of the last slice to close. */
const CLOSING_MS = 15_000;

/**
 * Loads servers on node:http and fastify together for so many minutes, with requests of all sorts and with connections that are given up.
 * Prints what they use every ten seconds. Rejects for a heap that grows, handles that stay and answers that no request is to get.
 */
export async function soakHttp(minutes: number): Promise<void> {
  const slices = Math.ceil((minutes * MINUTE_SECONDS) / SLICE_SECONDS);
  if (slices === 0) return;
  await Promise.all(FRAMEWORKS.map((framework) => soakOne(framework, slices)));
}

async function soakOne(framework: string, slices: number): Promise<void> {
  using server = await startServer(framework, "soak", ["--expose-gc"]);
  using script = writeScript(soakRequests(server.secrets), "statuses");
  const { handles } = await server.used();
  const heaps: number[] = [];
  const statuses = new Set<string>();
  for (let slice = 1; slice <= slices; slice += 1) {
    const driven = await soakSlice(server, script);
    const used = await server.used();
    heaps.push(used.heapUsed);
    console.log(lineOf(`${framework} ${slice * SLICE_SECONDS} s`, driven, used));
    for (const status of Object.keys(driven.statuses)) statuses.add(status);
    assert.equal(driven.socketErrors, 0, "requests were not answered");
  }
  assert.deepEqual([...statuses].toSorted(), STATUSES, "answers as no request is to get");
  await handlesBack(server, handles);
  checkHeap(framework, heaps);
}

/** Ten seconds under load. */
async function soakSlice(server: ServerProcess, script: Script): Promise<Driven> {
  const over = new AbortController();
  const aborting = abortConnections(server, over.signal);
  const { port } = server;
  try {
    return await drive({ port, script, seconds: SLICE_SECONDS, connections: CONNECTIONS });
  } finally {
    over.abort();
    await aborting;
  }
}

/** Goes away in the midst of a request's head, of its body, and of its answer, in turn. */
async function abortConnections(
  { port, secrets }: ServerProcess,
  signal: AbortSignal,
): Promise<void> {
  const head = `GET /orders HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer ${secrets[0]}\r\nX-Forwarded-For: 10.0.0.1\r\n`;
  const texts = [head, `${head}Content-Length: 100\r\n\r\nhalf`, `${head}\r\n`];
  for (let turn = 0; !signal.aborted; turn += 1) {
    const socket = connect(port, "127.0.0.1");
    // The server may be quicker to close.
    socket.on("error", () => {});
    socket.write(texts[turn % texts.length] ?? "", () => socket.destroy());
    await setTimeout(1000 / ABORTED_A_SECOND);
  }
}

/** After the connections have closed there is what was there before them. */
async function handlesBack(server: ServerProcess, before: readonly string[]): Promise<void> {
  const deadline = Date.now() + CLOSING_MS;
  for (;;) {
    const { handles } = await server.used();
    try {
      assert.deepEqual(handles.toSorted(), before.toSorted(), "handles are left");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await setTimeout(100);
  }
}

/** After the first minute, or half of a run that is shorter than two, the line through the heaps does not rise. */
function checkHeap(framework: string, heaps: readonly number[]): void {
  const first = Math.min(MINUTE_SECONDS / SLICE_SECONDS, Math.floor(heaps.length / 2));
  const [start, end] = lineThrough(heaps.slice(first));
  console.log(
    `${framework}: by the line through the heaps from ${formatFigure(start, "bytes")} to ${formatFigure(end, "bytes")}`,
  );
  assert.ok(end <= MOST_GROWTH * start, `the heap of ${framework} grows`);
}

/** Where the straight line that is nearest to figures starts and ends: single ones that stand out hardly move it. */
function lineThrough(figures: readonly number[]): readonly [start: number, end: number] {
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  const middle = (figures.length - 1) / 2;
  let [product, square] = [0, 0];
  for (const [at, figure] of figures.entries()) {
    product += (at - middle) * (figure - mean);
    square += (at - middle) ** 2;
  }
  const slope = square === 0 ? 0 : product / square;
  return [mean - slope * middle, mean + slope * middle];
}

function lineOf(label: string, { rate, statuses }: Driven, used: Used): string {
  const shares = Object.entries(statuses).map(
    ([status, count]) => `${status}: ${formatRate(count)}`,
  );
  return [
    label.padEnd(18),
    `${formatRate(rate)} a second`.padStart(18),
    `heap ${formatFigure(used.heapUsed, "bytes")}`.padStart(16),
    `rss ${formatFigure(used.rss, "bytes")}`.padStart(15),
    `${used.handles.length} handles`.padStart(13),
    `late by ${formatFigure(used.delayNs, "ns")}`.padStart(20),
    `  ${shares.join(", ")}`,
  ].join("");
}
