import { expect, test } from "vitest";
import { type Actor, SYSTEM } from "../../src/index.ts";
import { migrate } from "../../src/storage/sql/index.ts";
import { describeWithServer, freshDatabase, startProxy } from "../servers/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";
import { MARIADB, POSTGRES } from "./outage/databases.ts";

const KINDS = [
  { server: "postgres", kind: POSTGRES },
  { server: "mariadb", kind: MARIADB },
] as const;

/** One of each operation that reads or writes what is stored. */
function operations({ tokens, issue }: World, tokenId: string): readonly Promise<unknown>[] {
  const actor: Actor = SYSTEM;
  const owner = ADA;
  return [
    issue(),
    tokens.regenerate({ tokenId, actor }),
    tokens.rotate({ owner, kind: "direct", actor }),
    tokens.revoke({ tokenId, actor }),
    tokens.revokeAll({ owner, actor }),
    tokens.update({ tokenId, actor, name: "other" }),
    tokens.get({ tokenId, actor }),
    tokens.list({ owner, actor }),
    tokens.events({ account: ACCOUNT, actor }),
    tokens.zones.list({ account: ACCOUNT, actor }),
  ];
}

/** What waits for nobody: it may take as long as what is to be written first, and then fail. */
function jobs({ tokens }: World): readonly Promise<unknown>[] {
  return [tokens.jobs.sweep(), tokens.jobs.remind(), tokens.jobs.deliver()];
}

for (const { server, kind } of KINDS) {
  describeWithServer(server, `a ${kind.name} that is silent`, (url) => {
    test("management is told so within two seconds, whatever waits to be written", async () => {
      await using database = await freshDatabase(url);
      const own = new URL(database.url);
      await using proxy = await startProxy({ host: own.hostname, port: Number(own.port) });
      own.host = `${proxy.host}:${proxy.port}`;
      await using opened = kind.open(own.href);
      await migrate(opened.db);
      const world = createWorld({ repository: opened.repository });
      const { token } = await world.issue({ kind: "application" });
      const { secret } = await world.issue();
      // A use, which every operation that can depend on it writes down before anything else.
      expect(await world.codeOf(secret)).toBe("ok");
      proxy.blackhole();
      const begun = performance.now();
      const outcomes = await Promise.all(operations(world, token.id).map(outcomeOf));
      expect(performance.now() - begun).toBeLessThan(2000);
      const jobOutcomes = await Promise.all(jobs(world).map(outcomeOf));
      expect(new Set([...outcomes, ...jobOutcomes])).toEqual(new Set(["unavailable"]));
      await proxy.mend();
    });
  });
}
