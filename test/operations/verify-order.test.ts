import { describe, expect, test } from "vitest";
import {
  type BudgetStore,
  DENIALS,
  type Issued,
  memoryBudgets,
  memoryRepository,
  SYSTEM,
} from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

/** What makes each check fail, and nothing of the others, in the order of the checks. */
const BREAKS: readonly {
  readonly code: keyof typeof DENIALS;
  readonly breaks: (world: World, issued: Issued) => unknown;
}[] = [
  { code: "missing_token", breaks: () => "" },
  { code: "malformed_token", breaks: (_, { secret }) => `${secret.reveal()}x` },
  {
    code: "unknown_token",
    breaks: ({ tokens }, { token }) => tokens.revoke({ tokenId: token.id, actor: SYSTEM }),
  },
  { code: "expired_token", breaks: ({ clock }) => clock.pass({ days: 31 }) },
  { code: "owner_inactive", breaks: changeAda({ active: false }) },
  { code: "api_access_disabled", breaks: changeAda({ apiAccess: false }) },
  {
    code: "network_denied",
    breaks: ({ tokens }, { token }) =>
      tokens.update({ tokenId: token.id, actor: SYSTEM, network: { include: ["10.0.0.1"] } }),
  },
  { code: "access_denied", breaks: changeAda({ methods: [] }) },
  { code: "budget_exceeded", breaks: ({ verify }, { secret }) => verify(secret) },
];

function changeAda(facts: Parameters<World["directory"]["change"]>[1]) {
  return ({ directory, tokens }: World) => {
    directory.change(ADA, facts);
    return tokens.ownerChanged(ADA);
  };
}

/** A world in which a check and all later ones fail, and the secret to present in it. */
async function brokenFrom(code: string, options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld({
    apis: { orders: { limit: 1, window: { weeks: 52 } } },
    ...options,
  });
  const issued = await world.issue();
  const first = BREAKS.findIndex((entry) => entry.code === code);
  let presented = issued.secret.reveal();
  for (const { breaks } of BREAKS.slice(first).reverse()) {
    const changed = await breaks(world, issued);
    if (typeof changed === "string") presented = changed;
  }
  return { world, issued, presented };
}

describe("CORE-10 the order of the checks", () => {
  test("a token that nothing speaks against is accepted", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test.each(BREAKS)("$code comes before all that fails later", async ({ code }) => {
    const { world, presented } = await brokenFrom(code);
    expect(await world.verify(presented)).toMatchObject({ ok: false, code, ...DENIALS[code] });
  });

  test("the codes of the table are all codes but that of an outage, in their order", () => {
    // What only access tokens have is no answer of the tokenry's.
    const ofApiTokens = Object.keys(DENIALS).filter((code) => !code.includes("dpop"));
    expect([...BREAKS.map(({ code }) => code), "unavailable"]).toEqual(ofApiTokens);
  });
});

describe("CORE-10 a refusal has no effect of a later step", () => {
  test.each(BREAKS)("$code spends nothing, notes nothing and moves no expiry", async ({ code }) => {
    const watched = watchedRepository(memoryRepository());
    const spent: number[] = [];
    const { take } = memoryBudgets();
    const budgets: BudgetStore = {
      take(buckets, cost, now) {
        const taken = take.call(memory, buckets, cost, now);
        if (taken instanceof Promise) throw new Error("the store in memory answers at once");
        spent.push(cost);
        return taken;
      },
    };
    const memory = memoryBudgets();
    const { world, issued, presented } = await brokenFrom(code, {
      budgets,
      repository: watched.repository,
    });
    await world.tokens.close();
    const before = await world.repository.findById(issued.token.id);
    watched.calls.length = 0;
    spent.length = 0;

    expect(await world.codeOf(presented)).toBe(code);
    await world.tokens.close();

    expect(watched.calls).not.toContain("touch");
    expect(spent).toHaveLength(code === "budget_exceeded" ? 1 : 0);
    expect(await world.repository.findById(issued.token.id)).toEqual(before);
  });

  test("CORE-61 a refusal by the account's budget leaves the token's own as it was", async () => {
    const world = createWorld({ apis: { orders: { limit: 2, window: { minutes: 1 } } } });
    const [one, two, three] = [await world.issue(), await world.issue(), await world.issue()];
    await world.verify(one.secret);
    await world.verify(two.secret);
    expect(await world.verify(three.secret)).toMatchObject({ code: "budget_exceeded" });
    world.clock.pass({ seconds: 30 });
    expect(await world.verify(three.secret)).toMatchObject({ ok: true });
  });

  test("DEC-13 a refusal by access spends nothing of the account's budget", async () => {
    const world = createWorld({ apis: { orders: { limit: 1, window: { minutes: 1 } } } });
    const { secret } = await world.issue();
    for (let call = 0; call < 5; call++) await world.verify(secret, { method: "OPTIONS" });
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test("OKT-23, DEC-02 a 429 does not slide", async () => {
    const world = createWorld({ apis: { orders: { limit: 1, window: { weeks: 52 } } } });
    const { secret, token } = await world.issue();
    await world.verify(secret);
    const used = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    world.clock.pass({ days: 1 });
    expect(await world.codeOf(secret)).toBe("budget_exceeded");
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toEqual(used);
  });
});

describe("CORE-14, OKT-58, ASVS 16.5.1 what the outside learns", () => {
  test("the four 401s about a presented token are one and the same answer", async () => {
    const codes = ["malformed_token", "unknown_token", "expired_token", "owner_inactive"];
    const answers = new Set<string>();
    for (const code of codes) {
      const { world, presented } = await brokenFrom(code);
      const verdict = await world.verify(presented);
      if (verdict.ok) throw new Error("a broken token was accepted");
      answers.add(`${verdict.status} ${verdict.message}`);
    }
    expect([...answers]).toEqual(["401 The token is not valid."]);
  });

  test("a missing token is told that one is required", async () => {
    expect(await createWorld().verify(undefined)).toEqual({
      ok: false,
      code: "missing_token",
      status: 401,
      message: "A token is required.",
    });
  });

  test.each(BREAKS)(
    "$code names the token only once its secret is recognised",
    async ({ code }) => {
      const { world, issued, presented } = await brokenFrom(code);
      const verdict = await world.verify(presented);
      const early = ["missing_token", "malformed_token", "unknown_token"].includes(code);
      expect(!verdict.ok && verdict.tokenId).toBe(early ? undefined : issued.token.id);
    },
  );
});
