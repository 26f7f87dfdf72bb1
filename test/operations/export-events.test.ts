import { describe, expect, test } from "vitest";
import { type EventsFilter, SYSTEM, type TokenEvent, type Tokenry } from "../../src/index.ts";
import { ACCOUNT, ADA, BOB, MANAGER, STRANGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

const ALL: EventsFilter = { account: ACCOUNT, actor: SYSTEM };

async function linesOf(tokens: Tokenry, filter: EventsFilter): Promise<TokenEvent[]> {
  const text = await new Response(await tokens.exportEvents(filter)).text();
  expect(text === "" || text.endsWith("\n")).toBe(true);
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => {
    const event: TokenEvent = JSON.parse(line);
    return { ...event, at: new Date(event.at) };
  });
}

describe.each(REPOSITORIES)("the trail as NDJSON, over $store", ({ open }) => {
  test("CORE-72 is the trail, line by line, newest first, of more than a page", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 600; count++) {
      await world.issue({ name: `a"b \\ ü`, owner: count % 2 === 0 ? ADA : BOB });
      world.clock.set(world.clock.now() + 1);
    }
    const lines = await linesOf(world.tokens, ALL);
    expect(lines).toHaveLength(600);
    const { events } = await world.tokens.events({ ...ALL, limit: 200 });
    expect(lines.slice(0, 200)).toEqual(events);
    expect(await linesOf(world.tokens, { ...ALL, owner: BOB })).toEqual(
      lines.filter(({ owner }) => owner === BOB),
    );
  });

  test("is chosen by type and time, as a page of it is", async () => {
    const world = createWorld({ repository: await open() });
    const ids: string[] = [];
    for (let hour = 0; hour < 4; hour++) {
      ids.push((await world.issue()).token.id);
      world.clock.pass({ hours: 1 });
    }
    await world.tokens.revoke({ tokenId: ids[0] ?? "", actor: SYSTEM });
    const at = (hours: number): Date => new Date(world.clock.now() - hours * 3_600_000);
    const filters: [Partial<EventsFilter>, number][] = [
      [{ types: ["token.revoked"] }, 1],
      [{ types: ["token.issued", "token.revoked"] }, 5],
      [{ types: ["zone.changed"] }, 0],
      [{ since: at(2) }, 3],
      [{ until: at(2) }, 2],
      [{ since: at(3), until: at(1) }, 2],
      [{ since: at(1), until: at(1) }, 0],
      [{ since: at(3), types: ["token.issued"], tokenId: ids[2] ?? "" }, 1],
    ];
    for (const [filter, count] of filters) {
      const lines = await linesOf(world.tokens, { ...ALL, ...filter });
      expect(lines).toHaveLength(count);
      expect((await world.tokens.events({ ...ALL, ...filter })).events).toEqual(lines);
    }
  });
});

describe("the export", () => {
  test("ASVS 8.2.1 is of what the actor may see, and refused before it begins", async () => {
    const world = createWorld();
    await world.issue();
    await world.issue({ owner: BOB });
    const seen = async (actor: string): Promise<number> =>
      (await linesOf(world.tokens, { account: ACCOUNT, actor })).length;
    expect([await seen(MANAGER), await seen(ADA)]).toEqual([2, 1]);
    const foreign = { account: ACCOUNT, actor: STRANGER };
    expect(await outcomeOf(world.tokens.exportEvents(foreign))).toBe("forbidden");
  });

  test("reads no further than its reader, and nothing when it is cancelled", async () => {
    const watched = watchedRepository(createWorld().repository);
    const world = createWorld({ repository: watched.repository });
    for (let count = 0; count < 1600; count++) await world.issue();
    const reads = (): number => watched.calls.filter((method) => method === "events").length;
    const reader = (await world.tokens.exportEvents(ALL)).getReader();
    await reader.read();
    expect(reads()).toBeLessThanOrEqual(2);
    await reader.cancel();
    expect(reads()).toBeLessThanOrEqual(2);
  });

  test("breaks off when the store goes away", async () => {
    const watched = watchedRepository(createWorld().repository);
    const world = createWorld({ repository: watched.repository });
    await world.issue();
    watched.failing.add("events");
    const stream = await world.tokens.exportEvents(ALL);
    await expect(new Response(stream).text()).rejects.toMatchObject({ code: "unavailable" });
  });

  test("CORE-04, CORE-05 holds no secret and no hash", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    const text = await new Response(await world.tokens.exportEvents(ALL)).text();
    expect(text).not.toContain(secret.reveal());
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  });
});

test.each<[object, string]>([
  [{ types: [] }, "invalid_input"],
  [{ types: Array.from({ length: 51 }, () => "token.issued") }, "invalid_input"],
  [{ types: [""] }, "invalid_input"],
  [{ since: new Date(Number.NaN) }, "invalid_input"],
])("%o is no filter", async (filter, code) => {
  const { tokens } = createWorld();
  expect(await outcomeOf(tokens.events({ ...ALL, ...filter }))).toBe(code);
  expect(await outcomeOf(tokens.exportEvents({ ...ALL, ...filter }))).toBe(code);
});

test.each([{ since: 5 }, { until: "2026-01-01" }, { types: "token.issued" }, { types: [5] }])(
  "%o is of a wrong type",
  async (filter) => {
    const { tokens } = createWorld();
    await expect(tokens.events({ ...ALL, ...(filter as object) })).rejects.toThrow(TypeError);
  },
);
