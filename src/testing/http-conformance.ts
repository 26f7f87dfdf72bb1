import { accessTokenGroups } from "./http/access-token-cases.ts";
import { addressGroups } from "./http/address-cases.ts";
import type { HttpConformanceOptions, HttpServed } from "./http/app.ts";
import { HttpBench, type HttpCase, type HttpGroup, type HttpGroups } from "./http/bench.ts";
import { bodyGroups } from "./http/body-cases.ts";
import { budgetGroups } from "./http/budget-cases.ts";
import { connectionGroups } from "./http/connection-cases.ts";
import { credentialGroups } from "./http/credential-cases.ts";
import { faultGroups } from "./http/fault-cases.ts";
import { guessingGroups } from "./http/guessing-cases.ts";
import { methodGroups } from "./http/method-cases.ts";
import { refusalGroups } from "./http/refusal-cases.ts";
import { requirementGroups } from "./http/requirement-cases.ts";
import { revokeGroups } from "./http/revoke-cases.ts";
import { styleGroups } from "./http/style-cases.ts";
import { HttpWorld } from "./http/world.ts";
import type { Runner } from "./runner.ts";

/** What the suite needs of a test runner: `after` of node:test is its `afterAll`. */
export interface HttpRunner extends Runner {
  /** Has something done once after the cases of the enclosing `describe`. */
  readonly afterAll: (body: () => Promise<void>) => void;
}

const groups: HttpGroups = {
  ...credentialGroups,
  ...connectionGroups,
  ...bodyGroups,
  ...refusalGroups,
  ...budgetGroups,
  ...styleGroups,
  ...methodGroups,
  ...requirementGroups,
  ...addressGroups,
  ...guessingGroups,
  ...revokeGroups,
  ...accessTokenGroups,
  ...faultGroups,
};

/**
 * Registers the cases that an HTTP adapter passes when it keeps the contract of docs/http.md: requests as bytes over real connections, and
 * the exact answers.
 *
 * `serve` builds the application that {@link HttpConformanceApp} describes with the adapter's framework, and starts it on 127.0.0.1. It is
 * called once for each group of cases that share options. Time and storage are the suite's own, so nothing waits. Cases of a group run one
 * after another, never concurrently.
 *
 * @throws TypeError when `skip` names no case.
 *
 * @example
 * import { createTokenry, memoryRepository } from "tokenry";
 * import { httpConformance } from "tokenry/testing";
 * import { afterAll, describe, test } from "vitest";
 * httpConformance({ describe, test, afterAll }, { createTokenry, memoryRepository, serve: serveMyAdapter });
 */
export function httpConformance(runner: HttpRunner, options: HttpConformanceOptions): void {
  const { skip = {} } = options;
  for (const name of Object.keys(skip)) {
    if (!Object.values(groups).some(({ cases }) => Object.hasOwn(cases, name)))
      throw new TypeError(`skip names no case of this suite: ${JSON.stringify(name)}`);
  }
  runner.describe("HTTP", () => {
    for (const [name, group] of Object.entries(groups)) {
      runner.describe(name, () => registerGroup(runner, group, options));
    }
  });
}

function registerGroup(
  runner: HttpRunner,
  { settings, cases }: HttpGroup,
  options: HttpConformanceOptions,
): void {
  const { skip = {}, serve } = options;
  const world = new HttpWorld(options, settings);
  let server: Promise<HttpServed> | undefined;
  runner.afterAll(async () => {
    await (await server)?.close();
    await world.tokens.close();
  });
  for (const [name, body] of Object.entries(cases)) {
    const reason = skip[name];
    if (reason !== undefined) {
      runner.test(`${name} (not provided: ${reason})`, () => {});
      continue;
    }
    runner.test(name, async () => {
      server ??= serve(world.app);
      const { port } = await server;
      await runCase(body, new HttpBench(world, port, name));
    });
  }
}

async function runCase(body: HttpCase, bench: HttpBench): Promise<void> {
  bench.world.beginCase();
  try {
    await body(bench);
  } finally {
    bench.end();
  }
}
