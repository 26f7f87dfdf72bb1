import type { Runner } from "../../src/testing/runner.ts";

/** Runs a suite and tells which cases fail. */
export async function failuresOf(register: (runner: Runner) => void): Promise<string[]> {
  const cases: [name: string, body: () => Promise<void> | void][] = [];
  register({
    describe: (_, body) => body(),
    test: (name, body) => cases.push([name, body]),
  });
  const failures: string[] = [];
  for (const [name, body] of cases) {
    try {
      await body();
    } catch {
      failures.push(name);
    }
  }
  return failures;
}
