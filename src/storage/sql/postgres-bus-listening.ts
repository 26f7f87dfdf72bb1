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
    await answeredWithin(this.#tried.given, this.#settings.timeoutMs).catch(() => {});
  }

  /** Resolves when the client is back in its pool. */
  async end(): Promise<void> {
    this.#end.give();
    await this.#whole;
  }

  async #keepListening(): Promise<void> {
    let isGap = false;
    for (let failures = 0; !this.#end.isGiven; failures += 1) {
      const session = await this.#begin();
      if (session !== undefined) {
        if (isGap) this.#tell([ALL]);
        this.#tried.give();
        const sinceMs = performance.now();
        await this.#useUp(session);
        // One that is lost as soon as it is there is no success.
        if (performance.now() - sinceMs >= LONGEST_PAUSE_MS) failures = 0;
      }
      isGap = true;
      this.#tried.give();
      this.#tried = new Signal();
      await this.#pause(failures);
    }
  }

  async #begin(): Promise<ListenSession | undefined> {
    try {
      const client = await this.#connect();
      const onPayload = (payload: string | undefined): void => this.#tell(keysOf(payload));
      return client && (await ListenSession.begin(client, { ...this.#settings, onPayload }));
    } catch {
      return undefined;
    }
  }

  /** `undefined` where it was ended meanwhile. */
  async #connect(): Promise<PostgresListener | undefined> {
    const connecting = this.#pool.connect();
    const client = await Promise.race([connecting, this.#end.given]);
    if (client === undefined)
      connecting.then(
        (late) => late.release(),
        () => {},
      );
    return client;
  }

  async #useUp(session: ListenSession): Promise<void> {
    await Promise.race([session.lost, this.#end.given]);
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
    await Promise.race([elapsed, this.#end.given]);
    clearTimeout(timer);
  }
}

/** Something that happens once. */
class Signal {
  readonly given: Promise<undefined>;
  isGiven = false;
  #resolve: (value: undefined) => void = () => {};

  constructor() {
    this.given = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  give(): void {
    this.isGiven = true;
    this.#resolve(undefined);
  }
}
