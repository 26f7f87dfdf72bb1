import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelAllows, neededMethod } from "../../../src/access/level.ts";
import type { Access, Api, Owner } from "../../../src/index.ts";
import { levelsOf, parseScope } from "../../../src/oauth/scope.ts";
import { accessTokenVerifier } from "../../../src/oauth/verifier/access-token-verifier.ts";
import {
  basic,
  createOAuthWorld,
  EXCHANGE,
  INVOICES,
  ISSUER,
  ORDERS,
  TOKEN_TYPE,
} from "../fixtures.ts";

/** Enough for every verify and exchange of a run. */
const rate = { limit: 1_000_000, window: { minutes: 1 } } as const;
const APIS: Readonly<Record<"orders" | "invoices" | "jobs", Api & { methods: string[] }>> = {
  orders: { ...rate, methods: ["GET", "POST", "DELETE"] },
  invoices: { ...rate, methods: ["GET"] },
  jobs: { ...rate, methods: ["POST", "PURGE"] },
};
const NAMES = Object.keys(APIS);
const METHODS = ["GET", "HEAD", "POST", "DELETE", "PURGE", "PATCH"];

const subset = fc.subarray(["GET", "POST", "DELETE", "PURGE"]);
const full = { weight: 3, arbitrary: fc.constant("full" as const) };
const level = fc.oneof(full, fc.constantFrom("none", "read", "full"), subset);
const levels = fc.dictionary(fc.constantFrom(...NAMES), level, { noNullPrototype: true });
const access: fc.Arbitrary<Access> = fc.oneof(level, levels) as never;
const most = { minLength: 3 };
const owner: fc.Arbitrary<Partial<Owner>> = fc.record(
  {
    methods: fc.oneof(subset, fc.subarray(["GET", "POST", "DELETE", "PURGE"], most)),
    access,
    active: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  },
  { requiredKeys: [] },
);
const scope = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      ...["orders:read", "orders:full", "orders:POST", "orders:DELETE", "orders:HEAD"],
      ...["invoices:read", "invoices:full", "invoices:GET", "jobs:POST", "jobs:PURGE", "jobs:full"],
    ),
  },
  fc.constantFrom("jobs:read", "orders:PATCH", "orders:none", "shipments:read", "__proto__:full"),
);
const asked = fc.record(
  {
    scope: fc.array(scope, { minLength: 1, maxLength: 3 }).map((list) => list.join(" ")),
    resource: fc.constantFrom(ORDERS, INVOICES),
  },
  { requiredKeys: [] },
);
const grantType = fc.constantFrom("refresh", "exchange", "client");
/** The token's, by the levels that its kind may keep. */
const kept = fc.record(
  Object.fromEntries(
    Object.entries(APIS).map(([api, { methods }]) => [
      api,
      fc.oneof(full, fc.constantFrom("none", "read", "full"), fc.subarray([...methods])),
    ]),
  ),
  { requiredKeys: [], noNullPrototype: true },
);

interface Case {
  readonly facts: Partial<Owner>;
  readonly kept: object | null;
  readonly asked: { readonly scope?: string; readonly resource?: string };
  readonly grantType: keyof ReturnType<typeof formsOf>;
}

function formsOf(secret: string) {
  return {
    refresh: { grant_type: "refresh_token", refresh_token: secret },
    exchange: {
      ...{ grant_type: EXCHANGE, subject_token: secret },
      subject_token_type: `${TOKEN_TYPE}access_token`,
    },
    client: { grant_type: "client_credentials" },
  };
}

/** Exchanges a new token, and tells the scope of what came out and what the token itself opens then. */
async function exchange({ facts, kept: own, asked: more, grantType: type }: Case): Promise<{
  readonly scope: string | undefined;
  /** What the access token opens at the resource servers together. */
  readonly accepts: (api: string, method: string) => Promise<boolean>;
  readonly isOpen: (api: string, method: string) => Promise<boolean>;
}> {
  const world = await createOAuthWorld(
    { resources: { [ORDERS]: { apis: SERVED[ORDERS] }, [INVOICES]: { apis: SERVED[INVOICES] } } },
    { apis: APIS, cache: { owner: false } },
  );
  const { secret } = await world.issue(
    own === null ? {} : { kind: "application", access: own as Access },
  );
  world.directory.change("ada", facts);
  const text = secret.reveal();
  const headers = type === "client" ? basic("ada", text) : {};
  const answered = await world.post({ ...formsOf(text)[type], ...more }, { headers });
  const claims = answered.status === 200 ? await world.claimsOf(answered) : undefined;
  const verifier = accessTokenVerifier({
    ...{ issuer: ISSUER, audience: [ORDERS, INVOICES], clock: world.clock },
    jwks: await world.keys.published(),
  });
  const token = `${answered.body.access_token}`;
  return {
    scope: claims?.scope as string | undefined,
    accepts: async (api, method) => (await verifier.verify(token, { api, method })).ok,
    isOpen: async (api, method) => (await world.codeOf(text, { api, method })) === "ok",
  };
}

const SERVED = { [ORDERS]: ["orders", "jobs"], [INVOICES]: ["invoices"] } as const;
const CALLS = NAMES.flatMap((api) => METHODS.map((method) => [api, method] as const));

function isServed({ asked: { resource } }: Case, api: string): boolean {
  const served: readonly string[] =
    resource === undefined ? NAMES : SERVED[resource as keyof typeof SERVED];
  return served.includes(api);
}

describe("what an access token opens", () => {
  it("CORE-41 OKT-92 R8693-04 is what token, owner, request and resource allow together: no more, and no less", async () => {
    const outcomes = { granted: 0, refused: 0 };
    const cases = fc.record({ facts: owner, kept: fc.option(kept), asked, grantType });
    const property = fc.asyncProperty(cases, async (each: Case) => {
      const { scope: given, isOpen, accepts } = await exchange(each);
      outcomes[given === undefined ? "refused" : "granted"] += 1;
      if (given === undefined) return;
      const { scope: wanted } = each.asked;
      for (const [api, method] of CALLS) {
        const isDue = (await isOpen(api, method)) && isServed(each, api);
        const isWanted = wanted === undefined || opens(wanted, api, method);
        expect([api, method, opens(given, api, method)]).toEqual([api, method, isDue && isWanted]);
        expect([api, method, await accepts(api, method)]).toEqual([api, method, isDue && isWanted]);
        // What is more than is due is refused, not left out.
        expect(isDue || wanted === undefined || !isWanted).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 200 });
    expect(Math.min(outcomes.granted, outcomes.refused)).toBeGreaterThan(15);
  });
});

/** Whether a list of scopes opens a call, by the methods that the APIs have. */
function opens(text: string, api: string, method: string): boolean {
  const levels = levelsOf(parseScope(text) ?? []) ?? {};
  const needed = neededMethod(method);
  const level = Object.hasOwn(levels, api) ? levels[api] : undefined;
  const names = Array.isArray(level) ? level.map(neededMethod) : level;
  return APIS[api as keyof typeof APIS].methods.includes(needed) && levelAllows(names, needed);
}
