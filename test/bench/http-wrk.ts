import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A request of GET with header fields. */
export interface Sample {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What wrk has seen. */
export interface Driven {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Latencies in nanoseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers of 400 and above. */
  readonly refusals: number;
  /** Connections that failed, reads, writes and timeouts. */
  readonly socketErrors: number;
  /** How many answers had which status, where they were counted. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Requests in a file, for wrk to make one after the other. */
export interface Script extends Disposable {
  readonly path: string;
}

/** How hard wrk works, and where. */
export interface Drive {
  readonly port: number;
  readonly script: Script;
  readonly seconds: number;
  readonly connections: number;
}

/** Whether wrk is installed. */
export function hasWrk(): boolean {
  return spawnSync("wrk", ["-v"], { stdio: "ignore" }).error === undefined;
}

/** Runs wrk, on one thread. */
export async function drive({ port, script, seconds, connections }: Drive): Promise<Driven> {
  const load = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script.path];
  const { stdout } = await promisify(execFile)("wrk", [...load, `http://127.0.0.1:${port}`]);
  // The script writes it, after what wrk prints for people.
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n{"))) as Driven;
}

/** Writes a script that takes the samples in turn. Counting costs wrk time, which its fastest servers would miss. */
export function writeScript(samples: readonly Sample[], counts: "statuses" | "none"): Script {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-wrk-"));
  const path = join(folder, "requests.lua");
  const counting = counts === "statuses" ? COUNTING : "";
  writeFileSync(
    path,
    `local samples = {\n${samples.map(tableOf).join(",\n")}\n}\n${TURNS}${counting}${DONE}`,
  );
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** A sample in Lua, whose strings in quotes are JSON's as far as samples go: visible ASCII. */
function tableOf({ path, headers }: Sample): string {
  const fields = Object.entries(headers).map(
    ([name, value]) => `[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  );
  return `{ ${JSON.stringify(path)}, { ${fields.join(", ")} } }`;
}

/** Requests are written once: wrk shares the machine with what it measures. */
const TURNS = `
local requests = {}
local turn = 0

function init()
  for index, sample in ipairs(samples) do
    requests[index] = wrk.format("GET", sample[1], sample[2])
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
`;

const COUNTING = `
statuses = {}

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end
`;

const DONE = `
local thread

function setup(only)
  thread = only
end

function done(summary, latency)
  local errors = summary.errors
  local counted = {}
  for status, count in pairs(thread:get("statuses") or {}) do
    counted[#counted + 1] = string.format('"%d":%d', status, count)
  end
  io.write(string.format(
    '\\n{"requests":%d,"rate":%f,"p50":%d,"p99":%d,"refusals":%d,"socketErrors":%d,"statuses":{%s}}',
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) * 1000, latency:percentile(99) * 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    table.concat(counted, ",")
  ))
end
`;
