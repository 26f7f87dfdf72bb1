import { expect, test } from "vitest";
import { migrate } from "../../src/storage/sql/index.ts";
import { describeWithServer, freshDatabase, startProxy } from "../servers/index.ts";
import { START } from "../support/clock.ts";
import { createWorld } from "../support/world.ts";
import { POSTGRES } from "./outage/databases.ts";

const TTL_MS = 5000;

const OUTAGES = ["cut", "blackhole"] as const;

describeWithServer("postgres", "a node that caches", (url) => {
  for (const outage of OUTAGES) {
    test(`answers from memory while its PostgreSQL is out of reach (${outage}), for the ttl and no longer`, async () => {
      await using database = await freshDatabase(url);
      const own = new URL(database.url);
      await using proxy = await startProxy({ host: own.hostname, port: Number(own.port) });
      own.host = `${proxy.host}:${proxy.port}`;
      await using opened = POSTGRES.open(own.href);
      await migrate(opened.db);
      const { repository } = opened;
      const world = createWorld({ repository, cache: { ttl: { seconds: TTL_MS / 1000 } } });
      const { clock, codeOf } = world;
      const known = await world.issue();
      const unknown = await world.issue();
      expect(await codeOf(known.secret)).toBe("ok");
      proxy[outage]();
      clock.set(START + TTL_MS - 1);
      expect(await codeOf(known.secret)).toBe("ok");
      expect(await codeOf(unknown.secret)).toBe("unavailable");
      clock.set(START + TTL_MS);
      expect(await codeOf(known.secret)).toBe("unavailable");
      await proxy.mend();
      expect(await codeOf(known.secret)).toBe("ok");
      expect(await codeOf(unknown.secret)).toBe("ok");
    });
  }
});
