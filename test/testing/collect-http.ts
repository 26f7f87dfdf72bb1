import { createTokenry, memoryRepository } from "../../src/index.ts";
import { type HttpConformanceOptions, httpConformance } from "../../src/testing/index.ts";

/** The cases of a suite by group; what each threw, or `undefined`. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

interface Group {
  readonly tests: Map<string, () => Promise<void> | void>;
  readonly after: (() => Promise<void>)[];
}

/** Registers the suite without running it. */
export function registerHttp(
  options: Pick<HttpConformanceOptions, "serve" | "skip">,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  let group: Group = { tests: new Map(), after: [] };
  const runner = {
    describe(name: string, body: () => void) {
      group = { tests: new Map(), after: [] };
      if (name !== "HTTP") groups.set(name, group);
      body();
    },
    test(name: string, body: () => Promise<void> | void) {
      group.tests.set(name, body);
    },
    afterAll(body: () => Promise<void>) {
      group.after.push(body);
    },
  };
  httpConformance(runner, { createTokenry, memoryRepository, ...options });
  return groups;
}

/** Runs groups of the suite, and collects what the cases throw. */
export async function runHttp(
  serve: HttpConformanceOptions["serve"],
  isWanted: (group: string) => boolean,
): Promise<Results> {
  const results = new Map<string, Map<string, unknown>>();
  for (const [name, { tests, after }] of registerHttp({ serve })) {
    if (!isWanted(name)) continue;
    const thrown = new Map<string, unknown>();
    for (const [test, body] of tests) thrown.set(test, await outcome(body));
    for (const body of after) await body();
    results.set(name, thrown);
  }
  return results;
}

async function outcome(body: () => Promise<void> | void): Promise<unknown> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return error;
  }
}
