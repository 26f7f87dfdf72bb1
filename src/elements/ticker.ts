import type { ReactiveController, ReactiveControllerHost } from "lit";

const mostMs = 30_000;

/** Has a screen drawn anew as time goes on: twice a minute, and when one of the moments that its host names has come. */
export class Ticker implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #moments: () => readonly number[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ReactiveControllerHost & { readonly isConnected: boolean },
    moments: () => readonly number[],
  ) {
    this.#host = host;
    this.#moments = moments;
    host.addController(this);
  }

  hostUpdated(): void {
    // An answer that comes after the host has gone has it drawn once more.
    if (!this.#host.isConnected) return;
    const now = Date.now();
    const soonest = Math.min(now + mostMs, ...this.#moments().filter((moment) => moment > now));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#host.requestUpdate(), soonest - now);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
