import type { Command } from "../command.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import { tokenRecord } from "../token-view.ts";

/** `tokenry show`: all that is known of a token. */
export const show: Command = {
  name: "show",
  description: "shows a token",
  positionals: [{ name: "id", description: "of the token, as list shows it" }],
  options: { ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const { values, actor } = session;
    const tokens = await session.tokens();
    const token = await tokens.get({ tokenId: values.place("id"), actor });
    if (session.isJson) await session.printJson(token);
    else await session.print(tokenRecord(token));
  },
};
