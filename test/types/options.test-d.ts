// Checked by `npm run typecheck`: nothing here runs.
import { expectTypeOf } from "vitest";
import {
  type BudgetStore,
  createTokenry,
  type Directory,
  type Duration,
  type InvalidationBus,
  type KeyStore,
  manyChoice,
  manySliding,
  memoryBudgets,
  memoryBus,
  memoryRepository,
  type Notice,
  type Notifier,
  type PresetOptions,
  primaryBackup,
  type Repository,
  singleFixed,
  type TokenKind,
  type TokenryOptions,
} from "../../src/index.ts";

const least = {
  kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
  apis: { orders: { limit: 600, window: { minutes: 1 } } },
  directory: { find: () => undefined },
} satisfies TokenryOptions;

// What must be there, and how it is called.
createTokenry(least);
// @ts-expect-error no directory
createTokenry({ kinds: least.kinds, apis: least.apis });
// @ts-expect-error no APIs
createTokenry({ kinds: least.kinds, directory: least.directory });
// @ts-expect-error a mistyped option
createTokenry({ ...least, repositry: memoryRepository() });
// @ts-expect-error an option that is left out is left out, not undefined
createTokenry({ ...least, notifier: undefined });
createTokenry({
  ...least,
  repository: memoryRepository(),
  budgets: memoryBudgets(),
  bus: memoryBus(),
});
createTokenry({ ...least, peppers: [{ id: "1", key: new Uint8Array(32) }], clock: Date });
createTokenry({ ...least, cache: { ttl: { seconds: 5 }, max: 10, owner: false } });
// @ts-expect-error a number of seconds is no duration
createTokenry({ ...least, cache: { ttl: 5 } });
createTokenry({ ...least, keepEvents: { years: 1 } });
// @ts-expect-error a number of days is no duration
createTokenry({ ...least, keepEvents: 365 });
createTokenry({ ...least, delivery: { concurrency: 4, timeout: { seconds: 10 } } });
// @ts-expect-error a mistyped option
createTokenry({ ...least, delivery: { retries: 3 } });
// @ts-expect-error a number of seconds is no duration
createTokenry({ ...least, delivery: { timeout: 10 } });

// A directory may answer now or later.
expectTypeOf({ find: () => undefined }).toExtend<Directory>();
expectTypeOf({
  find: async (id: string) => ({ id, account: "acme", active: true }),
}).toExtend<Directory>();
expectTypeOf({ find: async () => ({ id: "ada", active: true }) }).not.toExtend<Directory>();

// Presets: the prefix, and whatever is to differ.
for (const preset of [singleFixed, manySliding, manyChoice, primaryBackup]) {
  expectTypeOf(preset).parameters.toEqualTypeOf<[PresetOptions]>();
  expectTypeOf(preset).returns.toEqualTypeOf<TokenKind>();
}
singleFixed({ prefix: "acme_pat", expiry: { type: "fixed", after: { days: 90 } }, reminders: [] });
manySliding({ prefix: "acme_svc", onLeak: "notify" });
manyChoice({ prefix: "acme_app", onLeak: "revoke" });
primaryBackup({ prefix: "acme_web", onLeak: "notify", confirmWithin: { minutes: 30 } });
// @ts-expect-error a leak is told in any case
singleFixed({ prefix: "acme_pat", onLeak: "ignore" });
// @ts-expect-error no prefix
singleFixed({});
// @ts-expect-error a fixed life has an end
singleFixed({ prefix: "acme_pat", expiry: { type: "fixed" } });
// @ts-expect-error no such expiry
singleFixed({ prefix: "acme_pat", expiry: { type: "rolling" } });
// @ts-expect-error no such setting
manySliding({ prefix: "acme_svc", maxTokens: 5 });

// Durations are in named units.
expectTypeOf<{ days: number }>().toExtend<Duration>();
export const halfYear: Duration = { months: 6 };
// @ts-expect-error no such unit
export const wrong: Duration = { fortnights: 1 };

// The ports that ship are ports.
expectTypeOf(memoryRepository).returns.toEqualTypeOf<Repository & KeyStore>();
expectTypeOf(memoryBudgets).returns.toEqualTypeOf<BudgetStore>();
expectTypeOf(memoryBus).returns.toEqualTypeOf<InvalidationBus>();
expectTypeOf({ deliver: async (_notice: Notice) => undefined }).not.toBeAny();
expectTypeOf({ deliver: async (_notice: Notice) => {} }).toExtend<Notifier>();
expectTypeOf({
  channels: ["mail", "hook"],
  deliver: async (_notice: Notice) => {},
}).toExtend<Notifier>();
expectTypeOf<Notice["channel"]>().toEqualTypeOf<string>();
expectTypeOf<Notice["code"]>().toEqualTypeOf<string | undefined>();
