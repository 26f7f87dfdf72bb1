import { NoticeError } from "../../errors.ts";

/** A request of POST. */
export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The head of an answer. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Resolves when as much of the body was thrown away as is read of one. Never rejects. */
  readonly drained: Promise<void>;
}

/** Sends a request and follows no redirect. When the signal aborts it lets go of everything that it holds. */
export type Sender = (request: Outgoing, signal: AbortSignal) => Promise<Answer>;

/** As much of an answer's body as is read, so that a receiver's last words find someone. */
export const MOST_BODY = 65_536;

/**
 * Sends within a time, in which the body of the answer must end too; but what counts is the head, so that a receiver that has accepted and
 * only dawdles is not told again. Nothing of the exchange is left when this settles, but for a name that is still being resolved.
 *
 * @throws NoticeError that tells the host, and what went wrong.
 */
export async function exchange(send: Sender, request: Outgoing, seconds: number): Promise<Answer> {
  const { hostname } = request.url;
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<"over">((resolve) => {
    timer = setTimeout(() => resolve("over"), seconds * 1000);
  });
  try {
    const answer = await Promise.race([send(request, stop.signal), over]);
    if (answer === "over") throw new NoticeError(`${hostname} did not answer within ${seconds} s`);
    await Promise.race([answer.drained, over]);
    return answer;
  } catch (cause) {
    if (cause instanceof NoticeError) throw cause;
    throw new NoticeError(`${hostname} could not be reached: ${reasonOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** What is known of a failure by a word, `ECONNREFUSED` for example: messages of clients may hold anything. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown";
  const code = codeOf(cause) ?? codeOf(cause.cause);
  return code ?? cause.name;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
