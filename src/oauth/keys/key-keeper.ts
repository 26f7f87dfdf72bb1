import type { JWK } from "jose";
import { checkFlag, checkKeys } from "../../checks.ts";
import { unavailable } from "../../errors.ts";
import { changeKeys, type KeyChange, takeDueSteps, takeStep } from "./change-keys.ts";
import { decideRotation, decideRotationByHand } from "./decide-rotation.ts";
import { importKey } from "./import-key.ts";
import { type KeySet, keysOf } from "./key-set.ts";
import { createKeyVault, type KeyVault, type ReadKeySet, type StoredKeys } from "./key-vault.ts";
import { publishedOf } from "./published.ts";
import type { SigningKey } from "./signing-keys.ts";
import type { ResolvedStoredKeysOptions } from "./stored-keys-options.ts";
import type { KeyRotation, MaintainKeysResult, RotateKeysRequest } from "./stored-signing-keys.ts";

/** What a node knows of the keys. */
interface View {
  readonly readAt: number;
  readonly stored: StoredKeys;
  readonly signing: SigningKey;
  readonly published: { readonly keys: readonly JWK[] };
}

/** A store that failed is left alone for so long, while known keys are good enough. */
const PAUSE_MS = 5000;

const REQUEST: ReadonlySet<string> = new Set(["compromised"]);

/** The keys of one node: what it knows of the store's, and what it does to them. */
export class KeyKeeper {
  readonly #options: ResolvedStoredKeysOptions;
  readonly #vault: KeyVault;
  #view: View | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<View> | undefined;
  #isMaintaining = false;

  constructor(options: ResolvedStoredKeysOptions) {
    this.#options = options;
    this.#vault = createKeyVault(options.store, options.encryptionKeys);
  }

  /** What this node knows, read anew where it is too old. */
  async latest(): Promise<View> {
    const view = this.#view;
    const now = this.#options.now();
    if (view !== undefined && isYounger(view.readAt, now, this.#options.refreshEveryMs))
      return view;
    if (this.#isUsable(view, now) && isYounger(this.#failedAt, now, PAUSE_MS)) return view;
    this.#refreshing ??= this.#refresh(now).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async rotate(request: RotateKeysRequest = {}): Promise<KeyRotation> {
    checkKeys(request, REQUEST, "request");
    const isCompromised = checkFlag(request.compromised, "request.compromised");
    const { rules } = this.#options;
    let asked: string | undefined;
    return this.#change(async (before, now): Promise<KeyChange<KeyRotation>> => {
      const first = before?.set ?? (await takeStep(undefined, { type: "create" }, now, rules));
      const created = before === undefined ? first : undefined;
      if (created === undefined) asked ??= first.current.key.kid;
      const kid = asked ?? first.current.key.kid;
      const step = decideRotationByHand(first, { kid, isCompromised }, now, rules);
      if (step.type === "wait")
        return { set: created, result: { rotated: false, readyAt: new Date(step.until) } };
      const set = step.type === "none" ? created : await takeStep(first, step, now, rules);
      return { set, result: { rotated: true, kid: (set ?? first).current.key.kid } };
    });
  }

  async maintain(): Promise<MaintainKeysResult> {
    const { rules, encryptionKeys } = this.#options;
    return this.#change(async (before, now): Promise<KeyChange<MaintainKeysResult>> => {
      const { set, steps } = await takeDueSteps(before?.set, now, rules);
      const reencrypted = before !== undefined && before.encryptedUnder !== encryptionKeys.current;
      const result = {
        created: steps.includes("create"),
        rotated: steps.includes("rotate"),
        removed: removedBetween(before?.set, set),
        reencrypted,
      };
      return { set: steps.length > 0 || reencrypted ? set : undefined, result };
    });
  }

  async #change<Result>(
    decide: (before: StoredKeys | undefined, now: number) => Promise<KeyChange<Result>>,
  ): Promise<Result> {
    try {
      let decidedAt = this.#options.now();
      const { stored, result } = await changeKeys(this.#vault, (before) => {
        decidedAt = this.#options.now();
        return decide(before, decidedAt);
      });
      await this.#show(stored, decidedAt);
      return result;
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** An outage is got over with what is known; what can be read and not be understood, or is not the same keys any more, is not. */
  async #refresh(now: number): Promise<View> {
    const known = this.#view;
    let read: ReadKeySet;
    try {
      read = await this.#vault.read();
    } catch (cause) {
      if (!this.#isUsable(known, now)) throw unavailable(cause);
      this.#failedAt = now;
      this.#options.report(unavailable(cause));
      return known;
    }
    try {
      const view = await this.#show(await this.#openOrCreate(read, known, now), now);
      this.#maintainSoon(view.stored, now);
      return view;
    } catch (cause) {
      if (this.#view === known) this.#view = undefined;
      throw unavailable(cause);
    }
  }

  async #openOrCreate(read: ReadKeySet, known: View | undefined, now: number): Promise<StoredKeys> {
    if (known?.stored.document === read.document && known.stored.revision === read.revision)
      return { ...known.stored, order: read.order };
    const opened = await this.#vault.open(read);
    if (opened !== undefined) return opened;
    const { stored } = await changeKeys(this.#vault, async (before) => {
      const { set } = await takeDueSteps(before?.set, now, this.#options.rules);
      return { set: before === undefined ? set : undefined, result: undefined };
    });
    return stored;
  }

  /** Makes it what this node knows, unless that is later. Answers with what the node knows. */
  async #show(stored: StoredKeys, readAt: number): Promise<View> {
    const { key } = stored.set.current;
    const signing = this.#view?.signing.kid === key.kid ? this.#view.signing : await importKey(key);
    if (signing === undefined)
      throw new Error(
        `The current signing key cannot sign: this platform may have no ${key.algorithm}.`,
      );
    const known = this.#view;
    if (known !== undefined && known.stored.order > stored.order) return known;
    const published =
      known?.stored.document === stored.document
        ? known.published
        : publishedOf(keysOf(stored.set));
    this.#view = { readAt, stored, signing, published };
    return this.#view;
  }

  /** Does what is due, while calls go on with what is there. Not twice at once. */
  #maintainSoon({ set, encryptedUnder }: StoredKeys, now: number): void {
    const { rules, encryptionKeys, report } = this.#options;
    const isDue = decideRotation(set, now, rules).type !== "none";
    if (this.#isMaintaining || !(isDue || encryptedUnder !== encryptionKeys.current)) return;
    this.#isMaintaining = true;
    this.maintain()
      .catch((cause: unknown) => report(unavailable(cause)))
      .finally(() => {
        this.#isMaintaining = false;
      });
  }

  #isUsable(view: View | undefined, now: number): view is View {
    return view !== undefined && isYounger(view.readAt, now, this.#options.usableForMs);
  }
}

/** Of a clock that was set back nobody knows how long it was: then it is not. */
function isYounger(since: number, now: number, ageMs: number): boolean {
  return now >= since && now - since < ageMs;
}

function removedBetween(before: KeySet | undefined, after: KeySet | undefined): number {
  const kept = new Set(after?.retired.map(({ key }) => key.kid));
  return before?.retired.filter(({ key }) => !kept.has(key.kid)).length ?? 0;
}
