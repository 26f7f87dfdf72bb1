import type { InvalidationBus } from "../../ports/invalidation-bus.ts";
import type { AccessTokenClaims } from "../claims.ts";

/** The keys of the bus that concern an access token: its API token, its owner, and all tokens of its owner. */
export function busKeysOf({ sub, tokenry }: AccessTokenClaims): readonly string[] {
  return [`token:${tokenry.id}`, `owner:${sub}`, `owned:${sub}`];
}

/** The key that says: anything may have changed. */
export const ANYTHING = "*";

/** A subscription that is tried anew, by whoever needs it, until it stands. */
export class BusListener {
  readonly #bus: InvalidationBus;
  readonly #handler: (keys: readonly string[]) => void;
  #trying: Promise<void> | undefined;
  #unsubscribe: (() => void | Promise<void>) | undefined;
  #isClosed = false;

  constructor(bus: InvalidationBus, handler: (keys: readonly string[]) => void) {
    this.#bus = bus;
    this.#handler = handler;
  }

  /** Whether messages flow, or their loss is told. */
  get isListening(): boolean {
    return this.#unsubscribe !== undefined;
  }

  /** Begins to listen, unless it does. Rejects when the bus does; the next call tries again. */
  async listen(): Promise<void> {
    if (this.isListening || this.#isClosed) return;
    this.#trying ??= this.#subscribe().finally(() => {
      this.#trying = undefined;
    });
    await this.#trying;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = undefined;
    await unsubscribe?.();
  }

  async #subscribe(): Promise<void> {
    const unsubscribe = await this.#bus.subscribe((keys) => {
      if (!this.#isClosed) this.#handler(keys);
    });
    if (this.#isClosed) await unsubscribe();
    else this.#unsubscribe = unsubscribe;
  }
}
