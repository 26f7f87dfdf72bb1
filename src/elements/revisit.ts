import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Looks again when somebody comes back to the page: another tab may have changed what it shows. */
export class Revisit implements ReactiveController {
  readonly #look: () => Promise<void>;
  #looking = false;

  constructor(host: ReactiveControllerHost, look: () => Promise<void>) {
    this.#look = look;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#back);
    window.addEventListener("focus", this.#back);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#back);
    window.removeEventListener("focus", this.#back);
  }

  // Both events come at once: one look is enough.
  readonly #back = (): void => {
    if (!this.#looking && document.visibilityState === "visible") void this.#lookOnce();
  };

  async #lookOnce(): Promise<void> {
    this.#looking = true;
    try {
      await this.#look();
    } finally {
      this.#looking = false;
    }
  }
}
