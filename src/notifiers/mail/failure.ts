import { NoticeError } from "../../errors.ts";
import type { RenderedMail } from "./message.ts";

/** What the errors of nodemailer tell, each as far as it is there. */
interface SmtpFailure {
  /** Which part of sending failed: `EENVELOPE`, `EAUTH`, … */
  readonly code: string | undefined;
  /** The answer of the server, as a number. */
  readonly status: number | undefined;
  /** What was answered to: `RCPT TO`, … */
  readonly command: string | undefined;
  /** The number after the status, of RFC 3463. */
  readonly detail: string | undefined;
}

/** What servers answer about a mailbox, also after the message: there is none, it is full, it takes no such message. */
const REFUSED: ReadonlySet<number> = new Set([550, 551, 552, 553, 556]);

/** Details of RFC 3463 about an address or its mailbox, and those of them that are about the sender's. */
const OF_MAILBOX = /^5\.[12]\./;
const OF_SENDER: ReadonlySet<string> = new Set(["5.1.7", "5.1.8"]);

/** Answers about who sends, not about who receives (RFC 4954). */
const UNAUTHENTICATED: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/**
 * The error of a failed sending as it may be reported. One that says that the recipient is refused for good becomes final. Any other
 * stays as it is, unless it could tell of what was sent: servers and proxies repeat what they refuse, a link with a code too.
 */
export function sendingError(cause: unknown, mail: RenderedMail, hasCode: boolean): Error {
  const failure = readFailure(cause);
  const isTelling = hasCode || repeats(cause, mail);
  const details = isTelling ? {} : { cause };
  if (isFinal(failure))
    return new NoticeError(`the mail server refuses the recipient${describe(failure)}`, {
      isFinal: true,
      ...details,
    });
  const concernsChannel = !isOfRecipient(failure);
  if (cause instanceof Error && !isTelling && concernsChannel) return cause;
  return new NoticeError(`the mail could not be sent${describe(failure)}`, {
    concernsChannel,
    ...details,
  });
}

function isFinal({ code, status = 0, command = "RCPT TO", detail }: SmtpFailure): boolean {
  const isOfSender =
    command === "MAIL FROM" ||
    command.startsWith("AUTH") ||
    code === "EAUTH" ||
    UNAUTHENTICATED.has(status);
  if (isOfSender || status < 500 || status > 599) return false;
  // Where the server says what it refuses, that counts: many refuse senders, relays and blocked addresses only at RCPT TO.
  if (detail !== undefined) return OF_MAILBOX.test(detail) && !OF_SENDER.has(detail);
  return REFUSED.has(status) || (code === "EENVELOPE" && command === "RCPT TO");
}

/** Not now for this recipient: a full mailbox, greylisting. 421 is the server's own: it goes. */
function isOfRecipient({ status = 0, command }: SmtpFailure): boolean {
  return command === "RCPT TO" && status >= 450 && status < 500;
}

function readFailure(cause: unknown): SmtpFailure {
  const fields: Readonly<Record<string, unknown>> =
    typeof cause === "object" && cause !== null ? { ...cause } : {};
  const { code, responseCode, command, response } = fields;
  return {
    code: matching(code, /^[A-Z][A-Z0-9_]{0,31}$/),
    status: typeof responseCode === "number" ? responseCode : undefined,
    command: matching(command, /^[A-Z][A-Z0-9 ]{0,31}$/),
    detail: /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(String(response))?.[1],
  };
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

function describe({ code, status, command, detail }: SmtpFailure): string {
  const parts = [code, status, detail, command].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : ` (${parts.join(" ")})`;
}

function repeats(cause: unknown, { subject, text, html }: RenderedMail): boolean {
  const told = cause instanceof Error ? `${cause.message}\n${cause.stack}` : String(cause);
  return [subject, text, html].some((part) => part !== "" && told.includes(part));
}
