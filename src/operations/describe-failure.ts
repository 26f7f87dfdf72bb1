import { NoticeError } from "../errors.ts";
import { redacted } from "../secret/redact.ts";

/** As much of a failure's message as is kept. */
const MAX_FAILURE = 500;

/** What is known of a failed delivery. */
export interface Failure {
  /** For the list of parked notices. */
  readonly text: string;
  readonly isFinal: boolean;
  readonly retryAfterMs: number | undefined;
  /** Whether it counts for the channel. What is final is the notice's own. */
  readonly concernsChannel: boolean;
}

/** Reads what a notifier threw. A NoticeError tells more, also one of another copy of the package; nothing else is trusted to. */
export function describeFailure(cause: unknown): Failure {
  const { message, isFinal, retryAfterMs, concernsChannel } = readError(cause);
  return {
    text: redacted(message, MAX_FAILURE),
    isFinal: isFinal === true,
    concernsChannel: isFinal !== true && concernsChannel !== false,
    retryAfterMs:
      typeof retryAfterMs === "number" && Number.isFinite(retryAfterMs) ? retryAfterMs : undefined,
  };
}

function readError(cause: unknown): {
  readonly message: string;
  readonly isFinal?: unknown;
  readonly retryAfterMs?: unknown;
  readonly concernsChannel?: unknown;
} {
  try {
    if (!(cause instanceof Error)) return { message: String(cause) };
    // A cast, as any error may have fields of any name.
    const { name, message, isFinal, retryAfterMs, concernsChannel } = cause as NoticeError;
    const isTelling = cause instanceof NoticeError || name === "NoticeError";
    return {
      message: String(message),
      ...(isTelling && { isFinal, retryAfterMs, concernsChannel }),
    };
  } catch {
    return { message: "what the notifier threw cannot be read" };
  }
}
