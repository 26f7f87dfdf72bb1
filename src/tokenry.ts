import { plainCopy } from "./checks.ts";
import type { Jobs, Notices, Tokenry, Zones } from "./face.ts";
import { exactLength } from "./lifecycle/duration.ts";
import { cancelRotation } from "./operations/cancel-rotation.ts";
import { ownerKey } from "./operations/commit.ts";
import { confirmRotation } from "./operations/confirm-rotation.ts";
import type { Context } from "./operations/context.ts";
import { deprovision } from "./operations/deprovision.ts";
import { exportEvents } from "./operations/export-events.ts";
import { findOwner } from "./operations/find-owner.ts";
import type { TokenCredential } from "./operations/find-reference.ts";
import { findRotation } from "./operations/find-rotation.ts";
import { get } from "./operations/get.ts";
import { grant } from "./operations/grant.ts";
import { checkId, checkKind, checkRequest } from "./operations/input.ts";
import { issue } from "./operations/issue.ts";
import { createJobs, createSchedules, type Schedules } from "./operations/jobs.ts";
import { list } from "./operations/list.ts";
import { listEvents } from "./operations/list-events.ts";
import { operationWatch } from "./operations/observed-operation.ts";
import { createObservedVerify } from "./operations/observed-verify.ts";
import { parkedNotices } from "./operations/parked-notices.ts";
import { publicRules } from "./operations/public-rules.ts";
import { recheck } from "./operations/recheck.ts";
import { regenerate } from "./operations/regenerate.ts";
import { reportLeak } from "./operations/report-leak.ts";
import { resendRotation } from "./operations/resend-rotation.ts";
import { retryNotices } from "./operations/retry-notices.ts";
import { revoke } from "./operations/revoke.ts";
import { type RevokedCount, revokeAll } from "./operations/revoke-all.ts";
import { revokeCurrent } from "./operations/revoke-current.ts";
import { rotate } from "./operations/rotate.ts";
import { update } from "./operations/update.ts";
import { verify } from "./operations/verify.ts";
import { listZones, putZone, removeZone } from "./operations/zones.ts";
import { type ResolvedRules, resolveRules, type TokenryOptions } from "./options.ts";
import type { OperationName } from "./ports/observer.ts";
import type { Repository } from "./ports/repository.ts";
import { createKeyring } from "./secret/keyring.ts";
import { type KnownPrefix, knownPrefix } from "./secret/parse.ts";
import { scanPattern } from "./secret/scan-pattern.ts";
import { Secret } from "./secret/secret.ts";
import { createBackground } from "./state/background.ts";
import { withOutagePolicy } from "./state/budgets.ts";
import { channelsOf } from "./state/channels.ts";
import { guardedBus } from "./state/guarded-bus.ts";
import type { GuardedObserver } from "./state/guarded-observer.ts";
import { guardedRepository } from "./state/guarded-repository.ts";
import { createObservedUses } from "./state/observed-uses.ts";
import { createOwners } from "./state/owners.ts";
import { Preparation } from "./state/prepared.ts";
import { createReports, type Report } from "./state/reports.ts";
import { LONGEST_TIMER_MS, type Schedule } from "./state/schedule.ts";
import { createThrottles } from "./state/throttles.ts";
import { timeOf } from "./state/time-of.ts";
import { usedRepository } from "./state/used-repository.ts";
import { createUses, type Uses } from "./state/uses.ts";
import { type CachedRepository, type CacheSettings, cachedRepository } from "./storage/cached.ts";
import { memoryBudgets } from "./storage/memory/budgets.ts";
import { memoryRepository } from "./storage/memory/repository.ts";

/** What is still to be delivered when a node is told to stop is begun within this time, or left to another. */
const STOPS_WITHIN_MS = 5000;

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
  readonly schedules: readonly Schedule[];
  /** Stops the schedules, with as little as can be of what runs. */
  readonly stop: () => Promise<void>;
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
  // What is made of the context has a say in it: set as soon as it is made.
  const running = { mustStop: false, wake: (): void => undefined };
  const context: Context = {
    kinds: rules.kinds,
    apis: rules.apis,
    prefixes: prefixesOf(rules),
    keyring: createKeyring(rules.peppers),
    repository: usedRepository(repository, uses),
    findStored: (id) => repository.findById(id),
    owners,
    now,
    report: reportFrom("verify"),
    notifier: options.notifier,
    channels: channelsOf(options.notifier),
    delivery: rules.delivery,
    keepEvents: rules.keepEvents,
    mustStop: () => running.mustStop,
    noticed: () => running.wake(),
    budgets: withOutagePolicy(
      options.budgets ?? memoryBudgets(),
      memoryBudgets(),
      reportFrom("budgets"),
    ),
    uses,
    preparation: new Preparation(rules.kinds),
    ...createThrottles(),
    background: createBackground(reportFrom("background")),
    async announce(keys) {
      forget(keys);
      await bus.publish(keys);
    },
  };
  const jobs = createJobs(context, operationWatch(told.performed), reportFrom("notifier"));
  const { keeping, delivering } = createSchedules(context, jobs, reportFrom("jobs"));
  running.wake = () => {
    for (const schedule of delivering) schedule.wake();
  };
  const unsubscribe = async (): Promise<void> => {
    bus.close();
    await (await subscription)();
  };
  const schedules = [keeping, ...delivering];
  const stop = (): Promise<void> => stopAll(running, { keeping, delivering });
  return { context, told, jobs: jobs.passes, schedules, stop, unsubscribe };
}

async function stopAll(
  running: { mustStop: boolean },
  { keeping, delivering }: Schedules,
): Promise<void> {
  const timer = setTimeout(() => {
    running.mustStop = true;
  }, STOPS_WITHIN_MS);
  // What the last sweep has to tell still goes out.
  await keeping.stop();
  await Promise.all(delivering.map((schedule) => schedule.stop()));
  clearTimeout(timer);
  running.mustStop = false;
}

function createLogOfUses(repository: Repository, report: Report, told: GuardedObserver): Uses {
  return told.flushed === undefined
    ? createUses(repository, report)
    : createObservedUses(repository, report, told.flushed);
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

/** A secret stays what it is: a copy of one would show nothing, and be none. */
function plainCredential(credential: TokenCredential): TokenCredential {
  return Secret.isSecret(credential) ? credential : plainCopy(credential);
}

const countRevoked = ({ revoked }: RevokedCount): Record<string, number> => ({ revoked });

function faceOf({ context, told, jobs, schedules, stop, unsubscribe }: Node): Tokenry {
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
    pendingRotation: asked("pendingRotation", findRotation),
    resendRotation: asked("resendRotation", resendRotation),
    cancelRotation: asked("cancelRotation", cancelRotation),
    revoke: asked("revoke", revoke),
    revokeCurrent: watch("revokeCurrent", (secret) => revokeCurrent(context, secret), countRevoked),
    reportLeak: watch("reportLeak", (secret, report) =>
      reportLeak(context, secret, plainCopy(report)),
    ),
    revokeAll: asked("revokeAll", revokeAll, countRevoked),
    deprovision: asked("deprovision", deprovision, countRevoked),
    update: asked("update", update),
    get: asked("get", get),
    list: asked("list", list),
    events: asked("events", listEvents),
    exportEvents: asked("exportEvents", exportEvents),
    zones: Object.freeze<Zones>({
      put: asked("zones.put", putZone),
      remove: asked("zones.remove", removeZone),
      list: asked("zones.list", listZones),
    }),
    notices: Object.freeze<Notices>({
      parked: asked("notices.parked", parkedNotices),
      retry: asked("notices.retry", retryNotices),
    }),
    rules: publicRules(context),
    owner: asked("owner", findOwner),
    verify:
      told.verified === undefined
        ? (secret, request) => verify(context, secret, request)
        : createObservedVerify(context, told.verified),
    grant: watch("grant", async (credential, request) =>
      grant(context, plainCredential(credential), plainCopy(request)),
    ),
    recheck: watch("recheck", async (credential) => recheck(context, plainCredential(credential))),
    ownerChanged: async (ownerId) => context.announce([ownerKey(checkId(ownerId, "ownerId"))]),
    scanPattern: (kind) => scanPattern(checkKind(context, kind)),
    jobs,
    start(request = {}) {
      const asking = plainCopy(request);
      checkRequest(asking, ["every"]);
      const { every = EVERY } = asking;
      const everyMs = Math.min(LONGEST_TIMER_MS, exactLength(every, "every"));
      for (const schedule of schedules) schedule.start(everyMs);
    },
    async close() {
      await stop();
      await context.background.idle();
      await context.uses.close();
      await unsubscribe();
    },
  } satisfies Tokenry);
}
