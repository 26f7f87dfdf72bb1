import { describe, expect, test } from "vitest";
import { memoryRepository, type Repository, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, ADA, OTHER_ACCOUNT } from "../support/directory.ts";
import { overtakenRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";
import type { Call } from "./calls.ts";
import { DAY, type KindName, MINUTE } from "./model/rules.ts";
import type { Model } from "./model/state.ts";
import { runSequence } from "./sequence.ts";
import { openMemory, openSqlite } from "./system.ts";

const issue = (kind: KindName) => (): Call => ({
  name: "issue",
  request: { kind, owner: ADA, actor: SYSTEM, name: "x" },
});
const pass = (days: number) => (): Call => ({ name: "pass", request: days * DAY });
const use = (model: Model): Call => ({
  name: "verify",
  request: { secret: model.secrets[0], api: "orders", method: "GET", address: undefined, cost: 1 },
});
const grantById = (model: Model): Call => ({
  name: "grant",
  request: { credential: { tokenId: [...model.graves.keys()][0] ?? "" }, request: { access: {} } },
});
const rotate = (): Call => ({
  name: "rotate",
  request: { owner: ADA, kind: "quick", actor: SYSTEM },
});
const revokeCurrent = (model: Model): Call => ({
  name: "revokeCurrent",
  request: model.secrets[0] ?? "",
});

const PAIR = { owner: ADA, kind: "pair", actor: SYSTEM } as const;
const ask = (): Call => ({ name: "rotate", request: PAIR });
const resend = (): Call => ({ name: "resend", request: PAIR });
const cancel = (): Call => ({ name: "cancel", request: PAIR });
const confirm = (model: Model): Call => ({
  name: "confirm",
  request: { code: [...model.codes.keys()].at(-1) ?? "" },
});
const wait = (milliseconds: number) => (): Call => ({ name: "pass", request: milliseconds });
const moveTo = (account: string) => (): Call => ({
  name: "changeOwner",
  request: { owner: ADA, facts: { account, active: true }, isAnnounced: true },
});
const report =
  (source: string) =>
  (model: Model): Call => ({
    name: "reportLeak",
    request: { secret: model.secrets[0] ?? "", report: { source } },
  });
const deliver = (): Call => ({ name: "deliver", request: [] });
const refuse = (model: Model): Call => ({
  name: "deliver",
  request: model.trail.map(({ type }) => type),
});
const retry = (): Call => ({ name: "retry", request: { actor: SYSTEM } });
const parked = (): Call => ({ name: "parked", request: { actor: SYSTEM } });
const run = (name: "sweep" | "remind" | "prune") => (): Call => ({ name, request: undefined });
const revoke = (model: Model): Call => ({
  name: "revoke",
  request: { tokenId: [...model.graves.keys()][0] ?? "", actor: SYSTEM },
});

// What random sequences have found once, and seldom.
describe.each([
  { store: "memory", open: openMemory },
  { store: "SQLite", open: openSqlite },
])("over $store", ({ open }) => {
  test.each([
    [
      "a sliding token lives on from use to use, though none of them is written yet",
      [use, pass(20)],
    ],
    ["it lives on from what is derived from it by its id", [grantById, pass(20)]],
    ["its own secret ends it while the use waits that it lives by", [revokeCurrent, use]],
  ])("%s", async (_label, end) => {
    const calls = [issue("sliding"), pass(20), use, pass(20), ...end, ...end];
    await runSequence(open, calls);
  });

  test("a backup that is to end by itself is not kept alive by its use", async () => {
    await runSequence(open, [issue("quick"), rotate, use, pass(13), use, pass(1), use]);
  });

  // And what they meet too seldom to be found.
  test("an owner hears once of all that ends at once, and of another account by itself", async () => {
    const here = [issue("sliding"), issue("sliding"), wait(MINUTE), issue("sliding")];
    const there = [moveTo(OTHER_ACCOUNT), issue("sliding"), issue("numbered")];
    const near = [pass(24), run("remind"), deliver, run("remind")];
    const over = [pass(7), run("sweep"), deliver, run("sweep")];
    await runSequence(open, [...here, ...there, ...near, ...over, deliver]);
  });

  test("a rotation that waits stays with the account that its owner has left", async () => {
    const away = [moveTo(OTHER_ACCOUNT), cancel, resend, confirm, moveTo(ACCOUNT)];
    await runSequence(open, [
      issue("pair"),
      ask,
      deliver,
      ...away,
      resend,
      cancel,
      cancel,
      deliver,
    ]);
  });

  test("a link is sent again once a minute, with the same code, until it is followed", async () => {
    const twice = [resend, resend, wait(MINUTE - 1), resend, wait(1), resend];
    await runSequence(open, [issue("pair"), ask, ...twice, deliver, confirm, resend, deliver]);
  });

  test("a notice of a rotation that was cancelled, replaced or confirmed has no code", async () => {
    const gone = [ask, cancel, ask, ask, deliver, resend, confirm, deliver];
    await runSequence(open, [issue("pair"), ...gone]);
  });

  test("what was put aside is kept beyond its time, and goes once it has been delivered", async () => {
    const late = [pass(21), run("prune"), parked, retry, deliver, run("prune"), revoke];
    await runSequence(open, [issue("sliding"), revoke, refuse, revoke, parked, ...late]);
  });

  test("a leak of what is only told of is told once a day for each place, expired or not", async () => {
    const places = [report("here"), report("here"), report("there")];
    const later = [pass(1), ...places, pass(10), ...places, deliver, run("sweep"), ...places];
    await runSequence(open, [issue("numbered"), ...places, deliver, ...later, deliver]);
  });
});

/** A repository that lets something else happen, once, after it has read an owner's tokens. */
function interrupted(repository: Repository): {
  readonly repository: Repository;
  next: (() => Promise<unknown>) | undefined;
} {
  const between: { next: (() => Promise<unknown>) | undefined } = { next: undefined };
  const listByOwner: Repository["listByOwner"] = async (page) => {
    const read = await repository.listByOwner(page);
    const { next } = between;
    between.next = undefined;
    await next?.();
    return read;
  };
  return Object.assign(between, { repository: { ...repository, listByOwner } });
}

describe("between the read and the write of another call", () => {
  test("a confirmed rotation is not undone by a newer request", async () => {
    const between = interrupted(memoryRepository());
    const {
      tokens,
      notifier,
      codeOf,
      issue: issueTo,
    } = createWorld({ repository: between.repository });
    await issueTo({ kind: "web" });
    const rotation = { owner: ADA, kind: "web", actor: SYSTEM } as const;
    await tokens.rotate(rotation);
    await tokens.jobs.deliver();
    const code = notifier.notices.at(-1)?.code ?? "";
    const given: string[] = [];
    between.next = async () => {
      given.push((await tokens.confirmRotation({ code })).secret.reveal());
    };
    expect(await outcomeOf(tokens.rotate(rotation))).toBe("ok");
    expect(await codeOf(given[0])).toBe("ok");
  });

  /** A world with a rotation that waits, of which something confirms in between. */
  async function confirmedAfter(method: "findById" | "listByOwner") {
    const repository = memoryRepository();
    const other = createWorld({ repository });
    await other.issue({ kind: "web" });
    await other.tokens.rotate({ owner: ADA, kind: "web", actor: SYSTEM });
    await other.tokens.jobs.deliver();
    const code = other.notifier.notices.at(-1)?.code ?? "";
    const given: string[] = [];
    const overtaken = overtakenRepository(repository, method, async () => {
      given.push((await other.tokens.confirmRotation({ code })).secret.reveal());
    });
    const { tokens, trail } = createWorld({ repository: overtaken });
    return { tokens, code, trail, isGiven: () => other.codeOf(given[0]) };
  }

  test("a confirmed rotation is not undone by a cancellation", async () => {
    const { tokens, code, trail, isGiven } = await confirmedAfter("findById");
    expect(await outcomeOf(tokens.cancelRotation({ code }))).toBe("rotation_code_invalid");
    expect(await isGiven()).toBe("ok");
    expect(await trail("rotation.cancelled")).toEqual([]);
  });

  test("the link of a confirmed rotation is not sent again", async () => {
    const { tokens, trail, isGiven } = await confirmedAfter("listByOwner");
    const resent = tokens.resendRotation({ owner: ADA, kind: "web", actor: SYSTEM });
    expect(await outcomeOf(resent)).toBe("not_found");
    expect(await isGiven()).toBe("ok");
    expect(await trail("rotation.requested")).toHaveLength(1);
  });

  test.each(["revokeAll", "deprovision"] as const)(
    "%s ends what a rotation has made",
    async (name) => {
      const between = interrupted(memoryRepository());
      const { tokens, issue: issueTo } = createWorld({ repository: between.repository });
      await issueTo({ kind: "direct" });
      between.next = () => tokens.rotate({ owner: ADA, kind: "direct", actor: SYSTEM });
      expect(await tokens[name]({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 2 });
      expect((await tokens.list({ owner: ADA, actor: SYSTEM })).tokens).toEqual([]);
    },
  );
});
