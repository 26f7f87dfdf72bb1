import type { TokenryConfig } from "../config.ts";
import type { Session } from "../session.ts";

/** What a check came to, and what to do about it. */
export interface Finding {
  readonly status: "ok" | "warning" | "failed";
  readonly message: string;
  readonly next?: string;
}

/** One check of `doctor`. `undefined`: there is nothing to check here. Throws where it cannot be told otherwise. */
export interface Check {
  readonly name: string;
  /** What to do when it throws. */
  readonly next: string;
  /** Whether it asks the tokenry, and is in vain where that did not open. Default: it does not. */
  readonly needsTokenry?: (config: TokenryConfig) => boolean;
  readonly run: (session: Session) => Promise<Finding | undefined>;
}

export function ok(message: string): Finding {
  return { status: "ok", message };
}

export function warning(message: string, next: string): Finding {
  return { status: "warning", message, next };
}

export function failed(message: string, next: string): Finding {
  return { status: "failed", message, next };
}
