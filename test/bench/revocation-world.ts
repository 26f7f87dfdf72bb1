import { Redis } from "ioredis";
import type { InvalidationBus } from "tokenry";
import { tokenryRedis, tokenrySql } from "./built.ts";
import { openPostgres, type PostgresDatabase } from "./databases.ts";
import { scaled } from "./scale.ts";
import { serverUrl } from "./servers.ts";
import { createWorld, type World } from "./world.ts";

/** Tokens to be revoked, one after the other. */
export const TOKENS: number = scaled(1000);

/** What a node says: that it is there, that it watches a token, that the token was refused. Times by the clock that all processes share. */
export type Told =
  | "ready"
  | { readonly watching: number }
  | { readonly refused: string; readonly lastAccepted: string };

/** One node of several over one database. */
export interface Node extends AsyncDisposable {
  readonly world: World;
}

/** Opens a node that keeps what it reads for so long, and that messages of the bus reach. The tokens are stored already. */
export async function openNode(url: string, busName: string, ttlSeconds: number): Promise<Node> {
  const database = await openPostgres(url);
  const { db, pool } = database;
  const { bus, close } = openBus(busName, database);
  const subscriptions: Promise<unknown>[] = [];
  const world = await createWorld(TOKENS, {
    repository: tokenrySql().sqlRepository({ db, pool }),
    cache: { ttl: { seconds: ttlSeconds } },
    isStored: true,
    ...(bus && { bus: watched(bus, subscriptions) }),
  });
  await Promise.all(subscriptions);
  return {
    world,
    async [Symbol.asyncDispose]() {
      await world.tokens.close();
      close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The bus, which tells when what has been subscribed flows. */
function watched(bus: InvalidationBus, subscriptions: Promise<unknown>[]): InvalidationBus {
  return {
    publish: (keys) => bus.publish(keys),
    subscribe(handler) {
      const subscription = bus.subscribe(handler);
      subscriptions.push(subscription);
      return subscription;
    },
  };
}

interface OpenedBus {
  readonly bus?: InvalidationBus;
  readonly close: () => void;
}

function openBus(name: string, { pool }: PostgresDatabase): OpenedBus {
  if (name === "none") return { close() {} };
  if (name === "postgres") return { bus: tokenrySql().postgresBus({ pool }), close() {} };
  const [publisher, subscriber] = [new Redis(serverUrl("redis")), new Redis(serverUrl("redis"))];
  return {
    bus: tokenryRedis().redisBus({ publisher, subscriber, channel: "tokenry-bench" }),
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
