import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What the screens tell of changes. */
const TYPES = [
  "issued",
  "regenerated",
  "changed",
  "revoked",
  "rotation-requested",
  "zones-changed",
];

/** Looks again when a screen on the same page tells of a change. */
export class Told implements ReactiveController {
  readonly #look: () => void;

  constructor(host: ReactiveControllerHost, look: () => void) {
    this.#look = look;
    host.addController(this);
  }

  hostConnected(): void {
    for (const type of TYPES) document.addEventListener(`tokenry-${type}`, this.#look);
  }

  hostDisconnected(): void {
    for (const type of TYPES) document.removeEventListener(`tokenry-${type}`, this.#look);
  }
}
