import { describe, expect, test } from "vitest";
import { type EventsRequest, SYSTEM } from "../../src/index.ts";
import {
  ACCOUNT,
  ADA,
  BOB,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
  STRANGER,
} from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

async function eventful(world: World) {
  const ada = (await world.issue()).token;
  const bob = (await world.issue({ owner: BOB })).token;
  await world.issue({ owner: STRANGER });
  world.clock.pass({ minutes: 1 });
  await world.tokens.zones.put({
    account: ACCOUNT,
    name: "office",
    ranges: ["10.0.0.1"],
    actor: MANAGER,
  });
  await world.tokens.revoke({ tokenId: ada.id, actor: MANAGER });
  return { ada, bob };
}

describe.each(REPOSITORIES)(
  "CORE-72, ASVS 16.2.1, ASVS 16.2.2 the audit trail, over $store",
  ({ open }) => {
    test("CORE-73, OKT-80 who, whom, which token, what, when, with what outcome; newest first", async () => {
      const world = createWorld({ repository: await open() });
      const { ada, bob } = await eventful(world);
      const { events, cursor } = await world.tokens.events({ account: ACCOUNT, actor: MANAGER });
      const at = (minutes: number) => new Date(Date.UTC(2026, 10, 22, 12, minutes));
      const common = { id: expect.any(String), account: ACCOUNT, outcome: "done" };
      expect(cursor).toBeUndefined();
      expect(events).toEqual([
        {
          ...{ ...common, type: "token.revoked", at: at(1), owner: ADA, tokenId: ada.id },
          ...{ kind: "service", actor: MANAGER, data: { name: "laptop" } },
        },
        {
          ...{ ...common, type: "zone.changed", at: at(1), owner: null, tokenId: null, kind: null },
          ...{ actor: MANAGER, data: { zone: "office", ranges: 1, blocked: false } },
        },
        {
          ...{ ...common, type: "token.issued", at: at(0), owner: BOB, tokenId: bob.id },
          ...{ kind: "service", actor: "SYSTEM", data: { name: "laptop", slot: null } },
        },
        {
          ...{ ...common, type: "token.issued", at: at(0), owner: ADA, tokenId: ada.id },
          ...{ kind: "service", actor: "SYSTEM", data: { name: "laptop", slot: null } },
        },
      ]);
    });

    test("an owner sees its own part, also without saying so", async () => {
      const world = createWorld({ repository: await open() });
      const { bob } = await eventful(world);
      const types = async (request: Partial<EventsRequest>) => {
        const { events } = await world.tokens.events({ account: ACCOUNT, actor: ADA, ...request });
        return events.map(({ type, owner }) => [type, owner]);
      };
      const own = [
        ["token.revoked", ADA],
        ["token.issued", ADA],
      ];
      expect(await types({})).toEqual(own);
      expect(await types({ owner: ADA })).toEqual(own);
      expect(await types({ tokenId: bob.id })).toEqual([]);
      expect(await outcomeOf(types({ owner: BOB }))).toBe("forbidden");
      expect(await outcomeOf(types({ account: OTHER_ACCOUNT }))).toBe("forbidden");
    });

    test("by owner and by token", async () => {
      const world = createWorld({ repository: await open() });
      const { ada, bob } = await eventful(world);
      const count = async (request: Partial<EventsRequest>) =>
        (await world.tokens.events({ account: ACCOUNT, actor: MANAGER, ...request })).events.length;
      expect(await count({ owner: BOB })).toBe(1);
      expect(await count({ tokenId: ada.id })).toBe(2);
      expect(await count({ owner: BOB, tokenId: ada.id })).toBe(0);
      expect(await count({ tokenId: bob.id })).toBe(1);
      expect(await count({ tokenId: "no such id" })).toBe(0);
      const foreign = { account: OTHER_ACCOUNT, actor: FOREIGN_MANAGER };
      expect(await count({ ...foreign, tokenId: ada.id })).toBe(0);
      expect(await count(foreign)).toBe(1);
    });

    test("CORE-76 page by page, each event once, also while new ones come", async () => {
      const world = createWorld({ repository: await open() });
      for (let count = 0; count < 25; count++) await world.issue();
      const first = await world.tokens.events({ account: ACCOUNT, actor: SYSTEM });
      expect(first.events).toHaveLength(20);
      await world.issue();
      const second = await world.tokens.events({
        account: ACCOUNT,
        actor: SYSTEM,
        cursor: first.cursor,
      });
      expect(second.events).toHaveLength(5);
      expect(second.cursor).toBeUndefined();
      const ids = [...first.events, ...second.events].map(({ id }) => id);
      expect(new Set(ids).size).toBe(25);
    });
  },
);

test.each(["", "x", "-1", "1.5", "1".repeat(16)])(
  "a cursor of %o is of no list",
  async (cursor) => {
    const events = createWorld().tokens.events({ account: ACCOUNT, actor: SYSTEM, cursor });
    expect(await outcomeOf(events)).toBe("invalid_input");
  },
);

test("a cursor that is no text is the host's mistake", async () => {
  const request = { account: ACCOUNT, actor: MANAGER, cursor: 5 as unknown as string };
  await expect(createWorld().tokens.events(request)).rejects.toThrow(TypeError);
});
