/** What a conformance suite needs of a test runner: vitest, node:test, bun:test and jest all have it. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => Promise<void> | void) => void;
}

/** Cases that an implementation cannot pass, each with the reason. They are registered under a name that says so. */
export type Skips = Readonly<Record<string, string>>;

/** A fresh thing to test, and how to put it away. */
export interface Subject<Thing> {
  readonly subject: Thing;
  readonly close?: () => Promise<void> | void;
}
