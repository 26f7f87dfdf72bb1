import type { TextName } from "./texts.ts";

/** A failure with a text of its own. */
export class SaidError extends Error {
  readonly text: TextName;

  constructor(text: TextName, cause: unknown) {
    super(text, { cause });
    this.text = text;
  }
}
