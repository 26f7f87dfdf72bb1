import { describe, expect, test } from "vitest";
import { memoryRepository, type Repository, SYSTEM } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, outcomeOf } from "../support/world.ts";
import type { Call } from "./calls.ts";
import { DAY } from "./model/rules.ts";
import type { Model } from "./model/state.ts";
import { runSequence } from "./sequence.ts";
import { openMemory, openSqlite } from "./system.ts";

const issue = (kind: "sliding" | "quick") => (): Call => ({
  name: "issue",
  request: { kind, owner: ADA, actor: SYSTEM, name: "x" },
});
const pass = (days: number) => (): Call => ({ name: "pass", request: days * DAY });
const use = (model: Model): Call => ({
  name: "verify",
  request: { secret: model.secrets[0], api: "orders", method: "GET", address: undefined, cost: 1 },
});
const rotate = (): Call => ({
  name: "rotate",
  request: { owner: ADA, kind: "quick", actor: SYSTEM },
});
const revokeCurrent = (model: Model): Call => ({
  name: "revokeCurrent",
  request: model.secrets[0] ?? "",
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
    ["its own secret ends it while the use waits that it lives by", [revokeCurrent, use]],
  ])("%s", async (_label, end) => {
    const calls = [issue("sliding"), pass(20), use, pass(20), ...end, ...end];
    await runSequence(open, calls);
  });

  test("a backup that is to end by itself is not kept alive by its use", async () => {
    await runSequence(open, [issue("quick"), rotate, use, pass(13), use, pass(1), use]);
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
