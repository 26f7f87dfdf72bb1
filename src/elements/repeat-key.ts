/**
 * Makes what is tried again the same request: one key for as long as the same thing is asked for.
 *
 * @example
 * const key = new RepeatKey();
 * await client.issue(owner, request, { idempotencyKey: key.of(request) });
 */
export class RepeatKey {
  #request: string | undefined;
  #key = "";

  of(request: object): string {
    const text = JSON.stringify(request);
    if (text !== this.#request) {
      this.#request = text;
      this.#key = randomKey();
    }
    return this.#key;
  }

  /** It is known what became of the request: the next one is another. */
  forget(): void {
    this.#request = undefined;
  }
}

/** `crypto.randomUUID` is there in secure contexts only, `getRandomValues` everywhere. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
