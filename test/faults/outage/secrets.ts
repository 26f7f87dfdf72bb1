import type { Deed } from "../journal.ts";
import type { Result } from "./deeds.ts";

/** What is known of a secret, by what was acknowledged. */
interface Known {
  readonly owner: string;
  readonly tokenId: string;
  /** A deed that may end it has begun. */
  isDoubtful: boolean;
  /** That it ended was acknowledged. */
  isDead: boolean;
}

/** The secrets that were given out, and what may be answered about each. */
export class Secrets {
  readonly #known = new Map<string, Known>();

  /** One of them, at random: of those that may live, or of those that are dead. */
  any(): string | undefined {
    const areDead = Math.random() < 0.5;
    const secrets = [...this.#known].flatMap(([secret, { isDead }]) =>
      isDead === areDead ? [secret] : [],
    );
    return secrets[Math.floor(Math.random() * secrets.length)];
  }

  /** Whether that it ended was acknowledged. */
  isDead(secret: string): boolean {
    return this.#known.get(secret)?.isDead === true;
  }

  /** Whether nothing has been done that may have ended it. */
  isLiving(secret: string): boolean {
    return this.#known.get(secret)?.isDoubtful === false;
  }

  /** Of which secrets nobody can say, from now on, that they live. */
  begin(owner: string, deed: Deed): void {
    for (const known of this.#mayEnd(owner, deed)) known.isDoubtful = true;
  }

  /** It was acknowledged: what it ends is dead from now on. */
  acknowledge(owner: string, deed: Deed, { secret, tokenId }: Result): void {
    for (const known of this.#ends(owner, deed)) known.isDead = true;
    if (secret === undefined || tokenId === undefined) return;
    this.#known.set(secret, { owner, tokenId, isDoubtful: false, isDead: false });
  }

  /** Secrets that a deed ends for sure, once it is acknowledged. */
  #ends(owner: string, deed: Deed): readonly Known[] {
    // Which of the owner's a rotation ends depends on their slots, which are not known here.
    return deed.name === "rotate" || deed.name === "confirm" ? [] : this.#mayEnd(owner, deed);
  }

  #mayEnd(owner: string, deed: Deed): readonly Known[] {
    switch (deed.name) {
      case "revoke":
      case "regenerate":
        return this.#where(({ tokenId }) => tokenId === deed.tokenId);
      case "revokeCurrent":
        return this.#where((_, secret) => secret === deed.secret);
      case "revokeAll":
      case "rotate":
      case "confirm":
        return this.#where((known) => known.owner === owner);
      default:
        return [];
    }
  }

  #where(isSo: (known: Known, secret: string) => boolean): readonly Known[] {
    return [...this.#known].flatMap(([secret, known]) => (isSo(known, secret) ? [known] : []));
  }
}
