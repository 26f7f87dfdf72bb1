import { ACCEPTED, hasMethods, isCluster } from "./client-shape.ts";

/** A client of the family of ioredis: ioredis, iovalkey, and the `Cluster` of each. */
export interface IoredisScripts {
  evalsha(
    name: string,
    keyCount: number,
    ...keysAndArguments: readonly string[]
  ): PromiseLike<unknown>;
  eval(
    script: string,
    keyCount: number,
    ...keysAndArguments: readonly string[]
  ): PromiseLike<unknown>;
}

/** A client of node-redis: of `createClient`, `createClientPool`, `createCluster` or `createSentinel`. */
export interface NodeRedisScripts {
  evalSha(name: string, options: ScriptInput): PromiseLike<unknown>;
  eval(script: string, options: ScriptInput): PromiseLike<unknown>;
}

/** Not readonly, as node-redis asks for arrays that it could change. */
interface ScriptInput {
  keys: string[];
  arguments: string[];
}

/** A client that can run scripts. */
export type RedisScriptClient = IoredisScripts | NodeRedisScripts;

/** A client, whatever its family. */
export interface ScriptRunner {
  /** Whether the keys of one script must share a slot. */
  readonly isCluster: boolean;
  /** Runs the script by its name, or by its text where the server does not know it: a new node, or one that was told to forget. */
  run(keys: string[], args: string[]): PromiseLike<unknown>;
}

/** Recognises a client by its shape. Throws TypeError for what is none. */
export function scriptRunner(client: unknown, script: string, name: string): ScriptRunner {
  if (isIoredis(client)) {
    return {
      isCluster: isCluster(client),
      run: byNameOrText(
        (keys, args) => client.evalsha(name, keys.length, ...keys, ...args),
        (keys, args) => client.eval(script, keys.length, ...keys, ...args),
      ),
    };
  }
  if (isNodeRedis(client)) {
    return {
      isCluster: isCluster(client),
      run: byNameOrText(
        (keys, args) => client.evalSha(name, { keys, arguments: args }),
        (keys, args) => client.eval(script, { keys, arguments: args }),
      ),
    };
  }
  throw new TypeError(`options.client must be ${ACCEPTED}`);
}

function isIoredis(client: unknown): client is IoredisScripts {
  return hasMethods(client, ["evalsha", "eval"]);
}

function isNodeRedis(client: unknown): client is NodeRedisScripts {
  return hasMethods(client, ["evalSha", "eval"]);
}

type Run = ScriptRunner["run"];

function byNameOrText(byName: Run, byText: Run): Run {
  return (keys, args) =>
    byName(keys, args).then(undefined, (cause: unknown) => {
      if (cause instanceof Error && cause.message.startsWith("NOSCRIPT")) return byText(keys, args);
      throw cause;
    });
}
