import { beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/index.ts";
import { ROUTES } from "../../src/manage/routes.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { type Answered, bytesOf, createManageWorld, type ManageWorld } from "./world.ts";

const NOBODY = "nobody-of-this-name";
const UNKNOWN_ID = "01a5a6f8-0000-7000-8000-000000000000";
const OWNERS = { own: ADA, colleague: BOB, foreign: STRANGER, unknown: NOBODY } as const;
type Whose = keyof typeof OWNERS;
const OTHERS = ["colleague", "foreign", "unknown"] as const;

/** Who asks. `own` is Ada's in every row but those of her colleague, to whom it is another's. */
const ACTORS = {
  anonymous: undefined,
  user: ADA,
  "other user": BOB,
  manager: MANAGER,
  "other account's manager": FOREIGN_MANAGER,
  "gone user": "gone",
} as const;
type Asking = keyof typeof ACTORS;

/** What each operation is sent, so that nothing but the actor is against it. */
const BODIES: Readonly<Record<string, unknown>> = {
  putZone: { ranges: ["10.0.0.0/8"] },
  issueToken: { kind: "service", name: "one" },
  updateToken: { name: "two" },
  regenerateToken: {},
  rotateTokens: {},
  resendRotation: {},
  confirmRotation: { code: "x" },
  retryNotices: {},
};

interface World extends ManageWorld {
  readonly ids: Readonly<Record<Whose, string>>;
}

/** Ada, Bob and Eve each have an application token, which can be regenerated, and a pair with a rotation that waits. */
async function createAuthorityWorld(): Promise<World> {
  const world = createManageWorld();
  const issued: Record<string, string> = { unknown: UNKNOWN_ID };
  for (const whose of ["own", "colleague", "foreign"] as const) {
    const owner = OWNERS[whose];
    const { token } = await world.issue({ kind: "application", owner });
    issued[whose] = token.id;
    await world.issue({ kind: "web", owner });
    await world.tokens.rotate({ kind: "web", owner, actor: SYSTEM });
  }
  await world.tokens.zones.put({
    ...{ account: "acme", name: "office", ranges: ["10.0.0.0/8"], actor: SYSTEM },
  });
  return { ...world, ids: issued as Record<Whose, string> };
}

/** Asks for a route about somebody's things. */
function ask(
  { ask: send, ids }: World,
  operationId: string,
  {
    as,
    whose,
    headers,
  }: { as: string | undefined; whose: Whose; headers?: Record<string, string> },
): Promise<Answered> {
  const route = ROUTES.find((each) => each.operationId === operationId);
  if (route === undefined) throw new Error(`there is no ${operationId}`);
  const path = route.path
    .replace("{owner}", OWNERS[whose])
    .replace("{tokenId}", ids[whose])
    .replace("{kind}", "web")
    .replace("{name}", "office");
  return send(route.method, path, { as, body: BODIES[operationId], headers: headers ?? {} });
}

const ofOwner = ROUTES.filter(({ path }) => path.startsWith("/owners/"));
const ofToken = ROUTES.filter(({ path }) => path.startsWith("/tokens/"));
const ofAccount = ROUTES.filter((route) => !ofOwner.includes(route) && !ofToken.includes(route));

/** What a route of an owner or a token comes to for who may use it. */
const DONE: Readonly<Record<string, number>> = {
  ...{ getOwner: 200, listTokens: 200, issueToken: 201, revokeTokens: 200, getRotation: 200 },
  ...{ rotateTokens: 202, cancelRotation: 200, resendRotation: 200 },
  ...{ getToken: 200, updateToken: 200, revokeToken: 204, regenerateToken: 200 },
};
/** Tokens of this kind are issued and changed by those who manage tokens. */
const MANAGERS_ONLY: ReadonlySet<string> = new Set(["updateToken", "regenerateToken"]);

/** The expected status, row by row: whose things, who asks. */
function expected(operationId: string, asking: Asking, whose: Whose, isToken: boolean): number {
  const done = DONE[operationId] ?? 0;
  const kindRefuses = MANAGERS_ONLY.has(operationId);
  const table: Readonly<Record<Asking, Readonly<Record<Whose, number>>>> = {
    anonymous: { own: 401, colleague: 401, foreign: 401, unknown: 401 },
    user: isToken
      ? { own: kindRefuses ? 403 : done, colleague: 404, foreign: 404, unknown: 404 }
      : { own: done, colleague: 403, foreign: 403, unknown: 403 },
    "other user": isToken
      ? { own: 404, colleague: kindRefuses ? 403 : done, foreign: 404, unknown: 404 }
      : { own: 403, colleague: done, foreign: 403, unknown: 403 },
    manager: { own: done, colleague: done, foreign: 404, unknown: 404 },
    "other account's manager": { own: 404, colleague: 404, foreign: done, unknown: 404 },
    "gone user": { own: 403, colleague: 403, foreign: 403, unknown: 403 },
  };
  return table[asking][whose];
}

/** What is the account's is for those who manage its tokens, but for these. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  "getContext",
  "listEvents",
  "confirmRotation",
  "cancelRotationByCode",
]);
/** Of a zone, and of a code that opens nothing. */
const DONE_OF_ACCOUNT: Readonly<Record<string, number>> = {
  removeZone: 204,
  confirmRotation: 400,
  cancelRotationByCode: 400,
};

function expectedOfAccount(operationId: string, asking: Asking): number {
  if (asking === "anonymous") return 401;
  const isForeign = asking === "other account's manager";
  // The zone is of another account.
  if (isForeign && operationId === "removeZone") return 404;
  const manages = asking === "manager" || isForeign;
  const isFree = asking !== "gone user" && FOR_EVERYBODY.has(operationId);
  return manages || isFree ? (DONE_OF_ACCOUNT[operationId] ?? 200) : 403;
}

const ROWS = [...ofOwner, ...ofToken].flatMap(({ operationId, path }) =>
  (Object.keys(ACTORS) as Asking[]).flatMap((asking) =>
    (Object.keys(OWNERS) as Whose[]).map((whose) => {
      const status = expected(operationId, asking, whose, path.startsWith("/tokens/"));
      return [operationId, asking, whose, status] as const;
    }),
  ),
);

describe("who may do what to whom", () => {
  test.each(ROWS)("%s: %s, things of %s: %i", async (operationId, asking, whose, status) => {
    const world = await createAuthorityWorld();
    const answer = await ask(world, operationId, { as: ACTORS[asking], whose });
    expect(answer.status).toBe(status);
  });

  test.each(
    ofAccount.flatMap(({ operationId }) =>
      (Object.keys(ACTORS) as Asking[]).map(
        (asking) => [operationId, asking, expectedOfAccount(operationId, asking)] as const,
      ),
    ),
  )("%s of the account: %s: %i", async (operationId, asking, status) => {
    const world = await createAuthorityWorld();
    const answer = await ask(world, operationId, { as: ACTORS[asking], whose: "own" });
    expect(answer.status).toBe(status);
  });

  test("the account is always the actor's: another's trail, zones and notices are not seen", async () => {
    const world = await createAuthorityWorld();
    const zones = await world.ask("GET", "/zones", { as: FOREIGN_MANAGER });
    expect(zones.json).toEqual({ zones: [] });
    const { json } = await world.ask("GET", `/events?owner=${ADA}`, { as: FOREIGN_MANAGER });
    expect(json).toEqual({ events: [] });
  });
});

describe("AP-1, CORE-75 refusals tell nothing apart, to the byte", () => {
  let world: World;
  beforeAll(async () => {
    world = await createAuthorityWorld();
  });

  const sameTo = async (operationId: string, as: string | undefined, whose: readonly Whose[]) => {
    const answers = await Promise.all(
      whose.map((each) => ask(world, operationId, { as, whose: each })),
    );
    expect(new Set(answers.map(bytesOf)).size).toBe(1);
    expect(answers[0]?.text).not.toContain(STRANGER);
  };

  test.each([...ofOwner, ...ofToken].map(({ operationId }) => operationId))(
    "%s",
    async (operationId) => {
      await sameTo(operationId, undefined, ["own", ...OTHERS]);
      await sameTo(operationId, ADA, OTHERS);
      await sameTo(operationId, BOB, ["own", "foreign", "unknown"]);
      await sameTo(operationId, MANAGER, ["foreign", "unknown"]);
      await sameTo(operationId, FOREIGN_MANAGER, ["own", "colleague", "unknown"]);
      await sameTo(operationId, "gone", ["own", ...OTHERS]);
    },
  );

  test.each([
    { "if-match": '"1"' },
    { "if-match": '"1", "2"' },
    { "if-match": "*" },
    { "if-match": 'W/"1"' },
    { "idempotency-key": "k" },
  ])("neither by %j", async (headers) => {
    for (const as of [ADA, FOREIGN_MANAGER]) {
      const whose = as === ADA ? OTHERS : (["own", "colleague", "unknown"] as const);
      const answers: Answered[] = [];
      for (const each of whose)
        answers.push(await ask(world, "regenerateToken", { as, whose: each, headers }));
      expect(answers.map(({ code }) => code)).toEqual(["not_found", "not_found", "not_found"]);
      expect(new Set(answers.map(bytesOf)).size).toBe(1);
    }
  });

  test("a token that has ended is as unknown to others as one that never was", async () => {
    const { token } = await world.issue({ owner: BOB });
    await world.tokens.revoke({ tokenId: token.id, actor: BOB });
    for (const as of [ADA, FOREIGN_MANAGER]) {
      const gone = await world.ask("DELETE", `/tokens/${token.id}`, { as });
      const never = await world.ask("DELETE", `/tokens/${UNKNOWN_ID}`, { as });
      expect(bytesOf(gone)).toBe(bytesOf(never));
    }
    expect((await world.ask("DELETE", `/tokens/${token.id}`, { as: BOB })).status).toBe(204);
  });

  test.each(["%00", "%E2%80%AE", "x".repeat(300), "x".repeat(10_000), "a%2Fb", "%2525"])(
    "what is no id of a token is not found: %s",
    async (id) => {
      const unknown = await world.ask("GET", `/tokens/${UNKNOWN_ID}`, { as: ADA });
      expect(bytesOf(await world.ask("GET", `/tokens/${id}`, { as: ADA }))).toBe(bytesOf(unknown));
    },
  );
});

describe("AP-2 a token is never an actor", () => {
  test.each([
    ...[{ authorization: "Bearer $" }, { authorization: "Basic eDp4" }, { authorization: "TOK:$" }],
    ...[{ authorization: "DPoP eyJ.eyJ.x" }, { "x-api-key": "$" }, { "x-whatever": "key=$;v=1" }],
  ])("%j is refused on every route, before the host is asked", async (headers) => {
    let asked = 0;
    const world = createManageWorld({
      actor: () => {
        asked += 1;
        return MANAGER;
      },
    });
    const { secret } = await world.issue({ owner: MANAGER });
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace("$", secret.reveal())]),
    );
    for (const { operationId } of ROUTES) {
      const at = { ...world, ids: { own: "1", colleague: "1", foreign: "1", unknown: "1" } };
      const answer = await ask(at, operationId, { as: MANAGER, whose: "own", headers: sent });
      expect([operationId, answer.status, answer.code]).toEqual([
        ...[operationId, 403, "token_not_allowed"],
      ]);
      expect(answer.text).not.toContain(secret.reveal());
    }
    expect(asked).toBe(0);
  });

  test("a cookie is the host's, whatever it holds", async () => {
    const world = createManageWorld({ actor: () => ADA });
    const { secret } = await world.issue();
    const headers = { cookie: `session=${secret.reveal()}` };
    expect((await world.ask("GET", "/context", { headers })).status).toBe(200);
  });
});
