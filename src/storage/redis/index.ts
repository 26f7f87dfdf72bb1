export { type RedisBudgetsOptions, redisBudgets } from "./budgets.ts";
export { type RedisBusOptions, type RedisPublisher, redisBus } from "./bus.ts";
export type { IoredisSubscriber, NodeRedisSubscriber, RedisSubscriber } from "./channel.ts";
export { type RedisReplaysOptions, redisReplays } from "./replays.ts";
export type { IoredisScripts, NodeRedisScripts, RedisScriptClient } from "./script-client.ts";
