import type { Awaitable } from "../ports/awaitable.ts";
import type { Runner, Skips, Subject } from "./runner.ts";

/** A fresh thing to test and, where there can be one, a second instance over the same data: another connection, node or process. */
export interface SharedSubject<Thing> extends Subject<Thing> {
  readonly peer?: Thing;
}

/** What a conformance suite needs of an implementation. */
export interface ConformanceOptions<Thing> {
  /** Makes a fresh, empty subject: called once for each case. */
  readonly create: () => Awaitable<SharedSubject<Thing>>;
  /** Cases that the implementation cannot pass, by name, each with the reason. */
  readonly skip?: Skips;
}

/** What a case works on. `peer` is the subject itself where there is no second instance. */
export interface CaseContext<Thing> {
  readonly subject: Thing;
  readonly peer: Thing;
}

/** Cases by name. */
export type Cases<Thing> = Readonly<Record<string, (context: CaseContext<Thing>) => Promise<void>>>;

/** Registers cases, by group, with the runner. Throws TypeError when a skip names no case. */
export function registerCases<Thing>(
  runner: Runner,
  title: string,
  groups: Readonly<Record<string, Cases<Thing>>>,
  options: ConformanceOptions<Thing>,
): void {
  const skip = options.skip ?? {};
  refuseUnknownSkips(Object.keys(skip), Object.values(groups));
  runner.describe(title, () => {
    for (const [group, cases] of Object.entries(groups)) {
      runner.describe(group, () => registerGroup(runner, cases, options.create, skip));
    }
  });
}

function registerGroup<Thing>(
  runner: Runner,
  cases: Cases<Thing>,
  create: ConformanceOptions<Thing>["create"],
  skip: Skips,
): void {
  for (const [name, body] of Object.entries(cases)) {
    const reason = skip[name];
    if (reason === undefined) runner.test(name, () => runCase(create, body));
    else runner.test(`${name} (not provided: ${reason})`, () => {});
  }
}

async function runCase<Thing>(
  create: ConformanceOptions<Thing>["create"],
  body: Cases<Thing>[string],
): Promise<void> {
  const { subject, peer = subject, close } = await create();
  try {
    await body({ subject, peer });
  } finally {
    await close?.();
  }
}

function refuseUnknownSkips<Thing>(
  names: readonly string[],
  groups: readonly Cases<Thing>[],
): void {
  for (const name of names) {
    if (!groups.some((cases) => Object.hasOwn(cases, name))) {
      throw new TypeError(`skip names no case of this suite: ${JSON.stringify(name)}`);
    }
  }
}
