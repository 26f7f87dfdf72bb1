import type { Zone } from "../../model.ts";
import type { Command } from "../command.ts";
import { confirm } from "../confirm.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, YES_OPTION } from "../options.ts";
import { type Column, tableLines } from "../table.ts";

const COLUMNS: readonly Column<Zone>[] = [
  { title: "NAME", text: ({ name }) => name, isWhole: true },
  { title: "BLOCKED", text: ({ blocked }) => (blocked ? "yes" : "no") },
  { title: "RANGES", text: ({ ranges }) => ranges.join(" ") },
];
const ACCOUNT = { name: "account", description: "whose zones" };

/** `tokenry zones list`. */
export const listZones: Command = {
  name: "list",
  description: "lists the zones of an account",
  positionals: [ACCOUNT],
  options: { ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const account = session.values.place("account");
    const zones = await (await session.tokens()).zones.list({ account, actor: session.actor });
    if (session.isJson) return void (await session.printJson({ zones }));
    if (zones.length === 0) return session.tell(`${account} has no zones.`);
    await session.print(tableLines(COLUMNS, zones, session.terminal.out.columns()));
  },
};

/** `tokenry zones put`. */
export const putZone: Command = {
  name: "put",
  description: "makes a zone, or gives one other ranges",
  positionals: [
    ACCOUNT,
    { name: "name", description: "of the zone: letters, digits, . _ and -" },
    { name: "ranges", description: "addresses, CIDR blocks or ranges a-b", takesRest: true },
  ],
  options: {
    blocked: { type: "flag", description: "no token of the account works from here" },
    ...{ ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  },
  async run(session) {
    const { values, actor } = session;
    const zone = await (await session.tokens()).zones.put({
      account: values.place("account"),
      name: values.place("name"),
      ranges: values.rest("ranges"),
      blocked: values.flag("blocked"),
      actor,
    });
    if (session.isJson) await session.printJson(zone);
    else await session.print([`Zone ${zone.name} has ${zone.ranges.length} ranges.`]);
  },
};

/** `tokenry zones remove`. */
export const removeZone: Command = {
  name: "remove",
  description: "removes a zone that no token refers to",
  positionals: [ACCOUNT, { name: "name", description: "of the zone" }],
  options: { ...YES_OPTION, ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    const { values, actor } = session;
    const account = values.place("account");
    const name = values.place("name");
    const { zones } = await session.tokens();
    await confirm(session, { text: `Remove the zone ${name} of ${account}?` });
    await zones.remove({ account, name, actor });
    if (session.isJson) await session.printJson({ account, name, removed: true });
    else await session.print([`Removed the zone ${name}.`]);
  },
};
