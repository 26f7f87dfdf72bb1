import { randomUUID } from "node:crypto";
import { expect } from "vitest";

/** A handler of invalidations that remembers what it was told, in order. */
export class Heard {
  readonly keys: string[] = [];
  readonly handler = (keys: readonly string[]): void => {
    this.keys.push(...keys);
  };

  /** How often it was told to drop all. */
  get gaps(): number {
    return this.keys.filter((key) => key === "*").length;
  }

  /** Resolves when it has been told just this since it was last forgotten. */
  async toBe(...expected: readonly string[]): Promise<void> {
    await expect.poll(() => this.keys, { timeout: 20_000, interval: 5 }).toEqual(expected);
  }

  /** Resolves when a key that is published again and again arrives. What it was told before that must end with a gap. */
  async flow(publish: (keys: readonly string[]) => Promise<void>): Promise<void> {
    // Of its own: what flowed before may arrive late.
    const key = `flows:${randomUUID()}`;
    await expect
      .poll(async () => {
        await publish([key]);
        return this.keys.includes(key);
      })
      .toBe(true);
    expect(this.keys[this.keys.indexOf(key) - 1]).toBe("*");
  }

  forget(): void {
    this.keys.length = 0;
  }
}
