import { describe, expect, test } from "vitest";
import { memoryRepository, type Repository, TokenryError } from "../../src/index.ts";
import { guardedRepository } from "../../src/state/guarded-repository.ts";
import { watchedRepository } from "../support/repository-proxies.ts";

const CALLS: { readonly [Method in keyof Repository]: (repository: Repository) => unknown } = {
  commit: (repository) => repository.commit({ events: [] }),
  touch: (repository) => repository.touch([]),
  findByHash: (repository) => repository.findByHash([]),
  findById: (repository) => repository.findById("id"),
  listByOwner: (repository) => repository.listByOwner({ owner: "ada", limit: 1 }),
  expiredBefore: (repository) => repository.expiredBefore(0, 1),
  expiringBetween: (repository) => repository.expiringBetween(0, 1, 1),
  zones: (repository) => repository.zones("acme"),
  events: (repository) => repository.events({ account: "acme", limit: 1 }),
  claimNotices: (repository) =>
    repository.claimNotices({ channels: ["notifier"], limit: 1, leaseMs: 1, now: 0 }),
  settleNotices: (repository) =>
    repository.settleNotices([{ id: "id", channel: "notifier", attempt: 1, status: "delivered" }]),
  parkedNotices: (repository) => repository.parkedNotices({ limit: 1 }),
  retryNotices: (repository) => repository.retryNotices({}),
  pruneEvents: (repository) => repository.pruneEvents(0, 1),
};

describe.each(Object.entries(CALLS))("CORE-13 %s", (method, call) => {
  test("passes on what it is given and what it gets", async () => {
    const repository = memoryRepository();
    expect(await call(guardedRepository(repository))).toEqual(await call(repository));
  });

  test("turns what is thrown into unavailable, on the path of a call in the call's own way", async () => {
    const { repository, failing } = watchedRepository(memoryRepository());
    failing.add(method as keyof Repository);
    const thrown = await Promise.resolve()
      .then(() => call(guardedRepository(repository)))
      .catch((error: unknown) => error);
    const hasOwnCare = method === "touch" || method === "findByHash";
    expect(thrown instanceof TokenryError).toBe(!hasOwnCare);
    if (!hasOwnCare)
      expect(thrown).toMatchObject({
        code: "unavailable",
        cause: { message: `${method} is out of reach` },
      });
  });
});
