import type { Tokenry } from "../../face.ts";
import { EVENT_TYPES, type EventType, type TokenEvent } from "../../model.ts";
import type { Command } from "../command.ts";
import { wrongUse } from "../command-error.ts";
import { followEvents } from "../follow-events.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, type Values } from "../options.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import { cell, jsonText } from "../shown.ts";
import { type Column, tableLines } from "../table.ts";
import { PAGE_OPTIONS, pageOf } from "./list.ts";

/** Which part of the trail. */
export type EventsFilter = Parameters<Tokenry["exportEvents"]>[0];

const COLUMNS: readonly Column<TokenEvent>[] = [
  { title: "TIME (UTC)", text: timeText, isWhole: true },
  { title: "EVENT", text: typeText, isWhole: true },
  { title: "OWNER", text: ({ owner }) => owner ?? "-", isWhole: true },
  { title: "KIND", text: ({ kind }) => kind ?? "-" },
  { title: "TOKEN", text: ({ tokenId }) => tokenId ?? "-", isWhole: true },
  { title: "ACTOR", text: ({ actor }) => actor, isWhole: true },
  { title: "FACTS", text: ({ data }) => factsText(data) },
];

const APART: readonly (readonly [string, string])[] = [
  ["export", "follow"],
  ["export", "limit"],
  ["export", "cursor"],
  ["follow", "limit"],
  ["follow", "cursor"],
  ["follow", "until"],
];

/** `tokenry events`: the audit trail. */
export const events: Command = {
  name: "events",
  description: "shows the audit trail of an account, newest first",
  positionals: [{ name: "account", description: "whose" }],
  options: {
    owner: { type: "text", hint: "owner", description: "about this owner's tokens only" },
    token: { type: "text", hint: "id", description: "about this token only" },
    type: { type: "list", hint: "type", description: "such as token.issued,token.revoked" },
    since: { type: "text", hint: "time", description: "at this time or later" },
    until: { type: "text", hint: "time", description: "before this time" },
    export: { type: "flag", description: "all of it as NDJSON, an event a line" },
    follow: { type: "flag", description: "new events as they come, until interrupted" },
    ...{ ...PAGE_OPTIONS, ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  },
  async run(session) {
    const { values } = session;
    values.checkApart(APART);
    const filter = filterOf(session);
    const isExport = values.flag("export");
    const page = pageOf(values);
    const tokens = await session.tokens();
    if (isExport) return exportAll(session, tokens, filter);
    if (values.flag("follow"))
      return followEvents({ session, tokens, filter, lineOf: (event) => lineOf(session, event) });
    await showPage(session, tokens, { ...filter, ...page });
  },
};

function filterOf({ values, actor }: Session): EventsFilter {
  return {
    account: values.place("account"),
    owner: values.text("owner"),
    tokenId: values.text("token"),
    types: typesOf(values),
    since: values.date("since"),
    until: values.date("until"),
    actor,
  };
}

function typesOf(values: Values): readonly EventType[] | undefined {
  const names = values.list("type").flatMap((text) => text.split(","));
  return names.length === 0 ? undefined : names.map((name) => typeOf(name.trim()));
}

function typeOf(name: string): EventType {
  const type = EVENT_TYPES.find((each) => each === name);
  if (type !== undefined) return type;
  throw wrongUse(`There is no event of type ${name}.`, `Types: ${EVENT_TYPES.join(", ")}.`);
}

async function showPage(
  session: Session,
  tokens: Tokenry,
  request: Parameters<Tokenry["events"]>[0],
): Promise<void> {
  const page = await tokens.events(request);
  if (session.isJson) return void (await session.printJson(page));
  if (page.events.length === 0) return session.tell("There are no such events.");
  await session.print(tableLines(COLUMNS, page.events, session.terminal.out.columns()));
  if (page.cursor !== undefined) await session.tell(`There are more: --cursor ${page.cursor}`);
}

/** As it comes, no more of it in memory than is being written. */
async function exportAll(session: Session, tokens: Tokenry, filter: EventsFilter): Promise<void> {
  let lines = 0;
  const copy = async (): Promise<void> => {
    const decoder = new TextDecoder();
    const trail = await tokens.exportEvents(filter);
    for await (const chunk of trail) {
      const text = decoder.decode(chunk, { stream: true });
      lines += text.split("\n").length - 1;
      if (session.terminal.interrupted.aborted || !(await session.terminal.out.write(text))) return;
    }
  };
  // Where the events go to the terminal, they show themselves that it goes on.
  if (session.terminal.out.isTerminal) await copy();
  else await withProgress(session, "exporting", copy(), () => lines);
  await session.tell(`${lines} events.`);
}

function lineOf({ isJson }: Session, event: TokenEvent): string {
  if (isJson) return jsonText(event);
  return cell(COLUMNS.map(({ text }) => text(event)).join("  "));
}

function timeText({ at }: TokenEvent): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

function typeText({ type, outcome }: TokenEvent): string {
  return outcome === "refused" ? `${type} (refused)` : type;
}

function factsText(data: TokenEvent["data"]): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${factText(value)}`)
    .join(" ");
}

/** Names are people's: quoted where they could be taken for a fact of their own. */
function factText(value: TokenEvent["data"][string]): string {
  return typeof value === "string" && !/[\s="]/.test(value) ? value : JSON.stringify(value);
}
