import type { BegunRequest, IdempotencyStore } from "../../ports/idempotency-store.ts";
import { assertDeepEqual } from "../assert.ts";
import type { CaseContext } from "../cases.ts";
import { DAY_MS, jitter, NOW, sampleHash } from "../repository/samples.ts";

/** The key of most cases. */
export const KEY: string = sampleHash();

/** What a call may be given otherwise than is usual. */
export interface Usual {
  readonly key?: string;
  readonly fingerprint?: string;
  readonly now?: number;
  /** Default a day after now. */
  readonly until?: number;
}

/** A fingerprint that says in a failed test whose it is. */
export function fingerprintOf(number: number): string {
  return number.toString(16).padStart(64, "0");
}

/** Begins a request. */
export async function begin(store: IdempotencyStore, given: Usual = {}): Promise<BegunRequest> {
  const { key = KEY, fingerprint = fingerprintOf(0), now = NOW, until = now + DAY_MS } = given;
  return store.beginRequest(key, { fingerprint, until }, now);
}

/** Fails unless this call begins the request. */
export async function assertBegins(
  store: IdempotencyStore,
  given?: Usual,
  message?: string,
): Promise<void> {
  assertDeepEqual(await begin(store, given), { state: "begun" }, message);
}

/** What is expected to be known. */
export interface Known extends Usual {
  readonly result?: string | null;
}

/** Fails unless the request is known, with its own fingerprint, to who asks with another. */
export async function assertKnown(
  store: IdempotencyStore,
  { fingerprint = fingerprintOf(0), result = null, ...given }: Known = {},
  message?: string,
): Promise<void> {
  const begun = await begin(store, { ...given, fingerprint: fingerprintOf(0xbad) });
  assertDeepEqual(begun, { state: "known", fingerprint, result }, message);
}

/** Does `work` that many times at once, over both instances in turn, each at a time of its own. */
export function atOnce<Result>(
  count: number,
  { subject, peer }: CaseContext<IdempotencyStore>,
  work: (store: IdempotencyStore, index: number) => Promise<Result>,
): Promise<Result[]> {
  const starts = Array.from({ length: count }, async (_, index) => {
    await jitter();
    return work(index % 2 === 0 ? subject : peer, index);
  });
  return Promise.all(starts);
}
