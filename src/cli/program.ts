import { type CommandDef, defineCommand } from "citty";
import { type Command, cittyCommand, type Group, type Surroundings } from "./command.ts";
import { check } from "./commands/check.ts";
import { deliver } from "./commands/deliver.ts";
import { doctor } from "./commands/doctor.ts";
import { events } from "./commands/events.ts";
import { issue } from "./commands/issue.ts";
import { generateKey } from "./commands/keys.ts";
import { list } from "./commands/list.ts";
import { migrate } from "./commands/migrate.ts";
import { revoke } from "./commands/revoke.ts";
import { revokeAll } from "./commands/revoke-all.ts";
import { rotate } from "./commands/rotate.ts";
import { schema } from "./commands/schema.ts";
import { show } from "./commands/show.ts";
import { sweep } from "./commands/sweep.ts";
import { listZones, putZone, removeZone } from "./commands/zones.ts";

const COMMANDS: readonly (Command | Group)[] = [
  ...[migrate, schema, issue, list, show, revoke, revokeAll, rotate],
  {
    name: "zones",
    description: "the named networks of an account",
    commands: [listZones, putZone, removeZone],
  },
  ...[events, sweep, deliver, check],
  { name: "keys", description: "makes keys", commands: [generateKey] },
  doctor,
];

/** All commands, as citty has them. */
export function program(version: string, around: Surroundings): CommandDef {
  return defineCommand({
    meta: { name: "tokenry", version, description: "API tokens, by hand" },
    subCommands: byName(COMMANDS, (each) =>
      "commands" in each
        ? defineCommand({
            meta: { name: each.name, description: each.description },
            subCommands: byName(each.commands, (command) => cittyCommand(command, around)),
          })
        : cittyCommand(each, around),
    ),
  });
}

function byName<Item extends { readonly name: string }>(
  items: readonly Item[],
  make: (item: Item) => CommandDef,
): Record<string, CommandDef> {
  return Object.fromEntries(items.map((item) => [item.name, make(item)]));
}
