import { expect, test } from "vitest";
import { SYSTEM, type TokenryOptions } from "../../src/index.ts";
import { migrate } from "../../src/storage/sql/index.ts";
import { describeWithServer, freshDatabase } from "../servers/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";
import { type DatabaseKind, MARIADB, POSTGRES } from "./outage/databases.ts";
import { openWay, type Way } from "./outage/way.ts";

const KINDS = [
  { server: "postgres", kind: POSTGRES },
  { server: "mariadb", kind: MARIADB },
] as const;

/** Not the level of isolation. */
const COMMIT = /\bcommit\b/;

/** A world over a database, and the way to it. */
interface Lab extends AsyncDisposable {
  readonly world: World;
  readonly way: Way;
}

async function openLab(
  kind: DatabaseKind,
  url: string,
  options: Partial<TokenryOptions> = {},
): Promise<Lab> {
  await using stack = new AsyncDisposableStack();
  const own = new URL(stack.use(await freshDatabase(url)).url);
  const way = stack.use(await openWay({ host: own.hostname, port: Number(own.port) }));
  own.host = `127.0.0.1:${way.port}`;
  const { db, repository } = stack.use(kind.open(own.href));
  await migrate(db);
  const rest = stack.move();
  return {
    ...{ world: createWorld({ ...options, repository }), way },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

for (const { server, kind } of KINDS) {
  describeWithServer(server, `${kind.name}, when the answer to a commit is lost`, (url) => {
    test("a revocation has happened, and can be repeated", async () => {
      await using lab = await openLab(kind, url);
      const { world, way } = lab;
      const { secret, token } = await world.issue();
      const revoke = () => world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
      way.loseAnswerTo(COMMIT);
      expect(await outcomeOf(revoke())).toBe("unavailable");
      expect(await world.codeOf(secret)).toBe("unknown_token");
      expect(await outcomeOf(revoke())).toBe("ok");
      expect(await world.trail("token.revoked")).toHaveLength(1);
    });

    test("a node that remembers the token does not go on with what was before", async () => {
      await using lab = await openLab(kind, url, { cache: { ttl: { hours: 1 } } });
      const { world, way } = lab;
      const { secret, token } = await world.issue();
      expect(await world.codeOf(secret)).toBe("ok");
      way.loseAnswerTo(COMMIT);
      const revoked = world.tokens.revoke({ tokenId: token.id, actor: SYSTEM });
      expect(await outcomeOf(revoked)).toBe("unavailable");
      expect(await world.codeOf(secret)).toBe("unknown_token");
    });

    test("a token that nobody was given is there, once, and can be revoked and issued anew", async () => {
      await using lab = await openLab(kind, url);
      const { world, way } = lab;
      way.loseAnswerTo(COMMIT);
      expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("unavailable");
      expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("slot_taken");
      const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
      expect(tokens).toHaveLength(1);
      expect(await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 1 });
      expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("ok");
      expect((await world.trail()).map(({ type }) => type)).toEqual([
        "token.issued",
        "token.revoked",
        "token.issued",
      ]);
    });

    test("a rotation has happened whole", async () => {
      await using lab = await openLab(kind, url);
      const { world, way } = lab;
      const first = await world.issue({ kind: "direct" });
      const rotate = () => world.tokens.rotate({ owner: ADA, kind: "direct", actor: SYSTEM });
      way.loseAnswerTo(COMMIT);
      expect(await outcomeOf(rotate())).toBe("unavailable");
      const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
      expect(tokens.map(({ slot }) => slot).sort()).toEqual(["backup", "primary"]);
      expect(await world.codeOf(first.secret)).toBe("ok");
      expect(await outcomeOf(rotate())).toBe("ok");
      // Of three, the one that nobody was given is the backup now.
      expect(await world.codeOf(first.secret)).toBe("unknown_token");
    });
  });
}
