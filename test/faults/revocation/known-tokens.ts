import type { Known } from "./log.ts";
import type { KindName } from "./scene.ts";

/** How long a process looks at one token above all, in milliseconds: longer than most changes take. */
const FOCUS_MS = 100;

/** The tokens and secrets that a process knows of. */
export class KnownTokens {
  /** All that were ever given. */
  readonly secrets: Known[] = [];
  readonly #numbers = new Map<Known, number>();
  readonly #living = new Map<string, Known[]>();
  readonly #elapsed: () => number;
  /** The secrets of a token that is being changed, and until when they are looked at. */
  #focus: readonly Known[] = [];
  #focusEnds = 0;

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  add(known: Known): void {
    const secrets = this.#living.get(known.tokenId) ?? [];
    secrets.push(known);
    this.#numbers.set(known, this.secrets.push(known) - 1);
    this.#living.set(known.tokenId, secrets);
  }

  /** The place of a secret among all. */
  numberOf(known: Known): number {
    return this.#numbers.get(known) ?? -1;
  }

  /** A change of a token begins: calls that are on their way together, before and after it, are to meet it. */
  begin(tokenId: string): void {
    const secrets = this.#living.get(tokenId);
    if (secrets === undefined || this.#elapsed() < this.#focusEnds) return;
    this.#focus = secrets;
    this.#focusEnds = this.#elapsed() + FOCUS_MS;
  }

  remove(tokenId: string): void {
    this.#living.delete(tokenId);
  }

  /** A secret to try: most often of the token that is being changed, else of one that lives, at times one of long ago. */
  anySecret(): Known | undefined {
    const chance = Math.random();
    if (chance < 0.1) return oneOf(this.secrets);
    const isFocused = chance < 0.7 && this.#focus.length > 0;
    const secrets = isFocused ? this.#focus : (oneOf([...this.#living.values()]) ?? []);
    return Math.random() < 0.85 ? secrets.at(-1) : oneOf(secrets);
  }

  /** A token that lives as far as is known, with its latest secret. */
  any(isSuitable: (known: Known) => boolean = () => true): Known | undefined {
    return oneOf(this.#latest().filter(isSuitable));
  }

  /** How many tokens an owner has as far as is known. */
  count(owner: string, kind: KindName): number {
    return this.#latest().filter((known) => known.owner === owner && known.kind === kind).length;
  }

  #latest(): readonly Known[] {
    return [...this.#living.values()].flatMap((secrets) => secrets.slice(-1));
  }
}

/** An item at random. */
export function oneOf<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
