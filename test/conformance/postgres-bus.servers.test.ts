import pg from "pg";
import { describe, test } from "vitest";
import type { InvalidationBus } from "../../src/ports/invalidation-bus.ts";
import { postgresBus } from "../../src/storage/sql/postgres-bus.ts";
import { busConformance } from "../../src/testing/bus-conformance.ts";
import { describeWithServer } from "../servers/index.ts";

/** A bus over a pool of its own. The cases leave subscribers behind, which hold a connection. */
function openBus(url: string, channel: string): InvalidationBus & { close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  const bus = postgresBus({ pool, channel, timeoutMs: 10_000 });
  const stops: (() => void | Promise<void>)[] = [];
  return {
    publish: (keys) => bus.publish(keys),
    async subscribe(handler) {
      const stop = await bus.subscribe(handler);
      stops.push(stop);
      return stop;
    },
    async close() {
      for (const stop of stops) await stop();
      await pool.end();
    },
  };
}

let channels = 0;

describeWithServer("postgres", "PostgreSQL, two pools", (url) => {
  busConformance(
    { describe, test },
    {
      create() {
        const channel = `conformance-${process.pid}-${channels++}`;
        const [subject, peer] = [openBus(url, channel), openBus(url, channel)];
        const close = async (): Promise<void> => {
          await subject.close();
          await peer.close();
        };
        return { subject, peer, close };
      },
    },
  );
});
