// The last lines of a test run: each test that failed, in one line, so that the end of a long log says what to look at.
import type { Reporter, TestModule } from "vitest/node";

interface Failure {
  readonly name: string;
  readonly errors: readonly { readonly message: string }[];
}

function failuresIn(module: TestModule): Failure[] {
  const own = { name: "the file itself", errors: module.errors() };
  const tests = Array.from(module.children.allTests("failed"), (test) => ({
    name: test.fullName,
    errors: test.result().errors ?? [],
  }));
  return own.errors.length > 0 ? [own, ...tests] : tests;
}

export class FailedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const { name, errors } of failuresIn(module)) {
        const [message] = (errors[0]?.message ?? "").split("\n", 1);
        const place = `[${module.project.name}] ${module.relativeModuleId}`;
        process.stdout.write(`FAILED TEST ${place} > ${name}: ${message}\n`);
      }
    }
  }
}
