import { checkKeys, checkWhole } from "../../checks.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { checkPrefix } from "./prefix.ts";
import { REPLAY_SCRIPT } from "./replay-script.ts";
import { type RedisScriptClient, scriptRunner } from "./script-client.ts";
import { scriptName } from "./script-name.ts";
import { checkTimeout, TimeLimit } from "./time-limit.ts";

/** What {@link redisReplays} works with. */
export interface RedisReplaysOptions {
  /** Of ioredis, iovalkey or node-redis, for one server or a cluster. It stays the host's: it is neither connected nor closed. */
  readonly client: RedisScriptClient;
  /** What the keys begin with; no braces, they would put all keys into one slot. Default `tokenry:replays:`. */
  readonly prefix?: string;
  /** What Redis does not answer within so many milliseconds is an outage; whole, 1 to 60,000. Default 500. */
  readonly timeoutMs?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["client", "prefix", "timeoutMs"]);

/**
 * What may be used once, remembered in Redis or Valkey, for all processes that use the same server, or cluster, and prefix.
 *
 * One script a call decides on the server, by the server's clock: `now` is ignored. Keys expire by themselves. An outage, and what takes
 * longer than `timeoutMs`, rejects; the key may be remembered all the same, and its next use is refused then.
 *
 * Redis must not forget on its own: let it evict nothing (`maxmemory-policy noeviction`). A server without persistence that is killed
 * forgets, and so does a replica that takes over what had not reached it: what was used within its time may be used once more.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const replays = redisReplays({ client: new Redis("redis://127.0.0.1:6379") });
 */
export function redisReplays(options: RedisReplaysOptions): ReplayStore {
  checkKeys(options, OPTIONS, "options");
  const runner = scriptRunner(options.client, REPLAY_SCRIPT, scriptName(REPLAY_SCRIPT));
  const prefix = checkPrefix(options.prefix ?? "tokenry:replays:");
  const limit = new TimeLimit(checkTimeout(options.timeoutMs));
  const ask = async (key: string, ttlMs: number | ""): Promise<boolean> =>
    isYes(await limit.on(runner.run([prefix + key], [`${ttlMs}`])));
  return {
    add: async (key, ttlMs) => ask(key, checkWhole(ttlMs, 1, Number.MAX_SAFE_INTEGER, "ttlMs")),
    has: (key) => ask(key, ""),
  };
}

/** Some clients can be told to answer with bytes, or with text. */
function isYes(reply: unknown): boolean {
  const answer = String(reply);
  if (answer === "1" || answer === "0") return answer === "1";
  throw new TypeError("Redis answered with something else than the script's answer");
}
