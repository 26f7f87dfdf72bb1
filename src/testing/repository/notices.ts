import { DEFAULT_CHANNEL } from "../../model.ts";
import type {
  Change,
  ClaimedNotice,
  NoticeClaim,
  NoticeOutcome,
  Repository,
  StoredEvent,
} from "../../ports/repository.ts";
import { assertDeepEqual } from "../assert.ts";
import { commitOk, HOUR_MS, NOW, sampleEvent, sampleId } from "./samples.ts";

export const LEASE_MS = 60_000;

/** Long after every lease and every try. */
export const FAR: number = NOW + 1000 * HOUR_MS;

/** An event to be delivered, of a token of its own: it waits for no other. */
export function sampleNotice(fields: Partial<StoredEvent> = {}): StoredEvent {
  return sampleEvent({ deliver: true, tokenId: sampleId(), ...fields });
}

/** Commits `count` events that are to be delivered, one a commit, each a millisecond after the one before. */
export async function commitNotices(
  repository: Repository,
  count: number,
  fields: Partial<StoredEvent> = {},
  change: Partial<Change> = {},
): Promise<readonly StoredEvent[]> {
  const events = Array.from({ length: count }, (_, index) =>
    sampleNotice({ at: NOW + index, ...fields }),
  );
  for (const event of events) await commitOk(repository, { ...change, events: [event] });
  return events;
}

/** Claims what is due at `now` on the usual channel, for {@link LEASE_MS}. */
export function claimAt(
  repository: Repository,
  now: number,
  claim: Partial<NoticeClaim> = {},
): Promise<readonly ClaimedNotice[]> {
  return repository.claimNotices({
    channels: [DEFAULT_CHANNEL],
    limit: 100,
    leaseMs: LEASE_MS,
    now,
    ...claim,
  });
}

/** The same, told as id and attempt. */
export async function claimed(
  repository: Repository,
  now: number,
  claim: Partial<NoticeClaim> = {},
): Promise<readonly string[]> {
  const notices = await claimAt(repository, now, claim);
  return notices.map(({ event, attempt }) => `${event.id} #${attempt}`);
}

/** Commits and claims one notice, and hands its id back. */
export async function claimOne(repository: Repository): Promise<string> {
  const [event] = await commitNotices(repository, 1);
  const id = event?.id ?? "";
  assertDeepEqual(await claimed(repository, NOW), [`${id} #1`]);
  return id;
}

type Status = NoticeOutcome["status"];

/** An outcome of the first claim of a notice on the usual channel, due again or parked at `at`. */
export function outcome(
  id: string,
  status: Status,
  fields: { readonly attempt?: number; readonly at?: number; readonly channel?: string } = {},
): NoticeOutcome {
  const { attempt = 1, at = NOW, channel = DEFAULT_CHANNEL } = fields;
  const claim = { id, channel, attempt };
  if (status === "delivered") return { ...claim, status };
  if (status === "released") return { ...claim, status, at };
  return { ...claim, status, at, failure: `no answer to ${attempt}` };
}

/** Settles one claim, and tells whether it was settled. */
export async function settleOne(
  repository: Repository,
  ...of: Parameters<typeof outcome>
): Promise<boolean | undefined> {
  const answers = await repository.settleNotices([outcome(...of)]);
  return answers.length === 1 ? answers[0] : undefined;
}

/** Every way to settle the given claim: each must be void and change nothing. */
export async function assertVoid(
  repository: Repository,
  id: string,
  attempt: number,
): Promise<void> {
  const statuses: readonly Status[] = ["delivered", "retry", "released", "parked"];
  const outcomes = statuses.map((status) => outcome(id, status, { attempt }));
  assertDeepEqual(
    await repository.settleNotices(outcomes),
    statuses.map(() => false),
  );
}

/** Parks a notice on its first claim. */
export async function parkOne(
  repository: Repository,
  fields: Partial<StoredEvent> = {},
): Promise<StoredEvent> {
  const [event] = await commitNotices(repository, 1, fields);
  if (event === undefined) throw new Error("one was committed");
  assertDeepEqual(await claimed(repository, NOW), [`${event.id} #1`]);
  await settleOne(repository, event.id, "parked");
  return event;
}
