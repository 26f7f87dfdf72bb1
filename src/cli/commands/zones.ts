import type { Tokenry } from "../../face.ts";
import type { Zone } from "../../model.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { confirm } from "../confirm.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, YES_OPTION } from "../options.ts";
import type { Session } from "../session.ts";
import { type Column, tableLines } from "../table.ts";

type PutZone = Parameters<Tokenry["zones"]["put"]>[0];

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
    "not-blocked": { type: "flag", description: "ends that" },
    ...{ ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  },
  async run(session) {
    const { values, actor } = session;
    const blocking = await readBlocking(session);
    const account = values.place("account");
    const name = values.place("name");
    const { zones } = await session.tokens();
    const ranges = values.rest("ranges");
    const zone = await session.change(zones.put({ account, name, ranges, ...blocking, actor }));
    if (session.isJson) await session.printJson(zone);
    else await session.print([sentence(zone)]);
  },
};

/** As was typed. Throws where nothing was and the zone is blocked: who gives it other ranges need not want to let everybody in. */
async function readBlocking(session: Session): Promise<Pick<PutZone, "blocked" | "replaces">> {
  const { values, actor } = session;
  const isBlocked = values.flag("blocked");
  values.checkApart([["blocked", "not-blocked"]]);
  if (isBlocked || values.flag("not-blocked")) return { blocked: isBlocked };
  const account = values.place("account");
  const zones = await (await session.tokens()).zones.list({ account, actor });
  const present = zones.find(({ name }) => name === values.place("name")) ?? null;
  // What somebody blocks in the meantime stays so, too.
  if (present?.blocked !== true) return { blocked: false, replaces: present };
  throw new CommandError(`Zone ${present.name} is blocked. Nothing was done.`, {
    next: "Add --blocked to keep it so, or --not-blocked to end that.",
  });
}

function sentence({ name, ranges, blocked }: Zone): string {
  const count = ranges.length === 1 ? "1 range" : `${ranges.length} ranges`;
  return `Zone ${name} has ${count} and is ${blocked ? "blocked" : "not blocked"}.`;
}

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
    await session.change(zones.remove({ account, name, actor }));
    if (session.isJson) await session.printJson({ account, name, removed: true });
    else await session.print([`Removed the zone ${name}.`]);
  },
};
