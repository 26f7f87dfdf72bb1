import { answeredWithin } from "./answered-within.ts";
import { ALL, keysOf } from "./postgres-bus-payloads.ts";
import {
  ListenSession,
  type ListenSettings,
  type PostgresListener,
} from "./postgres-bus-session.ts";

/** Where connections that listen come from. */
export interface ListenPool {
  connect(): Promise<PostgresListener>;
}

export type ListeningSettings = Omit<ListenSettings, "onPayload">;

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/** Keeps a session that listens, from now until it is ended: a lost one is replaced, and `"*"` told for what was missed. */
export class Listening {
  readonly #pool: ListenPool;
  readonly #settings: ListeningSettings;
  readonly #tell: (keys: readonly string[]) => void;
  readonly #end = new Signal();
  readonly #whole: Promise<void>;
  /** Given when messages flow, or the present try to make them has failed. */
  #tried = new Signal();
  /** Whether somebody relies on messages that did not flow. */
  #isGap = false;

  constructor(
    pool: ListenPool,
    settings: ListeningSettings,
    tell: (keys: readonly string[]) => void,
  ) {
    this.#pool = pool;
    this.#settings = settings;
    this.#tell = tell;
    this.#whole = this.#keepListening();
  }

  /** Resolves when messages flow, or a try to make them has failed: it goes on trying. */
  async tried(): Promise<void> {
    const tried = new Promise<void>((resolve) => this.#tried.whenGiven(resolve));
    try {
      await answeredWithin(tried, this.#settings.timeoutMs);
    } catch {
      this.#isGap = true;
    }
  }

  /** Resolves when the client is back in its pool. */
  async end(): Promise<void> {
    this.#end.give();
    await this.#whole;
  }

  async #keepListening(): Promise<void> {
    for (let failures = 0; !this.#end.isGiven; failures += 1) {
      const session = await this.#begin();
      if (session !== undefined) {
        this.#closeGap();
        this.#tried.give();
        const sinceMs = performance.now();
        await this.#useUp(session);
        // One that is lost as soon as it is there is no success.
        if (performance.now() - sinceMs >= LONGEST_PAUSE_MS) failures = 0;
      }
      this.#isGap = true;
      this.#tried.give();
      this.#tried = new Signal();
      await this.#pause(failures);
    }
  }

  /** Messages flow: those of the gap are made up for. */
  #closeGap(): void {
    if (!this.#isGap) return;
    this.#isGap = false;
    this.#tell([ALL]);
  }

  async #begin(): Promise<ListenSession | undefined> {
    try {
      const client = await this.#connect();
      const onPayload = (payload: string | undefined): void => {
        // The first may be here before the answer to `listen` has been looked at.
        this.#closeGap();
        this.#tell(keysOf(payload));
      };
      return client && (await ListenSession.begin(client, { ...this.#settings, onPayload }));
    } catch {
      return undefined;
    }
  }

  /** `undefined` where it was ended meanwhile. */
  async #connect(): Promise<PostgresListener | undefined> {
    const connecting = this.#pool.connect();
    const client = await this.#end.orGiven(connecting);
    if (client === undefined)
      connecting.then(
        (late) => late.release(),
        () => {},
      );
    return client;
  }

  async #useUp(session: ListenSession): Promise<void> {
    await this.#end.orGiven(session.lost);
    const isLost = !this.#end.isGiven;
    if (isLost) this.#tell([ALL]);
    await session.end(isLost);
  }

  /** Longer from failure to failure, and at random, so that nodes do not come back all at once. */
  async #pause(failures: number): Promise<void> {
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, (longestMs * (1 + Math.random())) / 2);
      timer.unref?.();
    });
    await this.#end.orGiven(elapsed);
    clearTimeout(timer);
  }
}

/** Something that happens once. No promise of it is kept: what waits for it in vain, time and again, would add up on one that lives on. */
class Signal {
  isGiven = false;
  readonly #callbacks = new Set<() => void>();

  give(): void {
    this.isGiven = true;
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  }

  whenGiven(callback: () => void): void {
    if (this.isGiven) callback();
    else this.#callbacks.add(callback);
  }

  /** What a promise comes to; `undefined` where this is given first. */
  orGiven<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const onGiven = (): void => resolve(undefined);
      this.whenGiven(onGiven);
      promise.then(resolve, reject).finally(() => this.#callbacks.delete(onGiven));
    });
  }
}
