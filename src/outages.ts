import { emitWarning } from "./emit-warning.ts";
import { TokenryError, unavailable } from "./errors.ts";

/** How many reasons a process is told of: a reason may hold what differs each time. */
const MOST_REASONS = 20;

/** Who is told of outages where the host named nobody: the process, where there is one, of each reason once. */
export function warnOfOutages(): (error: TokenryError) => void {
  const told = new Set<string>();
  return ({ message, cause }) => {
    const reason = withoutPasswords(
      cause instanceof Error ? `${message} ${cause.message}` : message,
    );
    if (told.has(reason) || told.size >= MOST_REASONS) return;
    told.add(reason);
    emitWarning(`${reason} (Told once: options.onError is told each time.)`);
  };
}

/** Drivers name the URL that they could not reach, some with who signs in there. */
function withoutPasswords(text: string): string {
  return text.replace(/:\/\/[^\s/@]{1,500}@/g, "://…@");
}

/** Tells of an outage; with a message of its own, where one says more than the cause. Never throws. */
export type TellOutage = (cause: unknown, message?: string) => void;

/** Makes what tells a host of outages: one whose own error handler throws, at once or later, is not told twice. */
export function tellOutage(onError: (error: TokenryError) => void = warnOfOutages()): TellOutage {
  const tell = async (error: TokenryError): Promise<void> => onError(error);
  return (cause, message) => {
    const error =
      message === undefined
        ? unavailable(cause)
        : new TokenryError("unavailable", { message, cause });
    tell(error).catch(() => {});
  };
}
