import { Kysely } from "kysely";
import {
  type Duration,
  manyChoice,
  manySliding,
  memoryRepository,
  NoticeError,
  type Notifier,
  primaryBackup,
  type Repository,
  singleFixed,
  type TokenryOptions,
} from "../../src/index.ts";
import { migrate, nodeSqliteDialect, sqlRepository } from "../../src/storage/sql/index.ts";
import { createWorld, type World } from "../support/world.ts";
import { type Handed, REFUSAL } from "./model/notices.ts";
import { CHANNELS, KEPT_DAYS, type KindName } from "./model/rules.ts";

/** The kinds of `model/rules.ts` as tokenry is told of them. */
const KINDS: Readonly<Record<KindName, TokenryOptions["kinds"][string]>> = {
  single: singleFixed({ prefix: "t_single" }),
  sliding: manySliding({ prefix: "t_sliding" }),
  choice: manyChoice({ prefix: "t_choice" }),
  pair: primaryBackup({ prefix: "t_pair" }),
  quick: primaryBackup({
    prefix: "t_quick",
    confirmRotation: false,
    expiry: { type: "sliding", unusedFor: { days: 30 } },
    backupFor: { weeks: 2 },
  }),
  numbered: {
    prefix: "t_numbered",
    slots: "many",
    maxPerOwner: 2,
    expiry: { type: "fixed", after: { days: 10 } },
    access: "granted",
    replacement: "regenerate",
    budgetPercent: 20,
    onLeak: "notify",
  },
  capped: manySliding({
    prefix: "t_capped",
    expiry: { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 45 } },
    onLeak: "notify",
  }),
};

const APIS: TokenryOptions["apis"] = {
  orders: { limit: 10, window: { minutes: 1 } },
  reports: { limit: 4, window: { seconds: 10 }, methods: ["GET"] },
};

/** How long the directory's answers are kept: the default, which a test may wait out. */
export const OWNER_CACHE: Duration = { seconds: 5 };

/** A world to be compared with the model. */
export interface System {
  readonly world: World;
  readonly notifier: PickyNotifier;
  /** Resolves when no commit is on its way, those in the background included. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A notifier that keeps what it is given, and refuses some of it for good. */
export interface PickyNotifier extends Notifier {
  readonly handed: Handed[];
  /** The types of events that it refuses now. */
  refused: readonly string[];
}

/** A repository and what frees it. */
export interface Opened {
  readonly repository: Repository;
  readonly close?: () => Promise<void>;
}

export async function openMemory(): Promise<Opened> {
  return { repository: memoryRepository() };
}

/** SQLite in memory: what is on a disk is for the tests of crashes. */
export async function openSqlite(): Promise<Opened> {
  const db = new Kysely<object>({ dialect: nodeSqliteDialect(":memory:") });
  await migrate(db);
  return { repository: sqlRepository({ db }), close: () => db.destroy() };
}

/** Makes a system over a repository of its own; `around` may put something between the two. */
export async function openSystem(
  open: () => Promise<Opened>,
  around: (repository: Repository) => Repository = (repository) => repository,
): Promise<System> {
  const { repository, close } = await open();
  const commits = new Set<Promise<unknown>>();
  const notifier = pickyNotifier();
  const world = createWorld({
    ...{ kinds: KINDS, apis: APIS, notifier, keepEvents: { days: KEPT_DAYS } },
    repository: counting(around(repository), commits),
  });
  return {
    ...{ world, notifier },
    async settled() {
      while (commits.size > 0) await Promise.allSettled(commits);
    },
    async close() {
      await world.tokens.close();
      await close?.();
    },
  };
}

function pickyNotifier(): PickyNotifier {
  const handed: Handed[] = [];
  return {
    ...{ handed, channels: CHANNELS, refused: [] },
    async deliver(notice) {
      const isRefused = this.refused.includes(notice.type);
      handed.push({ notice, isRefused });
      if (isRefused) throw new NoticeError(REFUSAL, { isFinal: true });
    },
  };
}

/** A repository whose commits can be waited for, those that nobody waits for too. */
function counting(repository: Repository, commits: Set<Promise<unknown>>): Repository {
  const commit: Repository["commit"] = (change) => {
    const commit = repository.commit(change).finally(() => commits.delete(commit));
    commits.add(commit);
    return commit;
  };
  return new Proxy(repository, {
    get: (target, key) => (key === "commit" ? commit : Reflect.get(target, key)),
  });
}
