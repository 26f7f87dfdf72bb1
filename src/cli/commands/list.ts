import type { Command } from "../command.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, type Options, type Values } from "../options.ts";
import { tokenTable } from "../token-view.ts";

const DEFAULT_LIMIT = 50;

/** Which page of a list. */
export const PAGE_OPTIONS: Options = {
  limit: { type: "text", hint: "n", description: `at most so many, 1 to 200 (${DEFAULT_LIMIT})` },
  cursor: { type: "text", hint: "cursor", description: "the page after the one that ended so" },
};

/** The length and the beginning of a page, as typed. */
export function pageOf(values: Values): {
  readonly limit: number;
  readonly cursor: string | undefined;
} {
  return { limit: values.number("limit", 1, 200) ?? DEFAULT_LIMIT, cursor: values.text("cursor") };
}

/** `tokenry list`: an owner's tokens. */
export const list: Command = {
  name: "list",
  description: "lists an owner's tokens, oldest first",
  positionals: [{ name: "owner", description: "whose" }],
  options: {
    kind: { type: "text", hint: "kind", description: "of this kind only" },
    ...PAGE_OPTIONS,
    ...ACTOR_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(session) {
    const { values, actor } = session;
    const owner = values.place("owner");
    const tokens = await session.tokens();
    const kind = values.text("kind");
    const page = await tokens.list({ owner, kind, actor, ...pageOf(values) });
    if (session.isJson) return void (await session.printJson(page));
    if (page.tokens.length === 0) return session.tell(`${owner} has no tokens.`);
    await session.print(tokenTable(page.tokens, session));
    if (page.cursor !== undefined) await session.tell(`There are more: --cursor ${page.cursor}`);
  },
};
