import type { Command } from "../command.ts";
import { confirm } from "../confirm.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, YES_OPTION } from "../options.ts";
import { printIssued } from "../secret-output.ts";
import { timeOf } from "../token-view.ts";

/** `tokenry rotate`: makes a new primary, or asks the owner to confirm one. */
export const rotate: Command = {
  name: "rotate",
  description: "makes a new primary token; the primary becomes the backup, the backup ends",
  positionals: [
    { name: "kind", description: "a kind that has pairs" },
    { name: "owner", description: "whose pair" },
  ],
  options: { ...YES_OPTION, ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const { values, actor } = session;
    const kind = values.place("kind");
    const owner = values.place("owner");
    const tokens = await session.tokens();
    const text = `Rotate the ${kind} tokens of ${owner}? The backup ends with it.`;
    await confirm(session, { text });
    const result = await session.change(tokens.rotate({ kind, owner, actor }));
    if (!("pending" in result)) return printIssued(session, result);
    if (session.isJson) return void (await session.printJson(result));
    const until = timeOf(result.expiresAt, "");
    await session.tell(
      `Nothing has changed yet: ${owner} gets a link by your notifier, which confirms it until ${until}.`,
    );
  },
};
