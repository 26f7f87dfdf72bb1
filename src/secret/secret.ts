/** The part of a secret that may be shown: its prefix and its last four characters (CORE-05). */
export function hintOf(text: string): string {
  return `${text.slice(0, text.lastIndexOf("_") + 1)}…${text.slice(-4)}`;
}

/**
 * A secret that has just been made. Whatever prints it, by accident or not, gets the hint; only `reveal()` gives the text.
 *
 * Source: CORE-04, OKT-05, OWN-07.
 *
 * @example
 * const { secret } = await tokens.issue(request);
 * response.send({ token: secret.reveal() });
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Tells one from what looks like one: by what is in it, not by what it says of itself. */
  static isSecret(value: unknown): value is Secret {
    return typeof value === "object" && value !== null && #text in value;
  }

  /** The text that a client sends. Show it once; it is stored nowhere. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return hintOf(this.#text);
  }

  toJSON(): string {
    return hintOf(this.#text);
  }

  /** Template literals, concatenation and arithmetic get the hint too. */
  [Symbol.toPrimitive](): string {
    return hintOf(this.#text);
  }
}

/** What `console.log` and `util.inspect` of Node, Bun and Deno show. */
Object.defineProperty(Secret.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Secret): string {
    return `Secret(${this.toString()})`;
  },
});
