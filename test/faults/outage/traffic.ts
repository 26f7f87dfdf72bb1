import { setTimeout as sleep } from "node:timers/promises";
import { TokenryError } from "../../../src/index.ts";
import { ADA, BOB, STRANGER } from "../../support/directory.ts";
import type { World } from "../../support/world.ts";
import { type Deed, emptyJournal, type Journal } from "../journal.ts";
import { type Calls, startCalls } from "./calls.ts";
import { createDeeds, type Deeds, type Result } from "./deeds.ts";
import { Secrets } from "./secrets.ts";

/** Of each owner one deed at a time: then it is known in which order they were done. */
const OWNERS = [ADA, BOB, STRANGER];

/** Who was told that nothing can be done now waits so long before the next deed. */
const PAUSE_MS = 10;

/** What is known of deeds that were answered with `unavailable`. */
export interface Failed {
  count: number;
  /** Until the slowest was answered. */
  slowestMs: number;
  /** Why, in the words of those who failed. */
  readonly causes: Set<string>;
}

/** Calls and deeds without end over one world, and what is known of them. */
export interface Traffic {
  readonly calls: Pick<Calls, "count" | "nextAccepted">;
  /** What was acknowledged, and what was begun and never answered. */
  readonly journal: Journal;
  readonly failed: Failed;
  /** Secrets with which a call was accepted. */
  readonly used: ReadonlySet<string>;
  /** What must not be: empty, or something is broken. */
  readonly mistakes: readonly string[];
  /** Resolves when this many deeds more have been acknowledged. */
  acknowledged(deeds: number): Promise<void>;
  /** Resolves when this many deeds more have failed. */
  failures(deeds: number): Promise<void>;
  /** Resolves when the last call and the last deed have been answered. */
  stop(): Promise<void>;
}

/** What became of work: it was done, it may have been done or not, or nothing was. */
type Outcome<Value> =
  | { readonly type: "done"; readonly value: Value }
  | { readonly type: "failed" | "refused" };

/** Starts traffic. */
export function startTraffic(world: World): Traffic {
  return new RunningTraffic(world);
}

class RunningTraffic implements Traffic {
  readonly calls: Calls;
  readonly journal: Journal = emptyJournal();
  readonly failed: Failed = { count: 0, slowestMs: 0, causes: new Set() };
  readonly used: Set<string> = new Set();
  readonly mistakes: string[] = [];
  readonly #world: World;
  readonly #deeds: Deeds;
  readonly #secrets = new Secrets();
  readonly #acknowledged = new Signal();
  readonly #failures = new Signal();
  readonly #lanes: readonly Promise<void>[];
  #isStopped = false;

  constructor(world: World) {
    this.#world = world;
    this.#deeds = createDeeds(world, (id) => this.journal.delivered.add(id));
    this.calls = startCalls(() => this.#call());
    this.#lanes = OWNERS.map((owner) => this.#repeat(owner));
  }

  acknowledged(deeds: number): Promise<void> {
    return this.#acknowledged.times(deeds);
  }

  failures(deeds: number): Promise<void> {
    return this.#failures.times(deeds);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#lanes, this.calls.stop()]);
  }

  /** A call with any secret, living or dead. Its code, or `none` where there is no secret yet. */
  async #call(): Promise<string> {
    const secret = this.#secrets.any();
    if (secret === undefined) return "none";
    const wasDead = this.#secrets.isDead(secret);
    const code = await this.#world.codeOf(secret).catch((error: unknown) => `threw ${error}`);
    const isLiving = this.#secrets.isLiving(secret);
    // Applications are given no access: that is known only once the secret has been recognised.
    const isRecognised = code === "ok" || code === "access_denied";
    if (isRecognised && wasDead) this.mistakes.push("accepted what had ended");
    if (code === "unknown_token" && isLiving) this.mistakes.push("refused what lives");
    if (!isRecognised && code !== "unknown_token" && code !== "unavailable")
      this.mistakes.push(code);
    if (code === "ok") this.used.add(secret);
    return code;
  }

  async #repeat(owner: string): Promise<void> {
    while (!this.#isStopped) {
      const chosen = await this.#attempt(() => this.#deeds.choose(owner));
      if (chosen.type !== "done") continue;
      this.#secrets.begin(owner, chosen.value);
      await this.#do(owner, chosen.value);
    }
  }

  async #do(owner: string, deed: Deed): Promise<void> {
    const outcome = await this.#attempt(() => this.#deeds.perform(owner, deed));
    if (outcome.type === "done") {
      this.#secrets.acknowledge(owner, deed, outcome.value);
      this.#write(owner, deed, outcome.value);
      this.#acknowledged.emit();
    } else if (outcome.type === "failed") {
      // Whether the token has ended is not known: it is ended again until that is, as a host would.
      if (deed.name === "revoke") await this.#do(owner, deed);
      else this.#write(owner, deed);
    }
  }

  async #attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
    const begun = performance.now();
    try {
      return { type: "done", value: await work() };
    } catch (error) {
      if (error instanceof TokenryError && error.code === "unavailable") {
        this.#fail(error, performance.now() - begun);
        await sleep(PAUSE_MS);
        return { type: "failed" };
      }
      if (!(error instanceof TokenryError)) this.mistakes.push(`threw ${error}`);
      return { type: "refused" };
    }
  }

  #fail({ cause }: TokenryError, tookMs: number): void {
    this.failed.count += 1;
    this.failed.slowestMs = Math.max(this.failed.slowestMs, tookMs);
    this.failed.causes.add(String(cause));
    this.#failures.emit();
  }

  #write(owner: string, deed: Deed, result?: Result): void {
    const { tokenId, secret, revoked } = result ?? {};
    const entries = this.journal.entries.get(owner) ?? [];
    this.journal.entries.set(owner, entries);
    entries.push({ deed, isAcknowledged: result !== undefined, tokenId, secret, revoked });
  }
}

/** Something that happens again and again. */
class Signal {
  #waiting: (() => void)[] = [];

  emit(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async times(count: number): Promise<void> {
    for (let seen = 0; seen < count; seen += 1)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
