import type { WireApi, WireLevel, WireNetwork, WireToken } from "../manage/client/index.ts";
import { levelWords } from "./access-levels.ts";
import { callsWords } from "./budget-words.ts";
import { type Saying, say } from "./texts.ts";

/** How many entries of a rule are named. */
const named = 2;
/** How many chips there are of a rule for each API. */
const most = 6;

/** What a token is restricted to, each in a few words. */
export function chipsOf(
  token: Pick<WireToken, "access" | "network" | "budgets">,
  apis: Readonly<Record<string, WireApi>>,
  saying: Saying,
): string[] {
  return [
    ...accessChips(token.access, apis, saying),
    ...networkChips(token.network, saying),
    ...budgetChips(token.budgets, apis, saying),
  ];
}

function accessChips(
  access: WireToken["access"],
  apis: Readonly<Record<string, WireApi>>,
  saying: Saying,
): string[] {
  if (access === null) return [];
  const given = Object.entries(access).filter(([, level]) => level !== "none");
  if (given.length === 0) return [say("level_none", saying)];
  const [level, ...others] = Object.keys(apis).map((api) => access[api]);
  if (level !== undefined && others.length > 0 && others.every((other) => other === level))
    return [say("chip_all_apis", { ...saying, values: { what: wordsOf(level, saying) } })];
  const chips = given.map(([api, each]) => apiChip(api, wordsOf(each, saying), saying));
  return shortened(chips, saying);
}

function wordsOf(level: WireLevel, saying: Saying): string {
  return levelWords(level, undefined, saying);
}

function budgetChips(
  budgets: WireToken["budgets"],
  apis: Readonly<Record<string, WireApi>>,
  saying: Saying,
): string[] {
  const chips = Object.entries(budgets).flatMap(([api, percent]) => {
    const rules = apis[api];
    return rules === undefined ? [] : [apiChip(api, callsWords(rules, percent, saying), saying)];
  });
  return shortened(chips, saying);
}

function apiChip(api: string, what: string, saying: Saying): string {
  return say("chip_api", { ...saying, values: { api, what } });
}

/** What is more than a card has room for is in the form of the token. */
function shortened(chips: string[], saying: Saying): string[] {
  if (chips.length <= most) return chips;
  const count = chips.length - (most - 1);
  return [...chips.slice(0, most - 1), say("chips_more", { ...saying, values: { count } })];
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
