import type { Terminal } from "../terminal.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";

const WARN_FROM_MS = 1000;
const FAIL_FROM_MS = 60_000;
const NEXT = "Let a time service (NTP) set the clocks of both machines.";

/** Compares a server's clock with this machine's. What its answer took is in doubt, and counts for neither. */
export async function clockSkew(
  terminal: Terminal,
  ask: () => Promise<number | undefined>,
): Promise<Finding | undefined> {
  const before = terminal.now();
  const theirs = await ask();
  const after = terminal.now();
  if (theirs === undefined) return undefined;
  if (!Number.isFinite(theirs)) return warning("it tells no time that can be read", NEXT);
  const ahead = theirs < before ? theirs - before : Math.max(0, theirs - after);
  const skew = Math.abs(ahead);
  if (skew < WARN_FROM_MS) return ok("less than a second apart");
  const seconds = (skew / 1000).toFixed(1);
  const message = `${seconds} seconds ${ahead > 0 ? "ahead of" : "behind"} this machine`;
  return skew < FAIL_FROM_MS ? warning(message, NEXT) : failed(message, NEXT);
}
