import { appendFileSync, readFileSync } from "node:fs";

/** What is known of the world outside the store: what workers sent, and when they ended. */
export type Entry =
  | {
      readonly type: "sent";
      /** The notice. */
      readonly id: string;
      readonly token: string | null;
      readonly attempt: number;
      /** Which of the workers that were started sent it. */
      readonly worker: number;
    }
  /** A worker is dead: it did nothing after this. */
  | { readonly type: "ended"; readonly worker: number };

/** Several processes append to one file: what stands after another happened after it. A line of its own also after one that was cut off. */
export function lineOf(entry: Entry): string {
  return `\n${JSON.stringify(entry)}\n`;
}

export function appendEntry(path: string, entry: Entry): void {
  appendFileSync(path, lineOf(entry));
}

/** Reads what has been written. A line that was cut off by a kill was not sent. */
export function readEntries(path: string): readonly Entry[] {
  const lines = readFileSync(path, "utf8").split("\n");
  // A cast: nothing else is written.
  return lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as Entry);
}
