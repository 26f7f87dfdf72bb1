import { plainCopy } from "./checks.ts";
import { unavailable } from "./errors.ts";
import type { Jobs, Tokenry, Zones } from "./face.ts";
import { exactLength } from "./lifecycle/duration.ts";
import { ownerKey } from "./operations/commit.ts";
import { confirmRotation } from "./operations/confirm-rotation.ts";
import type { Context } from "./operations/context.ts";
import { deliver } from "./operations/deliver.ts";
import { deprovision } from "./operations/deprovision.ts";
import { get } from "./operations/get.ts";
import { checkId, checkKind, checkRequest } from "./operations/input.ts";
import { issue } from "./operations/issue.ts";
import { list } from "./operations/list.ts";
import { listEvents } from "./operations/list-events.ts";
import { operationWatch, type Watch } from "./operations/observed-operation.ts";
import { createObservedVerify } from "./operations/observed-verify.ts";
import { regenerate } from "./operations/regenerate.ts";
import { remind } from "./operations/remind.ts";
import { revoke } from "./operations/revoke.ts";
import { type RevokedCount, revokeAll } from "./operations/revoke-all.ts";
import { revokeCurrent } from "./operations/revoke-current.ts";
import { rotate } from "./operations/rotate.ts";
import { sweep } from "./operations/sweep.ts";
import { update } from "./operations/update.ts";
import { verify } from "./operations/verify.ts";
import { listZones, putZone, removeZone } from "./operations/zones.ts";
import { type ResolvedRules, resolveRules, type TokenryOptions } from "./options.ts";
import type { Clock } from "./ports/clock.ts";
import type { OperationName } from "./ports/observer.ts";
import type { Repository } from "./ports/repository.ts";
import { createKeyring } from "./secret/keyring.ts";
import { type KnownPrefix, knownPrefix } from "./secret/parse.ts";
import { scanPattern } from "./secret/scan-pattern.ts";
import { createBackground } from "./state/background.ts";
import { withOutagePolicy } from "./state/budgets.ts";
import { guardedBus } from "./state/guarded-bus.ts";
import type { GuardedObserver } from "./state/guarded-observer.ts";
import { guardedRepository } from "./state/guarded-repository.ts";
import { createObservedUses } from "./state/observed-uses.ts";
import { createOwners } from "./state/owners.ts";
import { Preparation } from "./state/prepared.ts";
import { createReports, type Report } from "./state/reports.ts";
import { createSchedule, LONGEST_TIMER_MS, type Schedule } from "./state/schedule.ts";
import { createThrottle } from "./state/throttle.ts";
import { usedRepository } from "./state/used-repository.ts";
import { createUses, type Uses } from "./state/uses.ts";
import { type CachedRepository, type CacheSettings, cachedRepository } from "./storage/cached.ts";
import { memoryBudgets } from "./storage/memory/budgets.ts";
import { memoryRepository } from "./storage/memory/repository.ts";

/** A token's refusals by network are recorded once in this time (CORE-57). */
const REFUSAL_SPAN_MS = 600_000;
/** A token is moved under the current pepper by one write at a time; what failed is tried again after this time. */
const REHASH_SPAN_MS = 60_000;
const MAX_THROTTLED = 10_000;

/** How often the jobs run unless told. */
const EVERY: { readonly seconds: number } = { seconds: 30 };

/**
 * Makes a tokenry over the host's own directory, database and mail.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const tokens = createTokenry({
 *   kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
 *   apis: { orders: { limit: 600, window: { minutes: 1 } } },
 *   directory: { find: (id) => users.get(id) },
 * });
 */
export function createTokenry<
  const Kind extends string,
  const Api extends string,
  Profile = unknown,
>(options: TokenryOptions<Kind, Api, Profile>): Tokenry<Kind, Api, Profile> {
  const node = createNode(options, resolveRules(options));
  // A cast, as the names that sharpen the types are known to the caller's compiler only.
  return faceOf(node) as unknown as Tokenry<Kind, Api, Profile>;
}

/** A running instance: its context and what ends with it. */
interface Node {
  readonly context: Context;
  readonly told: GuardedObserver;
  readonly jobs: Jobs;
  readonly schedule: Schedule;
  readonly unsubscribe: () => Promise<void>;
}

function createNode(options: TokenryOptions, rules: ResolvedRules): Node {
  const now = timeOf(options.clock ?? Date);
  const { told, reportFrom } = createReports(options.onError, options.observer);
  const { repository, cached } = createRepository(options.repository ?? memoryRepository(), rules, {
    now,
    lookedUp: told.lookedUp,
  });
  const owners = createOwners(options.directory, rules.ownerTtlMs);
  const forget = (keys: readonly string[]): void => {
    cached?.forget(keys);
    for (const key of keys) {
      if (key === "*") owners.dropAll();
      else if (key.startsWith("owner:")) owners.drop(key.slice("owner:".length));
    }
  };
  const uses = createLogOfUses(repository, reportFrom("uses"), told);
  const bus = guardedBus(options.bus, reportFrom("bus"));
  const subscription = bus.subscribe(forget).then((unsubscribe) => {
    // What was kept before messages flowed may have changed unheard.
    if (options.bus !== undefined) forget(["*"]);
    return unsubscribe;
  });
  const context: Context = {
    kinds: rules.kinds,
    apis: rules.apis,
    prefixes: prefixesOf(rules),
    keyring: createKeyring(rules.peppers),
    repository: usedRepository(repository, uses),
    owners,
    now,
    report: reportFrom("verify"),
    notifier: options.notifier,
    budgets: withOutagePolicy(
      options.budgets ?? memoryBudgets(),
      memoryBudgets(),
      reportFrom("budgets"),
    ),
    uses,
    preparation: new Preparation(rules.kinds),
    networkRefusals: createThrottle(REFUSAL_SPAN_MS, MAX_THROTTLED),
    rehashes: createThrottle(REHASH_SPAN_MS, MAX_THROTTLED),
    background: createBackground(reportFrom("background")),
    async announce(keys) {
      forget(keys);
      await bus.publish(keys);
    },
  };
  const jobs = createJobs(context, operationWatch(told.performed), reportFrom("notifier"));
  const schedule = createSchedule(() => runJobs(jobs, reportFrom("jobs")));
  const unsubscribe = async (): Promise<void> => {
    bus.close();
    await (await subscription)();
  };
  return { context, told, jobs, schedule, unsubscribe };
}

function createLogOfUses(repository: Repository, report: Report, told: GuardedObserver): Uses {
  return told.flushed === undefined
    ? createUses(repository, report)
    : createObservedUses(repository, report, told.flushed);
}

/** A time that is no number decides nothing, and would stay in budgets and stored uses: a clock that gives one is out of order. */
function timeOf(clock: Clock): () => number {
  return () => {
    try {
      const now = clock.now();
      if (Number.isFinite(now)) return now;
      throw new TypeError("clock.now must answer with a finite number");
    } catch (cause) {
      throw unavailable(cause);
    }
  };
}

function createRepository(
  repository: Repository,
  { tokenTtlMs, tokenMax }: ResolvedRules,
  asked: Pick<CacheSettings, "now" | "lookedUp">,
): { readonly repository: Repository; readonly cached: CachedRepository | undefined } {
  const guarded = guardedRepository(repository);
  if (tokenTtlMs === undefined) return { repository: guarded, cached: undefined };
  const cached = cachedRepository(guarded, { ttlMs: tokenTtlMs, max: tokenMax, ...asked });
  return { repository: cached, cached };
}

function prefixesOf({ kinds }: ResolvedRules): KnownPrefix[] {
  return [...kinds.values()].flatMap(({ name, prefix, formerPrefixes }) =>
    [prefix, ...formerPrefixes].map((each) => knownPrefix(name, each)),
  );
}

function createJobs(context: Context, watch: Watch, report: Report): Jobs {
  const delivering: Context = { ...context, report };
  return Object.freeze<Jobs>({
    sweep: watch(
      "jobs.sweep",
      () => sweep(context),
      ({ removed }) => ({ removed }),
    ),
    remind: watch(
      "jobs.remind",
      () => remind(context),
      ({ reminded }) => ({ reminded }),
    ),
    deliver: watch(
      "jobs.deliver",
      () => deliver(delivering),
      ({ delivered, retried, parked }) => ({ delivered, retried, parked }),
    ),
  });
}

/** One pass of each job; what one of them fails at is no reason to leave out the next. */
async function runJobs({ sweep, remind, deliver }: Jobs, report: Report): Promise<void> {
  for (const job of [sweep, remind, deliver]) await job().catch(report);
}

const countRevoked = ({ revoked }: RevokedCount): Record<string, number> => ({ revoked });

function faceOf({ context, told, jobs, schedule, unsubscribe }: Node): Tokenry {
  const watch = operationWatch(told.performed);
  const asked = <Request, Result>(
    name: OperationName,
    operation: (context: Context, request: Request) => Promise<Result>,
    countsOf?: (result: Result) => Record<string, number>,
  ): ((request: Request) => Promise<Result>) =>
    watch(name, async (request) => operation(context, plainCopy(request)), countsOf);
  return Object.freeze({
    issue: asked("issue", issue),
    regenerate: asked("regenerate", regenerate),
    rotate: asked("rotate", rotate),
    confirmRotation: asked("confirmRotation", confirmRotation),
    revoke: asked("revoke", revoke),
    revokeCurrent: watch("revokeCurrent", (secret) => revokeCurrent(context, secret), countRevoked),
    revokeAll: asked("revokeAll", revokeAll, countRevoked),
    deprovision: asked("deprovision", deprovision, countRevoked),
    update: asked("update", update),
    get: asked("get", get),
    list: asked("list", list),
    events: asked("events", listEvents),
    zones: Object.freeze<Zones>({
      put: asked("zones.put", putZone),
      remove: asked("zones.remove", removeZone),
      list: asked("zones.list", listZones),
    }),
    verify:
      told.verified === undefined
        ? (secret, request) => verify(context, secret, request)
        : createObservedVerify(context, told.verified),
    ownerChanged: async (ownerId) => context.announce([ownerKey(checkId(ownerId, "ownerId"))]),
    scanPattern: (kind) => scanPattern(checkKind(context, kind)),
    jobs,
    start(request = {}) {
      const asking = plainCopy(request);
      checkRequest(asking, ["every"]);
      const { every = EVERY } = asking;
      schedule.start(Math.min(LONGEST_TIMER_MS, exactLength(every, "every")));
    },
    async close() {
      await schedule.stop();
      await context.background.idle();
      await context.uses.close();
      await unsubscribe();
    },
  } satisfies Tokenry);
}
