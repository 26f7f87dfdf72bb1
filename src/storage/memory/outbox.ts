import type {
  ClaimedNotice,
  NoticeClaim,
  NoticeOutcome,
  ParkedChoice,
  ParkedPage,
  StoredEvent,
  StoredParkedNotice,
} from "../../ports/repository.ts";
import { Lane } from "./lane.ts";
import type { Notice } from "./notice.ts";
import { compareText, SortedList } from "./sorted-list.ts";

/** The lanes of one channel. */
interface Channel {
  readonly lanes: Map<string, Lane>;
  /** The head of each lane, soonest due first: what a claim looks at, and nothing that waits behind. */
  readonly heads: SortedList<Notice>;
}

function comparePlaces(a: Notice, b: Notice): number {
  return a.sequence - b.sequence || compareText(a.channel, b.channel);
}

/** The notices that are not delivered, by event and by channel. */
export class Outbox {
  readonly #channels = new Map<string, Channel>();
  readonly #notices = new Map<string, Map<string, Notice>>();
  readonly #parked = new SortedList<Notice>(comparePlaces);

  add(event: StoredEvent, sequence: number, channels: readonly string[]): void {
    const notices = new Map<string, Notice>();
    for (const channel of new Set(channels)) {
      const notice: Notice = {
        event,
        sequence,
        channel,
        lane: event.tokenId ?? event.owner ?? event.account,
        // Due at once, whatever the worker's clock says.
        dueAt: Number.NEGATIVE_INFINITY,
        attempts: 0,
        untried: 0,
        isClaimed: false,
        isParked: false,
        failure: null,
      };
      notices.set(channel, notice);
      this.#queue(notice);
    }
    if (notices.size > 0) this.#notices.set(event.id, notices);
  }

  /** Whether a notice of the event is neither delivered nor gone. */
  holds(event: StoredEvent): boolean {
    return this.#notices.has(event.id);
  }

  claim({ channels, limit, leaseMs, now }: NoticeClaim): readonly ClaimedNotice[] {
    const due = [...new Set(channels)].flatMap((channel) => this.#due(channel, now, limit));
    return due
      .sort(compareDue)
      .slice(0, limit)
      .sort(comparePlaces)
      .map((notice) => {
        this.#laneOf(notice).inHand = notice;
        this.#change(notice, now + leaseMs, true);
        notice.attempts += 1;
        const { event, channel, attempts: attempt, untried } = notice;
        return { event, channel, attempt, untried };
      });
  }

  settle(outcome: NoticeOutcome): boolean {
    const notice = this.#notices.get(outcome.id)?.get(outcome.channel);
    if (!notice?.isClaimed || notice.attempts !== outcome.attempt) return false;
    const lane = this.#laneOf(notice);
    if (lane.inHand === notice) lane.inHand = undefined;
    if (outcome.status === "delivered") {
      this.#unqueue(notice);
      this.#forget(notice);
      return true;
    }
    this.#change(notice, outcome.at, false);
    if (outcome.status === "released") notice.untried += 1;
    else notice.failure = outcome.failure;
    if (outcome.status === "parked") this.#park(notice);
    return true;
  }

  parked({ account, after, limit }: ParkedPage): readonly StoredParkedNotice[] {
    const isBefore = ({ sequence, channel }: Notice): boolean =>
      after !== undefined &&
      (sequence < after.sequence || (sequence === after.sequence && channel <= after.channel));
    const page: StoredParkedNotice[] = [];
    for (const notice of this.#parked.from(isBefore)) {
      if (page.length >= limit) break;
      if (account === undefined || notice.event.account === account)
        page.push(parkedNotice(notice));
    }
    return page;
  }

  retry({ account, id, channel }: ParkedChoice): number {
    const of = id === undefined ? this.#parked.from(() => false) : this.#notices.get(id)?.values();
    const chosen = [...(of ?? [])].filter(
      (notice) =>
        notice.isParked &&
        (account === undefined || notice.event.account === account) &&
        (channel === undefined || notice.channel === channel),
    );
    for (const notice of chosen) {
      this.#parked.delete(notice);
      notice.isParked = false;
      notice.dueAt = Number.NEGATIVE_INFINITY;
      notice.untried = notice.attempts;
      this.#queue(notice);
    }
    return chosen.length;
  }

  /** Up to `limit` notices of a channel that may be claimed. */
  #due(name: string, now: number, limit: number): readonly Notice[] {
    const due: Notice[] = [];
    for (const head of this.#channels.get(name)?.heads.from(() => false) ?? []) {
      if (head.dueAt > now || due.length >= limit) break;
      if (this.#laneOf(head).isFree(now)) due.push(head);
    }
    return due;
  }

  #park(notice: Notice): void {
    this.#unqueue(notice);
    notice.isParked = true;
    this.#parked.insert(notice);
  }

  #forget({ event, channel }: Notice): void {
    const notices = this.#notices.get(event.id);
    notices?.delete(channel);
    if (notices?.size === 0) this.#notices.delete(event.id);
  }

  #channelOf({ channel: name }: Notice): Channel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { lanes: new Map(), heads: new SortedList(compareDue) };
      this.#channels.set(name, channel);
    }
    return channel;
  }

  #laneOf(notice: Notice): Lane {
    const { lanes } = this.#channelOf(notice);
    let lane = lanes.get(notice.lane);
    if (lane === undefined) {
      lane = new Lane();
      lanes.set(notice.lane, lane);
    }
    return lane;
  }

  #queue(notice: Notice): void {
    const [{ heads }, lane] = [this.#channelOf(notice), this.#laneOf(notice)];
    const before = lane.head;
    lane.waiting.insert(notice);
    if (lane.head !== notice) return;
    if (before !== undefined) heads.delete(before);
    heads.insert(notice);
  }

  #unqueue(notice: Notice): void {
    const [{ heads, lanes }, lane] = [this.#channelOf(notice), this.#laneOf(notice)];
    const wasHead = lane.head === notice;
    lane.waiting.delete(notice);
    if (!wasHead) return;
    heads.delete(notice);
    if (lane.head === undefined) lanes.delete(notice.lane);
    else heads.insert(lane.head);
  }

  /** Moves a notice in the order of the heads, if it is one. */
  #change(notice: Notice, dueAt: number, isClaimed: boolean): void {
    const { heads } = this.#channelOf(notice);
    const isHead = this.#laneOf(notice).head === notice;
    if (isHead) heads.delete(notice);
    Object.assign(notice, { dueAt, isClaimed });
    if (isHead) heads.insert(notice);
  }
}

function compareDue(a: Notice, b: Notice): number {
  // Not by a difference: two that are due for ever have none.
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt ? -1 : 1;
  return a.sequence - b.sequence || compareText(a.channel, b.channel);
}

function parkedNotice(notice: Notice): StoredParkedNotice {
  const { event, sequence, channel, attempts, untried, failure, dueAt: parkedAt } = notice;
  return { event, sequence, channel, tries: attempts - untried, failure, parkedAt };
}
