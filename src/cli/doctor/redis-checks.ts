import type { Session } from "../session.ts";
import { clockSkew } from "./clock-skew.ts";
import { type Check, ok } from "./finding.ts";

const redis: Check = {
  name: "redis",
  next: "Start Redis, or correct its address. Until then budgets go by onOutage, and the bus is silent.",
  async run(session) {
    const client = await clientOf(session);
    if (client === undefined) return;
    await client.ping();
    return ok("answers");
  },
};

const redisClock: Check = {
  name: "redis clock",
  next: "See to Redis first.",
  async run(session) {
    const client = await clientOf(session);
    if (client === undefined || !("time" in client) || typeof client.time !== "function") return;
    const ask = client.time.bind(client) as () => unknown;
    return clockSkew(session.terminal, async () => millisecondsOf(await ask()));
  },
};

async function clientOf(session: Session) {
  const client = await session.redis();
  if (client === undefined) return;
  // Its answer tells what is wrong. Without a listener a client would end the process by its errors, or write them.
  if ("on" in client && typeof client.on === "function") client.on("error", () => {});
  // A client of node-redis has to be told to connect; those of ioredis do so by themselves.
  if ("isOpen" in client && client.isOpen === false && "connect" in client) {
    if (typeof client.connect === "function") await client.connect();
  }
  return client;
}

/** ioredis and node-redis 5 tell seconds and microseconds, node-redis 4 a Date. */
function millisecondsOf(time: unknown): number {
  if (time instanceof Date) return time.getTime();
  if (!Array.isArray(time)) return Number.NaN;
  return Number(time[0]) * 1000 + Number(time[1]) / 1000;
}

/** Whether Redis answers, and tells the same time. */
export const REDIS_CHECKS: readonly Check[] = [redis, redisClock];
