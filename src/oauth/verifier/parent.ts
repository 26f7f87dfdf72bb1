import type { Awaitable } from "../../ports/awaitable.ts";
import type { AccessTokenClaims } from "../claims.ts";

/** Whether the API token behind an access token still lives; `"unknown"`: nobody can tell now, and the call is refused. */
export type ParentState = "lives" | "ended" | "unknown";

/** What tells a resource server of the API token behind an access token: `introspectParent` and `watchParent` make one. */
export interface ParentCheck {
  /** `now` is in milliseconds since 1970. */
  check(claims: AccessTokenClaims, token: string, now: number): Awaitable<ParentState>;
  /** Ends what runs in the background. */
  close?(): Promise<void> | void;
}
