import type { Command } from "../command.ts";
import { CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import { withProgress } from "../progress.ts";

/** `tokenry deliver`: one pass that hands due notices to the notifier. */
export const deliver: Command = {
  name: "deliver",
  description: "hands all notices that are due to your notifier",
  options: { ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const { jobs } = await session.tokens();
    const result = await withProgress(session, "delivering", jobs.deliver());
    const { delivered, retried, parked } = result;
    if (session.isJson) await session.printJson(result);
    else
      await session.print([
        `Delivered ${delivered} notices; ${retried} failed and are due again later, ${parked} were parked.`,
      ]);
    if (parked > 0) await session.tell("tokenry doctor shows why notices are parked.");
  },
};
