import type { Channel, Emitter } from "./channel.ts";
import type { TimeLimit } from "./time-limit.ts";

/** What a {@link Subscription} works with. */
export interface SubscriptionSettings {
  /** Makes the channel, given who hears its messages. */
  readonly open: (onMessage: (message: string) => void) => Channel;
  readonly onMessage: (message: string) => void;
  /** Told at once when messages may be lost from now on, and again when they flow. */
  readonly onGap: () => void;
  /** Publishes something that comes back over the subscription. */
  readonly beat: () => Promise<void>;
  readonly heartbeatMs: number;
  readonly limit: TimeLimit;
}

/** What a client of either family says when its connection is gone. */
const LOST = ["close", "end", "reconnecting", "terminated"] as const;

/**
 * Each process waits up to so much longer than the interval: the one that beats first is heard by all the others, which then need not. How much
 * is drawn anew each time, so that two that have drawn alike do not stay so.
 */
const SPREAD = 0.2;

/**
 * A subscription that knows whether messages flow.
 *
 * The client subscribes again by itself after a lost connection; what is found out here is that it was lost, and when it stands again. The
 * events of the connection tell the one, and the next acknowledgement or the first message the other. A connection that has died without
 * a word is silent: after `heartbeatMs` without a message one is published, and must be heard in time.
 */
export class Subscription {
  readonly #settings: SubscriptionSettings;
  readonly #channel: Channel;
  #intervalMs: number;
  #state: "opening" | "flowing" | "lost" | "closed" = "opening";
  #carrier: Emitter | undefined;
  /** On the clock of `performance`. */
  #heardAt = 0;
  #onHeard: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings;
    this.#intervalMs = drawInterval(settings);
    this.#channel = settings.open((message) => this.#hear(message));
  }

  /**
   * Resolves when messages flow, or when Redis cannot be reached in time: then that is a gap, which ends when it can. Rejects what
   * Redis refuses.
   */
  async start(): Promise<void> {
    const acknowledged = this.#channel.subscribe();
    try {
      await this.#settings.limit.on(acknowledged);
      this.#heardAt = performance.now();
      this.#state = "flowing";
    } catch (cause) {
      if (isRefusal(cause)) {
        await this.close();
        throw cause;
      }
      this.#lose();
      this.#flowAfter(acknowledged);
    }
    this.#follow();
    this.#schedule(this.#intervalMs);
  }

  /** Takes back every listener. Resolves in time, whether Redis has heard of it or not. */
  async close(): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#timer);
    this.#unfollow();
    await this.#settings.limit.on(this.#channel.unsubscribe()).catch(() => {});
  }

  #hear(message: string): void {
    if (this.#state === "closed") return;
    this.#heardAt = performance.now();
    this.#onHeard();
    this.#flow();
    this.#settings.onMessage(message);
  }

  /** Messages flow again; those of the gap are made up for. */
  #flow(): void {
    if (this.#state !== "lost") return;
    this.#state = "flowing";
    this.#heardAt = performance.now();
    this.#settings.onGap();
  }

  #flowAfter(acknowledged: Promise<unknown>): void {
    acknowledged.then(
      () => {
        this.#flow();
        this.#follow();
      },
      () => {},
    );
  }

  #lose(): void {
    this.#state = "lost";
    this.#settings.onGap();
  }

  readonly #onLost = (): void => {
    if (this.#state === "flowing") this.#lose();
    // A cluster's client takes another connection when all have been told of the end of this one.
    queueMicrotask(() => this.#follow());
  };

  readonly #onReady = (): void => {
    if (this.#state === "lost") this.#flowAfter(this.#channel.subscribe());
  };

  /** Listens to the connection that carries the subscription now. Another one than before has to acknowledge it. */
  #follow(): void {
    const carrier = this.#state === "closed" ? undefined : this.#channel.carrier();
    if (carrier === this.#carrier) return;
    const isAnother = this.#carrier !== undefined;
    this.#unfollow();
    this.#carrier = carrier;
    for (const event of LOST) carrier?.on(event, this.#onLost);
    carrier?.on("ready", this.#onReady);
    if (isAnother && this.#state === "flowing") this.#lose();
    this.#onReady();
  }

  #unfollow(): void {
    for (const event of LOST) this.#carrier?.off(event, this.#onLost);
    this.#carrier?.off("ready", this.#onReady);
    this.#carrier = undefined;
  }

  #schedule(afterMs: number): void {
    if (this.#state === "closed") return;
    this.#timer = setTimeout(() => {
      void this.#check();
    }, afterMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Never rejects. A silence that goes on is told as a gap each time, so that nothing is kept for longer than from one check to the next. */
  async #check(): Promise<void> {
    const silentMs = performance.now() - this.#heardAt;
    const isDue = this.#state !== "flowing" || silentMs >= this.#intervalMs;
    this.#intervalMs = drawInterval(this.#settings);
    if (!isDue) {
      this.#schedule(Math.max(0, this.#intervalMs - silentMs));
      return;
    }
    this.#follow();
    const heard = new Promise<void>((resolve) => {
      this.#onHeard = resolve;
    });
    // What is written on a dead connection makes the system find out. That a client answers it proves nothing.
    if (this.#state === "lost") this.#channel.subscribe().catch(() => {});
    this.#settings.beat().catch(() => {});
    await this.#settings.limit.on(heard).catch(() => {
      if (this.#state !== "closed") this.#lose();
    });
    this.#schedule(this.#intervalMs);
  }
}

function drawInterval({ heartbeatMs }: SubscriptionSettings): number {
  return heartbeatMs * (1 + SPREAD * Math.random());
}

/** A reply of the server begins with its code: NOPERM, NOAUTH, ERR. What clients say of connections does not, and passes. */
function isRefusal(cause: unknown): boolean {
  return cause instanceof Error && /^[A-Z][A-Z\d]+ /.test(cause.message);
}
