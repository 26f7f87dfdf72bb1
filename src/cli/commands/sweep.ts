import type { Command } from "../command.ts";
import { CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import { withProgress } from "../progress.ts";

/** `tokenry sweep`: one pass that deletes expired tokens. */
export const sweep: Command = {
  name: "sweep",
  description: "deletes expired tokens, each with its event",
  options: { ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const { jobs } = await session.tokens();
    const result = await withProgress(session, "sweeping", jobs.sweep());
    if (session.isJson) await session.printJson(result);
    else await session.print([`Removed ${result.removed} expired tokens.`]);
  },
};
