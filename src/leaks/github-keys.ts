import { type Keys, type PublicKey, readKeys } from "./read-keys.ts";

/** What is known of a key: itself; that GitHub has none of this name; or nothing, as GitHub could not be asked. */
export type KeyLookUp = PublicKey | "unknown" | "unavailable";

/** GitHub's public keys, kept for a while. */
export interface GithubKeys {
  find(id: string): Promise<KeyLookUp>;
}

/** Where keys come from and how long they are good. */
export interface KeySource {
  readonly load: () => Promise<unknown>;
  readonly lifetimeMs: number;
  readonly now: () => number;
  readonly report: (cause: unknown) => void;
}

/** GitHub waits 30 seconds for an answer, in which the reports are to be handled as well. */
const LOAD_WITHIN_MS = 10_000;

/** How long a list is not asked for again, whoever names a key that is not in it. */
const WAIT_MS = 30_000;

/**
 * As long it becomes, doubled each time that asking was in vain. Anybody can name keys that do not exist, and GitHub answers an address
 * 60 times an hour: forgers must not use these up.
 */
const LONGEST_WAIT_MS = 240_000;

/** Keeps GitHub's keys (IND-11). One list at a time is asked for, by whoever comes first; the others wait for the same. */
export function createGithubKeys(source: KeySource): GithubKeys {
  return new KeptKeys(source);
}

class KeptKeys implements GithubKeys {
  readonly #source: KeySource;
  #list: { readonly keys: Keys; readonly at: number } | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #hasFailed = false;
  #waitMs = WAIT_MS;
  #loading: Promise<void> | undefined;

  constructor(source: KeySource) {
    this.#source = source;
  }

  async find(id: string): Promise<KeyLookUp> {
    const known = this.#living()?.get(id);
    if (known !== undefined) return known;
    const isFresh = await this.#refresh(id);
    const keys = this.#living();
    // Only a list that was asked for after the key was named says that there is none: GitHub may have a new one since.
    const isCertain = isFresh && !this.#hasFailed && keys !== undefined;
    return keys?.get(id) ?? (isCertain ? "unknown" : "unavailable");
  }

  /** The keys, while they are good. */
  #living(): Keys | undefined {
    const { now, lifetimeMs } = this.#source;
    return this.#list && isWithin(lifetimeMs, this.#list.at, now()) ? this.#list.keys : undefined;
  }

  /** Asks for the list, or waits for who does, unless it was asked for a short while ago. Tells whether it was asked for. */
  async #refresh(id: string): Promise<boolean> {
    if (this.#loading !== undefined) {
      await this.#loading;
      return true;
    }
    const isStranger = this.#living() !== undefined;
    const waitMs = isStranger ? this.#waitMs : WAIT_MS;
    if (isWithin(waitMs, this.#triedAt, this.#source.now())) return false;
    this.#loading = this.#load();
    await this.#loading;
    this.#loading = undefined;
    const wasInVain = isStranger && !this.#living()?.has(id);
    this.#waitMs = wasInVain ? Math.min(2 * this.#waitMs, LONGEST_WAIT_MS) : WAIT_MS;
    return true;
  }

  /** Never rejects. */
  async #load(): Promise<void> {
    const { load, now, report } = this.#source;
    const at = now();
    this.#triedAt = at;
    try {
      this.#list = { keys: await readKeys(await withinTime(load)), at };
      this.#hasFailed = false;
    } catch (cause) {
      this.#hasFailed = true;
      report(cause);
    }
  }
}

/** A clock that was set back ends a life as well, and any waiting. */
function isWithin(spanMs: number, from: number, at: number): boolean {
  return at >= from && at - from < spanMs;
}

/** Gives up on what hangs, whether or not it can be stopped. */
function withinTime(load: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const message = `there was no answer within ${LOAD_WITHIN_MS / 1000} seconds`;
    const timer = setTimeout(() => reject(new Error(message)), LOAD_WITHIN_MS);
    const loaded = async (): Promise<unknown> => load();
    loaded()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
