import type { WireApi, WireNetwork, WireToken } from "../manage/client/index.ts";
import { levelWords } from "./access-levels.ts";
import { callsWords } from "./budget-words.ts";
import { type Saying, say } from "./texts.ts";

/** How many entries of a rule are named. */
const named = 2;

/** What a token is restricted to, each in a few words. */
export function chipsOf(
  token: Pick<WireToken, "access" | "network" | "budgets">,
  apis: Readonly<Record<string, WireApi>>,
  saying: Saying,
): string[] {
  return [
    ...accessChips(token.access, saying),
    ...networkChips(token.network, saying),
    ...Object.entries(token.budgets).flatMap(([api, percent]) => {
      const rules = apis[api];
      if (rules === undefined) return [];
      return [
        say("chip_api", { ...saying, values: { api, what: callsWords(rules, percent, saying) } }),
      ];
    }),
  ];
}

function accessChips(access: WireToken["access"], saying: Saying): string[] {
  if (access === null) return [];
  const given = Object.entries(access).filter(([, level]) => level !== "none");
  if (given.length === 0) return [say("level_none", saying)];
  return given.map(([api, level]) => {
    const what = levelWords(level, undefined, saying);
    return say("chip_api", { ...saying, values: { api, what } });
  });
}

function networkChips(network: WireNetwork | null, saying: Saying): string[] {
  const chip = (name: "chip_include" | "chip_exclude", entries: readonly string[] = []) =>
    entries.length === 0
      ? []
      : [say(name, { ...saying, values: { entries: shortList(entries, saying) } })];
  return [...chip("chip_include", network?.include), ...chip("chip_exclude", network?.exclude)];
}

function shortList(entries: readonly string[], saying: Saying): string {
  const rest = entries.length - named;
  const first = entries.slice(0, named).map((entry) => entry.replace(/^zone:/, ""));
  if (rest <= 0) return first.join(", ");
  return say("chip_more", { ...saying, values: { entries: first.join(", "), count: rest } });
}
