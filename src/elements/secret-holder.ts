/**
 * The one place in which a page keeps a new secret: what is handed on is this, never the text. Prints and serializes as nothing.
 *
 * @example
 * const holder = new SecretHolder(issued.secret);
 * holder.clear();
 */
export class SecretHolder {
  #secret: string | undefined;

  /** `null`: the token was made, and its secret is lost. */
  constructor(secret: string | null) {
    this.#secret = secret ?? undefined;
  }

  get isEmpty(): boolean {
    return this.#secret === undefined;
  }

  /** The secret; `undefined` once it was cleared. */
  read(): string | undefined {
    return this.#secret;
  }

  clear(): void {
    this.#secret = undefined;
  }
}
