import { expect, test } from "vitest";
import { say } from "../outage/figures.ts";
import { CONCURRENCY, killDelivering } from "./kill.ts";

const KILLS = 200;

/** The kills of workers over one store, within a `describe`. `open` gives a place for a store, which goes when it is disposed of. */
export function killCase(
  name: string,
  open: () => Promise<AsyncDisposable & { readonly place: string }>,
): void {
  // CORE-71, promise 2.
  test(`${KILLS} workers killed while they deliver: every notice is sent, in the order of its token, again only after a kill`, async () => {
    await using store = await open();
    const seen = await killDelivering(store.place, KILLS);
    say(name, "workers are killed", seen);
    expect(seen.kills).toBe(KILLS);
    expect(seen.duplicates).toBeLessThanOrEqual(KILLS * CONCURRENCY);
    // Else nothing was tried: notices were committed all the time, and many were sent by workers that could not say so any more.
    expect(seen.notices).toBeGreaterThan(5 * KILLS);
    expect(seen.duplicates).toBeGreaterThan(KILLS / 10);
  }, 300_000);
}
