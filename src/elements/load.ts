import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What is known of something that is fetched. */
export type Loaded<Value> =
  | { readonly state: "loading" }
  | {
      readonly state: "ready";
      readonly value: Value;
      /** Why a later fetch failed: what was there stays. */
      readonly error?: unknown;
    }
  | { readonly state: "failed"; readonly error: unknown };

/**
 * Fetches a value for a screen, and has it drawn as that goes on. Of two fetches the later one counts, whichever ends first; while one goes
 * on, and when it fails, what was there before stays on the screen.
 */
export class Load<Value> implements ReactiveController {
  #state: Loaded<Value> = { state: "loading" };
  #run = 0;
  readonly #host: ReactiveControllerHost;
  readonly #fetch: () => Promise<Value>;
  readonly #source: () => unknown;
  #from: unknown;

  /** `source`: where it is fetched from; when that is another, it is fetched anew. */
  constructor(
    host: ReactiveControllerHost,
    fetch: () => Promise<Value>,
    source: () => unknown = () => true,
  ) {
    this.#host = host;
    this.#fetch = fetch;
    this.#source = source;
    host.addController(this);
  }

  get current(): Loaded<Value> {
    return this.#state;
  }

  /** The value, where there is one. */
  get value(): Value | undefined {
    return this.#state.state === "ready" ? this.#state.value : undefined;
  }

  hostConnected(): void {
    // Attributes that the fetch depends on are set before the first update.
    void this.#host.updateComplete.then(() => this.again());
  }

  hostUpdate(): void {
    const source = this.#source();
    const isOther = this.#from !== undefined && source !== this.#from;
    this.#from = source;
    if (isOther) void this.restart();
  }

  /** Forgets what is there, and fetches. */
  restart(): Promise<void> {
    this.#show({ state: "loading" });
    return this.again();
  }

  /** Fetches anew. Never rejects: a failure is a state. */
  async again(): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    const next = await this.#fetched();
    if (run !== this.#run) return;
    const before = this.#state;
    const stays = next.state === "failed" && before.state === "ready";
    this.#show(stays ? { ...before, error: next.error } : next);
  }

  /** Puts a value in place of what was fetched. */
  set(value: Value): void {
    this.#run += 1;
    this.#show({ state: "ready", value });
  }

  async #fetched(): Promise<Loaded<Value>> {
    try {
      return { state: "ready", value: await this.#fetch() };
    } catch (error) {
      return { state: "failed", error };
    }
  }

  #show(state: Loaded<Value>): void {
    this.#state = state;
    this.#host.requestUpdate();
  }
}
