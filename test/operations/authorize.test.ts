import { describe, expect, test } from "vitest";
import { type Actor, SYSTEM } from "../../src/index.ts";
import {
  ACCOUNT,
  ADA,
  BOB,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
  STRANGER,
} from "../support/directory.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

/** Ada's tokens, and a zone of her account. */
async function prepared() {
  const world = createWorld();
  const service = (await world.issue()).token.id;
  const application = (await world.issue({ kind: "application" })).token.id;
  await world.issue({ kind: "direct" });
  const zone = { account: ACCOUNT, name: "office", ranges: ["10.0.0.0/8"] };
  await world.tokens.zones.put({ ...zone, actor: SYSTEM });
  return { ...world, service, application, zone };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

const OPERATIONS: Readonly<Record<string, (world: Prepared, actor: Actor) => Promise<unknown>>> = {
  issue: ({ tokens }, actor) => tokens.issue({ kind: "service", owner: ADA, actor, name: "new" }),
  "issue managers only": ({ tokens }, actor) =>
    tokens.issue({ kind: "application", owner: ADA, actor, name: "new" }),
  regenerate: ({ tokens, application }, actor) =>
    tokens.regenerate({ tokenId: application, actor }),
  rotate: ({ tokens }, actor) => tokens.rotate({ owner: ADA, kind: "direct", actor }),
  update: ({ tokens, service }, actor) => tokens.update({ tokenId: service, actor, name: "new" }),
  "update managers only": ({ tokens, application }, actor) =>
    tokens.update({ tokenId: application, actor, name: "new" }),
  revoke: ({ tokens, service }, actor) => tokens.revoke({ tokenId: service, actor }),
  "revoke managers only": ({ tokens, application }, actor) =>
    tokens.revoke({ tokenId: application, actor }),
  "revoke again": async ({ tokens, service }, actor) => {
    await tokens.revoke({ tokenId: service, actor: SYSTEM });
    await tokens.revoke({ tokenId: service, actor });
  },
  revokeAll: ({ tokens }, actor) => tokens.revokeAll({ owner: ADA, actor }),
  deprovision: ({ tokens }, actor) => tokens.deprovision({ owner: ADA, actor }),
  get: ({ tokens, service }, actor) => tokens.get({ tokenId: service, actor }),
  list: ({ tokens }, actor) => tokens.list({ owner: ADA, actor }),
  events: ({ tokens }, actor) => tokens.events({ account: ACCOUNT, owner: ADA, actor }),
  "zones.put": ({ tokens, zone }, actor) => tokens.zones.put({ ...zone, actor }),
  "zones.remove": ({ tokens, zone: { account, name } }, actor) =>
    tokens.zones.remove({ account, name, actor }),
  "zones.list": ({ tokens }, actor) => tokens.zones.list({ account: ACCOUNT, actor }),
};

/** How each kind of actor stands, and what it is then answered; in the order of the columns below. */
const ACTORS: readonly {
  readonly who: string;
  readonly actor: Actor;
  readonly change?: (world: World) => void;
}[] = [
  { who: "the owner", actor: ADA },
  { who: "the owner, inactive", actor: ADA, change: change(ADA, { active: false }) },
  { who: "the owner, switched off", actor: ADA, change: change(ADA, { apiAccess: false }) },
  { who: "another owner", actor: BOB },
  { who: "a manager", actor: MANAGER },
  { who: "a manager, switched off", actor: MANAGER, change: change(MANAGER, { apiAccess: false }) },
  { who: "a manager, inactive", actor: MANAGER, change: change(MANAGER, { active: false }) },
  { who: "another account's owner", actor: STRANGER },
  { who: "another account's manager", actor: FOREIGN_MANAGER },
  { who: "nobody known", actor: "nobody" },
  { who: "the host", actor: SYSTEM },
];

function change(ownerId: string, facts: Parameters<World["directory"]["change"]>[1]) {
  return ({ directory }: World) => directory.change(ownerId, facts);
}

const [FORB, NONE, GONE, OFF] = ["forbidden", "not_found", "owner_inactive", "api_access_disabled"];

const ANSWERS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  // owner, inactive, switched off, other, manager, m. switched off, m. inactive, foreign, f. manager, nobody, host
  issue: ["ok", GONE, OFF, FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  "issue managers only": [FORB, GONE, OFF, FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  regenerate: [FORB, GONE, OFF, FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  rotate: ["ok", GONE, OFF, FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  update: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  "update managers only": [FORB, GONE, FORB, FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  revoke: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  "revoke managers only": ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  "revoke again": ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  revokeAll: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  deprovision: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  get: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  list: ["ok", GONE, "ok", FORB, "ok", "ok", FORB, NONE, NONE, FORB, "ok"],
  events: ["ok", FORB, "ok", FORB, "ok", "ok", FORB, FORB, FORB, FORB, "ok"],
  "zones.put": [FORB, FORB, FORB, FORB, "ok", "ok", FORB, FORB, FORB, FORB, "ok"],
  "zones.remove": [FORB, FORB, FORB, FORB, "ok", "ok", FORB, FORB, FORB, FORB, "ok"],
  "zones.list": [FORB, FORB, FORB, FORB, "ok", "ok", FORB, FORB, FORB, FORB, "ok"],
};

describe.each(Object.entries(OPERATIONS))(
  "CORE-09, AP-5, ASVS 7.5.2, ASVS 8.2.1, ASVS 8.3.1 who may %s",
  (name, operation) => {
    test.each(ACTORS.map((row, index) => ({ ...row, answer: ANSWERS[name]?.[index] })))(
      "$who: $answer",
      async ({ actor, change: changed, answer }) => {
        const world = await prepared();
        changed?.(world);
        const before = await stateOf(world);
        expect(await outcomeOf(operation(world, actor))).toBe(answer);
        // A refusal changes nothing; what the host did itself before "again" is its own.
        if (answer !== "ok" && name !== "revoke again")
          expect(await stateOf(world)).toEqual(before);
      },
    );
  },
);

async function stateOf({ repository }: World) {
  return {
    tokens: await repository.listByOwner({ owner: ADA, limit: 100 }),
    zones: await repository.zones(ACCOUNT),
    events: await repository.events({ account: ACCOUNT, limit: 200 }),
  };
}

describe("what depends on the owner, whoever asks", () => {
  const GIVING = ["issue", "regenerate", "rotate"];

  test.each(
    GIVING.flatMap((name) => [
      { name, actor: MANAGER },
      { name, actor: "the host" },
    ]),
  )(
    "EDG-04 no secret is made for an owner for whom it could not work: $name by $actor",
    async ({ name, actor: who }) => {
      const actor = who === MANAGER ? MANAGER : SYSTEM;
      const world = await prepared();
      const outcome = async () => outcomeOf(OPERATIONS[name]?.(world, actor) ?? Promise.reject());
      world.directory.change(ADA, { apiAccess: false });
      expect(await outcome()).toBe("api_access_disabled");
      world.directory.change(ADA, { active: false, apiAccess: true });
      expect(await outcome()).toBe("owner_inactive");
      world.directory.remove(ADA);
      expect(await outcome()).toBe("not_found");
    },
  );

  test("tokens of an account that the owner left are the host's to replace, and to no one's use", async () => {
    const world = await prepared();
    world.directory.change(ADA, { account: OTHER_ACCOUNT });
    expect(await outcomeOf(OPERATIONS.regenerate?.(world, SYSTEM) ?? Promise.reject())).toBe(
      "not_found",
    );
    for (const name of ["get", "revoke"]) {
      expect(await outcomeOf(OPERATIONS[name]?.(world, ADA) ?? Promise.reject())).toBe("not_found");
      expect(await outcomeOf(OPERATIONS[name]?.(world, SYSTEM) ?? Promise.reject())).toBe("ok");
    }
  });

  test("an unknown actor learns nothing of which owners there are", async () => {
    const { tokens } = createWorld();
    const request = { kind: "service", actor: "nobody", name: "new" };
    expect(await outcomeOf(tokens.issue({ ...request, owner: ADA }))).toBe("forbidden");
    expect(await outcomeOf(tokens.issue({ ...request, owner: "no such owner" }))).toBe("forbidden");
    expect(
      await outcomeOf(tokens.issue({ ...request, owner: "no such owner", actor: MANAGER })),
    ).toBe("not_found");
  });
});

describe("who an actor can be", () => {
  test("the id SYSTEM is nobody's, the symbol is the host's", async () => {
    const { tokens, directory } = createWorld();
    directory.change("SYSTEM", { managesTokens: true });
    expect(await outcomeOf(tokens.list({ owner: ADA, actor: "SYSTEM" }))).toBe("invalid_input");
    expect(await outcomeOf(tokens.list({ owner: "SYSTEM", actor: SYSTEM }))).toBe("invalid_input");
  });

  test.each(["", "a\nb", "a".repeat(256)])("%o is no id", async (actor) => {
    expect(await outcomeOf(createWorld().tokens.list({ owner: ADA, actor }))).toBe("invalid_input");
  });

  test.each([undefined, null, 1, {}, Symbol("system")])("%o is no actor", async (actor) => {
    const list = createWorld().tokens.list({ owner: ADA, actor: actor as unknown as Actor });
    await expect(list).rejects.toThrow(TypeError);
  });

  test.each(Object.keys(OPERATIONS))(
    "the directory out of reach is unavailable: %s",
    async (name) => {
      const world = await prepared();
      const cause = new Error("out of reach");
      world.directory.find = () => {
        throw cause;
      };
      const operation = OPERATIONS[name]?.(world, ADA);
      await expect(operation).rejects.toMatchObject({ code: "unavailable", status: 503, cause });
    },
  );
});
