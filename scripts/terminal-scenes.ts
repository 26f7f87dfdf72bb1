// What a person does at a terminal in the pictures of docs/cli.md: command lines that run, over a world in memory.
import { Kysely } from "kysely";
import type { TokenryConfig } from "../src/cli/config.ts";
import { run } from "../src/cli/run.ts";
import { migrate, nodeSqliteDialect, sqlRepository } from "../src/storage/sql/index.ts";
import { fakeTerminal } from "../test/cli/support/fake-terminal.ts";
import { createWorld } from "../test/support/world.ts";

const COLUMNS = 132;

/** A person at a terminal: types a line, and what comes of it is on the screen. */
interface Person {
  /** What was typed and written so far, with the escape sequences of colours. */
  readonly screen: string;
  tokenry(args: string, typed?: string): Promise<void>;
}

function sitDown(config: TokenryConfig, now: () => number): Person {
  let screen = "";
  const show = async (text: string): Promise<boolean> => {
    screen += text;
    return true;
  };
  return {
    get screen() {
      return screen;
    },
    async tokenry(args, typed) {
      await show(`$ npx tokenry ${args}\n`);
      const terminal = fakeTerminal({ now, typed: typed === undefined ? [] : [typed] });
      const output = { isTerminal: true, columns: () => COLUMNS, write: show };
      const { input } = terminal;
      const echoing: typeof input = {
        ...input,
        async readLine(reading) {
          const line = await input.readLine(reading);
          if (!reading.isHidden) await show(`${line}\n`);
          return line;
        },
      };
      const words = [...args.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? "",
      );
      const seen = { ...terminal, input: echoing, out: output, err: output };
      await run(words, seen, { version: "", load: async () => config });
    },
  };
}

/** The screens of the pictures, by name. */
export async function terminalScenes(): Promise<ReadonlyMap<string, string>> {
  const db = new Kysely<object>({ dialect: nodeSqliteDialect(":memory:") });
  await migrate(db);
  const world = createWorld({ repository: sqlRepository({ db }) });
  const config: TokenryConfig = {
    tokens: () => world.node(),
    ...{ database: db, trustProxy: [], notifier: world.notifier },
  };
  const now = (): number => world.clock.now();

  const tokens = sitDown(config, now);
  await tokens.tokenry("issue service ada --name laptop --include 192.0.2.0/24");
  world.clock.pass({ minutes: 3 });
  await tokens.tokenry(
    'issue application ada --name "till 4" --access orders=read --expires-in "3 months"',
  );
  await tokens.tokenry("list ada");
  const [first] = (await world.tokens.list({ owner: "ada", actor: "ada" })).tokens;
  world.clock.pass({ minutes: 2 });
  await tokens.tokenry(`revoke ${first?.id} --reason lost`, "y");

  const doctor = sitDown(config, now);
  await doctor.tokenry("doctor");

  const events = sitDown(config, now);
  await events.tokenry("zones put acme office 192.0.2.0/24 2001:db8::/48");
  await events.tokenry("events acme --limit 5");
  await db.destroy();
  return new Map([
    ["cli-tokens", tokens.screen],
    ["cli-doctor", doctor.screen],
    ["cli-events", events.screen],
  ]);
}
