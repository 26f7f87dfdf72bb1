import { unavailable } from "../errors.ts";
import type { Repository } from "../ports/repository.ts";

/**
 * Turns what a repository throws into `unavailable` with its cause, and an answer of another shape too: nothing is decided on that. The
 * look-up of a call and the noting of uses have their own care.
 */
export function guardedRepository(repository: Repository): Repository {
  return {
    findByHash: (hashes) => repository.findByHash(hashes),
    touch: (uses) => repository.touch(uses),
    commit: (change) => answered(() => repository.commit(change), isCommitted),
    findById: async (id) =>
      (await answered(() => repository.findById(id), isRecordOrNothing)) ?? undefined,
    listByOwner: (page) => answered(() => repository.listByOwner(page), isRecords),
    expiredBefore: (now, limit) => answered(() => repository.expiredBefore(now, limit), isRecords),
    expiringBetween: (from, to, limit, after) =>
      answered(() => repository.expiringBetween(from, to, limit, after), isRecords),
    zones: (account) => answered(() => repository.zones(account), isZoneSet),
    events: (page) => answered(() => repository.events(page), isRecords),
    claimNotices: (claim) => answered(() => repository.claimNotices(claim), isClaims),
    settleNotices: (outcomes) =>
      answered(
        () => repository.settleNotices(outcomes),
        (answers) => isList(answers, isBoolean) && answers.length === outcomes.length,
      ),
    parkedNotices: (page) => answered(() => repository.parkedNotices(page), isClaims),
    retryNotices: (choice) => answered(() => repository.retryNotices(choice), isCount),
    pruneEvents: (before, limit) => answered(() => repository.pruneEvents(before, limit), isCount),
  };
}

async function answered<Value>(
  call: () => Promise<Value>,
  isAnswer: (value: unknown) => boolean,
): Promise<Value> {
  try {
    const value = await call();
    if (isAnswer(value)) return value;
    throw new TypeError("the repository answered with something other than its port says");
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The fields of an object, none of what is no object. A cast, as the compiler knows no fields of an object that it does not know. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isCommitted = (value: unknown): boolean => isBoolean(fieldsOf(value).ok);
const isZoneSet = (value: unknown): boolean => Array.isArray(fieldsOf(value).zones);
const isRecord = (value: unknown): boolean => typeof fieldsOf(value).id === "string";
const isRecordOrNothing = (value: unknown): boolean =>
  (value ?? undefined) === undefined || isRecord(value);
const isRecords = (value: unknown): boolean => isList(value, isRecord);
const isClaims = (value: unknown): boolean =>
  isList(value, (claim) => isRecord(fieldsOf(claim).event));
const isCount = (value: unknown): boolean => Number.isSafeInteger(value);
const isList = (value: unknown, isItem: (item: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(isItem);
