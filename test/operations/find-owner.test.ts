import { describe, expect, test } from "vitest";
import { type Actor, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

const NOBODY = "nobody";

describe("owner", () => {
  test("tells what the directory says, every default filled in", async () => {
    const { tokens } = createWorld();
    expect(await tokens.owner({ owner: ADA, actor: ADA })).toEqual({
      ...{ id: ADA, account: ACCOUNT, active: true, apiAccess: true },
      ...{ methods: null, access: "full", managesTokens: false },
    });
    expect(await tokens.owner({ owner: MANAGER, actor: MANAGER })).toMatchObject({
      managesTokens: true,
    });
  });

  test("tells what is so now, and nothing that the host keeps for itself", async () => {
    const { tokens, directory } = createWorld();
    const access = { orders: "read" } as const;
    directory.change(ADA, { apiAccess: false, methods: ["GET"], access });
    const standing = await tokens.owner({ owner: ADA, actor: MANAGER });
    expect(standing).toMatchObject({ apiAccess: false, methods: ["GET"], access });
    expect(Object.keys(standing)).not.toContain("email");
    expect(Object.keys(standing)).not.toContain("profile");
    expect(Object.isFrozen(standing)).toBe(true);
  });

  test("who is not active manages nothing", async () => {
    const { tokens, directory } = createWorld();
    directory.change(MANAGER, { active: false });
    expect(await tokens.owner({ owner: MANAGER, actor: SYSTEM })).toMatchObject({
      active: false,
      managesTokens: false,
    });
  });

  test.each<[string, Actor, string, string]>([
    ["an owner, of itself", ADA, ADA, "ok"],
    ["a manager, of its account", MANAGER, ADA, "ok"],
    ["the host, of anybody", SYSTEM, STRANGER, "ok"],
    ["an owner, of another", ADA, BOB, "forbidden"],
    ["an owner, of nobody", ADA, NOBODY, "forbidden"],
    ["a manager, of another account", MANAGER, STRANGER, "not_found"],
    ["a manager of another account", FOREIGN_MANAGER, ADA, "not_found"],
    ["a manager, of nobody", MANAGER, NOBODY, "not_found"],
    ["nobody, of an owner", NOBODY, ADA, "forbidden"],
    ["nobody, of itself", NOBODY, NOBODY, "forbidden"],
  ])("AP-1 %s", async (_name, actor, owner, outcome) => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.owner({ owner, actor }))).toBe(outcome);
  });
});
