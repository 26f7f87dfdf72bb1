import { answeredWithin } from "./answered-within.ts";

/** What `listen` brings. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A client of a pool of node-postgres (`pg`), checked out. */
export interface PostgresListener {
  query(text: string): Promise<unknown>;
  on(event: "notification", listener: (message: PostgresNotification) => void): unknown;
  on(event: "error" | "end", listener: () => void): unknown;
  off(event: "notification", listener: (message: PostgresNotification) => void): unknown;
  off(event: "error" | "end", listener: () => void): unknown;
  /** `true`: it is not used again. */
  release(destroy?: boolean): void;
  ref?(): void;
  unref?(): void;
}

/** How a client listens. */
export interface ListenSettings {
  /** Letters, digits, `_`, `$` and `-`. */
  readonly channel: string;
  readonly heartbeatMs: number;
  readonly timeoutMs: number;
  readonly onPayload: (payload: string | undefined) => void;
}

/** A client that listens, until its connection is lost or it is told to end. */
export class ListenSession {
  /** Resolves when the connection is known to be lost. */
  readonly lost: Promise<void>;
  readonly #client: PostgresListener;
  readonly #settings: ListenSettings;
  #lose: () => void = () => {};
  #heartbeat: ReturnType<typeof setTimeout> | undefined;
  /** What the client does now, as it does one thing at a time. */
  #asking: Promise<unknown> = Promise.resolve();
  #isEnded = false;

  private constructor(client: PostgresListener, settings: ListenSettings) {
    this.#client = client;
    this.#settings = settings;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    client.on("notification", this.#onNotification);
    client.on("error", this.#onLoss);
    client.on("end", this.#onLoss);
  }

  /** Begins to listen. Where that fails it rejects, and the client has been given back. */
  static async begin(client: PostgresListener, settings: ListenSettings): Promise<ListenSession> {
    const session = new ListenSession(client, settings);
    try {
      await session.#ask(`listen "${settings.channel}"`);
    } catch (cause) {
      session.#giveBack(true);
      throw cause;
    }
    // Who only waits for messages does not keep the process alive.
    client.unref?.();
    session.#beat();
    return session;
  }

  /** Gives the client back: for good, where it is lost or does not answer. Never rejects. */
  async end(isLost: boolean): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#heartbeat);
    this.#client.ref?.();
    if (isLost) return this.#giveBack(true);
    try {
      await this.#asking;
      await this.#ask(`unlisten "${this.#settings.channel}"`);
      this.#giveBack(false);
    } catch {
      this.#giveBack(true);
    }
  }

  #ask(text: string): Promise<unknown> {
    const asking = answeredWithin(this.#client.query(text), this.#settings.timeoutMs);
    this.#asking = asking;
    return asking;
  }

  #giveBack(isBroken: boolean): void {
    this.#client.off("notification", this.#onNotification);
    // First: from then on the pool listens for errors, which would else be thrown at the process.
    this.#client.release(isBroken);
    this.#client.off("error", this.#onLoss);
    this.#client.off("end", this.#onLoss);
  }

  readonly #onNotification = ({ channel, payload }: PostgresNotification): void => {
    if (channel === this.#settings.channel) this.#settings.onPayload(payload);
  };

  readonly #onLoss = (): void => this.#lose();

  /** A connection that was cut without a word tells nothing of it: only asking does. */
  #beat(): void {
    if (this.#isEnded) return;
    this.#heartbeat = setTimeout(() => {
      this.#ask("select 1").then(() => this.#beat(), this.#onLoss);
    }, this.#settings.heartbeatMs);
    this.#heartbeat.unref?.();
  }
}
