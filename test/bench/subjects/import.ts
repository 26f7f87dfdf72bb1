import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { costTable, type Row } from "../cost-table.ts";
import { spreadOf } from "../spread.ts";
import type { Subject } from "../subject.ts";

const ROUNDS = 9;

export const subject: Subject = costTable({
  title: "cold import: a process that imports and ends",
  floor: "an empty script",
  unit: "ns",
  per: "process",
  cases: [
    { name: "tokenry", measure: () => coldImport(`import "${built("index.js")}"`) },
    {
      name: "tokenry and tokenry/sql",
      measure: () =>
        coldImport(`import "${built("index.js")}"; import "${built("storage/sql/index.js")}"`),
    },
    {
      name: "better-auth 1.7.5 and its plugin",
      isPeer: true,
      measure: () => coldImport('import "better-auth"; import "@better-auth/api-key"'),
    },
    {
      name: "prefixed-api-key 1.1.1",
      isPeer: true,
      measure: () => coldImport('import "prefixed-api-key"'),
    },
  ],
});

function built(file: string): string {
  return new URL(`../../../dist/${file}`, import.meta.url).href;
}

/** Nanoseconds from the start of a process to the end of its script. */
interface Times {
  readonly cpu: number;
  readonly wall: number;
}

async function coldImport(script: string): Promise<Row> {
  const rounds: { readonly empty: Times; readonly time: Times }[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ empty: run(""), time: run(script) });
  return {
    figure: spreadOf(rounds.map(({ time }) => time.cpu)),
    floor: spreadOf(rounds.map(({ empty }) => empty.cpu)),
    ratio: spreadOf(rounds.map(({ time, empty }) => time.cpu / empty.cpu)),
    wall: spreadOf(rounds.map(({ time }) => time.wall)),
  };
}

/** The folder of the peers' packages is where their names are looked up. */
function run(script: string): Times {
  const report = `
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ cpu: (user + system) * 1e3, wall: performance.now() * 1e6 }));`;
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "-e", `${script}\n${report}`],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    },
  );
  return JSON.parse(output) as Times;
}
