import { describe, expect, test } from "vitest";
import { type Owner, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, ADA, OTHER_ACCOUNT } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

/** Lets the directory's last answer grow old. */
const ANSWER_LIFE = { seconds: 5 };

async function codeAfter(world: World, change: () => void): Promise<string> {
  const { secret } = await world.issue();
  change();
  world.clock.pass(ANSWER_LIFE);
  return world.codeOf(secret);
}

describe("what the owner's state does to a call", () => {
  test("OKT-30, ASVS 7.4.2 an owner who is gone has no working token", async () => {
    const world = createWorld();
    expect(await codeAfter(world, () => world.directory.remove(ADA))).toBe("owner_inactive");
  });

  test("an owner who moved to another account left its tokens behind", async () => {
    const world = createWorld();
    const move = () => world.directory.change(ADA, { account: OTHER_ACCOUNT });
    expect(await codeAfter(world, move)).toBe("owner_inactive");
  });

  test.each([false, undefined, null, 1, "true"])(
    "only active: true is active, %o is not",
    async (active) => {
      const world = createWorld();
      const change = () => world.directory.change(ADA, { active } as unknown as Owner);
      expect(await codeAfter(world, change)).toBe("owner_inactive");
    },
  );

  test("DEC-19, OKT-31 a suspended owner's tokens work again afterwards", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    for (const active of [false, true, false, true]) {
      world.directory.change(ADA, { active });
      world.clock.pass(ANSWER_LIFE);
      expect(await world.codeOf(secret)).toBe(active ? "ok" : "owner_inactive");
    }
  });

  test("DEC-17, OWN-12 the option switched off refuses and keeps, switched on accepts again", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    for (const apiAccess of [false, true]) {
      world.directory.change(ADA, { apiAccess });
      world.clock.pass(ANSWER_LIFE);
      expect(await world.codeOf(secret)).toBe(apiAccess ? "ok" : "api_access_disabled");
    }
  });

  test("OKT-27, ASVS 8.3.2 lowered and raised privileges hold for tokens that exist", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    for (const [access, code] of [
      [{ orders: "read" }, "access_denied"],
      ["none", "access_denied"],
      [{ orders: "full" }, "ok"],
    ] as const) {
      world.directory.change(ADA, { access });
      world.clock.pass(ANSWER_LIFE);
      expect(await world.codeOf(secret, { method: "POST" })).toBe(code);
    }
  });

  test("OWN-11 the verdict hands back the directory's own answer", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    world.directory.change(ADA, { profile: { units: ["north"] } });
    world.clock.pass(ANSWER_LIFE);
    const verdict = await world.verify(secret);
    expect(verdict.ok && verdict.owner).toBe(world.directory.find(ADA));
  });
});

describe("how often the directory is asked", () => {
  test("once per owner in five seconds", async () => {
    const world = createWorld();
    const secrets = [(await world.issue()).secret, (await world.issue({ kind: "web" })).secret];
    const call = async () => {
      world.directory.asked.length = 0;
      for (const secret of [...secrets, ...secrets]) await world.verify(secret);
      return world.directory.asked;
    };
    world.clock.pass(ANSWER_LIFE);
    expect(await call()).toEqual([ADA]);
    world.clock.set(world.clock.now() + 4999);
    expect(await call()).toEqual([]);
    world.clock.set(world.clock.now() + 1);
    expect(await call()).toEqual([ADA]);
  });

  test("cache.owner: false asks at every call", async () => {
    const world = createWorld({ cache: { owner: false } });
    const { secret } = await world.issue();
    world.directory.asked.length = 0;
    await world.verify(secret);
    await world.verify(secret);
    expect(world.directory.asked).toEqual([ADA, ADA]);
  });

  test("cache.owner sets how long an answer holds", async () => {
    const world = createWorld({ cache: { owner: { minutes: 1 } } });
    const { secret } = await world.issue();
    world.directory.change(ADA, { active: false });
    world.clock.set(world.clock.now() + 59_999);
    expect(await world.codeOf(secret)).toBe("ok");
    world.clock.set(world.clock.now() + 1);
    expect(await world.codeOf(secret)).toBe("owner_inactive");
  });

  test("calls that wait for one owner share one question", async () => {
    const asked: string[] = [];
    const owner: Owner = { id: ADA, account: ACCOUNT, active: true };
    const world = createWorld({
      directory: {
        async find(id) {
          asked.push(id);
          await Promise.resolve();
          return owner;
        },
      },
    });
    const { secret } = await world.issue();
    world.clock.pass(ANSWER_LIFE);
    asked.length = 0;
    const codes = await Promise.all(Array.from({ length: 20 }, () => world.codeOf(secret)));
    expect(new Set(codes)).toEqual(new Set(["ok"]));
    expect(asked).toEqual([ADA]);
  });

  test("ownerChanged makes the next call ask", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    world.directory.change(ADA, { active: false });
    expect(await world.codeOf(secret)).toBe("ok");
    await world.tokens.ownerChanged(ADA);
    expect(await world.codeOf(secret)).toBe("owner_inactive");
  });

  test("an answer on its way while the owner changed is not kept", async () => {
    const held: ((owner: Owner) => void)[] = [];
    const owner: Owner = { id: ADA, account: ACCOUNT, active: true };
    let answer: () => Promise<Owner> = async () => owner;
    const world = createWorld({ directory: { find: () => answer() } });
    const { secret } = await world.issue();
    world.clock.pass(ANSWER_LIFE);

    answer = () => new Promise((resolve) => held.push(resolve));
    const early = world.codeOf(secret);
    await world.tokens.ownerChanged(ADA);
    held[0]?.(owner);
    expect(await early).toBe("ok");

    answer = async () => ({ ...owner, active: false });
    expect(await world.codeOf(secret)).toBe("owner_inactive");
  });

  test("a management call asks for the actor's facts of now, and verify learns of them", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    await world.verify(secret);
    world.directory.change(ADA, { active: false });
    await world.tokens.list({ owner: ADA, actor: SYSTEM });
    expect(await world.codeOf(secret)).toBe("owner_inactive");
  });
});
