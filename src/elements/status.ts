import type { WireToken } from "../manage/client/index.ts";

/** How a token is doing. */
export type TokenState = "in_use" | "idle" | "expiring" | "expired";

const dayMs = 86_400_000;
/** OKT-25. */
const usedLatelyMs = 3 * dayMs;
const endsSoonMs = 7 * dayMs;

/** Whether a token's time has come. */
export function hasEnded({ expiresAt }: Pick<WireToken, "expiresAt">, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

/** Tells how a token is doing: its end counts for more than its use (OKT-25, CORE-74). */
export function stateOf(
  token: Pick<WireToken, "expiresAt" | "lastUsedAt">,
  now: number,
): TokenState {
  const { expiresAt, lastUsedAt } = token;
  if (hasEnded(token, now)) return "expired";
  if (expiresAt !== null && Date.parse(expiresAt) - now <= endsSoonMs) return "expiring";
  return lastUsedAt !== null && now - Date.parse(lastUsedAt) <= usedLatelyMs ? "in_use" : "idle";
}
