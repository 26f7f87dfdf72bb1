/** A header field of an answer: its name, in lower case, as HTTP/2 wants it and Node takes it fastest, and its value. */
export type HeaderField = readonly [name: string, value: string];

/** An answer to a request, for a framework to send as it is. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly HeaderField[];
  /** Empty: no body. */
  readonly body: string;
}
