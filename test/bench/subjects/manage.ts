import type { ManagedTokens } from "tokenry/manage";
import { tokenry, tokenryManage } from "../built.ts";
import { freshSqlite } from "../databases.ts";
import { formatSpread } from "../format.ts";
import { createSecrets, PREFIX, storedToken } from "../samples.ts";
import { type Spread, spreadOf } from "../spread.ts";
import type { Subject } from "../subject.ts";
import { type Column, tableOf } from "../table.ts";

const COUNT = 10_000;
const ROUNDS = 9;
const AT_ONCE = 500;
const OWNER = "ada";
const ORIGIN = "https://app.example";

interface Row {
  readonly nanoseconds: Spread;
  readonly remark: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "time", width: 28, cell: ({ nanoseconds }) => formatSpread(nanoseconds, "ns") },
  { head: "", width: 0, cell: ({ remark }) => `  ${remark}` },
];

export const subject: Subject = tableOf<Row>({
  title: "the management API over a SQLite file (node:sqlite), 10,000 tokens of one owner",
  notes: ["from the request to the text of its answer, without a network; one after the other"],
  columns: COLUMNS,
  cases: [
    {
      name: "first page, 20 tokens",
      measure: () => pages(20, 1),
      target: {
        claim: "the first page of 10,000 tokens within 100 ms",
        figure: ({ nanoseconds }) => formatSpread(nanoseconds, "ns"),
        isMet: ({ nanoseconds }) => nanoseconds.median < 1e8,
      },
    },
    { name: "first page, 200 tokens", measure: () => pages(200, 1) },
    { name: "all pages, 200 tokens each", measure: () => pages(200, COUNT / 200) },
  ],
});

async function pages(limit: number, count: number): Promise<Row> {
  await using database = await freshSqlite();
  const { repository } = database;
  const secrets = createSecrets(COUNT);
  const now = Date.now();
  for (let first = 0; first < COUNT; first += AT_ONCE) {
    const insert = secrets.slice(first, first + AT_ONCE).map((secret, at) => ({
      ...storedToken(secret, first + at, now),
      owner: OWNER,
      account: "acme",
    }));
    await repository.commit({ insert, events: [] });
  }
  const tokens: ManagedTokens = tokenry.createTokenry({
    kinds: { service: tokenry.manySliding({ prefix: PREFIX }) },
    apis: { orders: { limit: 1, window: { minutes: 1 } } },
    directory: { find: (id) => ({ id, account: "acme", active: true }) },
    repository,
  });
  const handle = tokenryManage().managementApi(tokens, { actor: () => OWNER });
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    let next: string | undefined = `/tokenry/owners/${OWNER}/tokens?limit=${limit}`;
    for (let page = 0; page < count && next !== undefined; page++) {
      const response: Response = await handle(new Request(ORIGIN + next));
      await response.text();
      next = /^<([^>]*)>/.exec(response.headers.get("link") ?? "")?.[1];
    }
    rounds.push((performance.now() - started) * 1e6);
  }
  return { nanoseconds: spreadOf(rounds), remark: count === 1 ? "" : `${count} pages` };
}
