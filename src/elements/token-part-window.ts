import type { ReactiveController, ReactiveControllerHost } from "lit";

/** How far from the view a part of a list is still drawn. */
const margin = "1500px 0px";

/** What is told of a list as it is scrolled. */
export interface PartEvents {
  /** A part has come back near the view. */
  readonly onPart: (index: number) => void;
  /** The end of the list, `.end`, is near. */
  readonly onEnd: () => void;
}

/**
 * Knows which parts of a long list are near the view; of the others it knows the height, which a spacer keeps. What the focus is in stays.
 */
export class PartWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #near: PartEvents;
  readonly #far = new Map<number, number>();
  readonly #watched = new Set<Element>();
  #observer: IntersectionObserver | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, near: PartEvents) {
    this.#host = host;
    this.#near = near;
    host.addController(this);
  }

  /** The height in pixels of a part that is far from the view; `undefined`: it is near, and to be drawn. */
  heightOf(index: number): number | undefined {
    return this.#far.get(index);
  }

  /** The parts that are far from the view. */
  get far(): readonly number[] {
    return [...this.#far.keys()];
  }

  /** Forgets what is far: another list is there. */
  reset(): void {
    this.#far.clear();
  }

  hostConnected(): void {
    this.#observer = new IntersectionObserver((entries) => this.#note(entries), {
      rootMargin: margin,
    });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#watched.clear();
  }

  hostUpdated(): void {
    const { shadowRoot } = this.#host;
    if (shadowRoot === null || this.#observer === undefined) return;
    for (const element of this.#watched) if (!element.isConnected) this.#forget(element);
    for (const element of shadowRoot.querySelectorAll(".part, .end")) {
      if (this.#watched.has(element)) continue;
      this.#watched.add(element);
      this.#observer.observe(element);
    }
  }

  /** Has the end told of once more if it is still near. */
  askForEnd(): void {
    const end = this.#host.shadowRoot?.querySelector(".end");
    if (end == null) return;
    this.#observer?.unobserve(end);
    this.#observer?.observe(end);
  }

  #forget(element: Element): void {
    this.#watched.delete(element);
    this.#observer?.unobserve(element);
  }

  #note(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      if (!entry.target.classList.contains("end")) this.#notePart(entry);
      else if (entry.isIntersecting) this.#near.onEnd();
    }
    this.#host.requestUpdate();
  }

  #notePart({ target, isIntersecting, boundingClientRect }: IntersectionObserverEntry): void {
    const index = Number(target.getAttribute("data-index"));
    if (isIntersecting) {
      if (this.#far.delete(index)) this.#near.onPart(index);
    } else if (!target.matches(":focus-within") && boundingClientRect.height > 0)
      this.#far.set(index, boundingClientRect.height);
  }
}
