import type { LeakItem } from "./items.ts";

/** Who is told of secrets that were found where they should not be: a `Tokenry`. */
export interface LeakReporter {
  /**
   * Takes a report. It may come again, and then changes nothing.
   *
   * @returns Whether the secret is, or was, that of a token. Rejects for an outage.
   */
  reportLeak(
    secret: string,
    report: { readonly source: string; readonly url?: string | undefined },
  ): Promise<{ readonly known: boolean }>;
}

/** What came of reporting secrets. */
export interface LeaksReported {
  readonly known: ReadonlySet<string>;
  /** Whether a report failed, so that not all were made. */
  readonly hasFailed: boolean;
}

/** Secrets on their way to the reporter at once. */
const AT_ONCE = 8;

/**
 * Reports each secret once for each place where it was found, and tells which are known.
 *
 * The reports of one secret follow each other, as the first may end its token. Each of eight workers stops at its first failure: a
 * secret that always fails holds up no other, and an outage is not met thousands of times.
 */
export async function reportLeaks(
  tokens: LeakReporter,
  items: readonly LeakItem[],
  report: (cause: unknown) => void,
): Promise<LeaksReported> {
  const known = new Set<string>();
  const queue = [...placesBySecret(items)].values();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [secret, places] of queue) {
      try {
        if (await isKnown(tokens, secret, places)) known.add(secret);
      } catch (cause) {
        hasFailed = true;
        report(cause);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { known, hasFailed };
}

/** The items of each secret, one for each URL. */
function placesBySecret(
  items: readonly LeakItem[],
): ReadonlyMap<string, ReadonlyMap<string | undefined, LeakItem>> {
  const secrets = new Map<string, Map<string | undefined, LeakItem>>();
  for (const item of items) {
    const places = secrets.get(item.token) ?? new Map<string | undefined, LeakItem>();
    places.set(item.url, item);
    secrets.set(item.token, places);
  }
  return secrets;
}

async function isKnown(
  tokens: LeakReporter,
  secret: string,
  places: ReadonlyMap<string | undefined, LeakItem>,
): Promise<boolean> {
  let isAnyKnown = false;
  for (const { source, url } of places.values()) {
    const { known } = await tokens.reportLeak(secret, { source, url });
    isAnyKnown ||= known;
  }
  return isAnyKnown;
}
