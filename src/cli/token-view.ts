import type { Tokenry } from "../face.ts";
import type { Access, Token } from "../model.ts";
import type { Session } from "./session.ts";
import { type Column, recordLines, tableLines } from "./table.ts";

/** A secret just made, and its token. */
export type Issued = Awaited<ReturnType<Tokenry["issue"]>>;

const COLUMNS: readonly Column<Token>[] = [
  { title: "ID", text: ({ id }) => id, isWhole: true },
  { title: "KIND", text: ({ kind }) => kind },
  { title: "NAME", text: ({ name }) => name },
  { title: "SLOT", text: ({ slot }) => slot ?? "-" },
  { title: "HINT", text: ({ hint }) => hint, isWhole: true },
  { title: "EXPIRES", text: ({ expiresAt }) => dayOf(expiresAt, "never"), isWhole: true },
  { title: "LAST USED", text: ({ lastUsedAt }) => dayOf(lastUsedAt, "not yet"), isWhole: true },
];

/** A time to the minute, in UTC. */
export function timeOf(date: Date | null, otherwise: string): string {
  return date === null ? otherwise : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function dayOf(date: Date | null, otherwise: string): string {
  return date === null ? otherwise : date.toISOString().slice(0, 10);
}

/** Tokens as a table. */
export function tokenTable(tokens: readonly Token[], { terminal }: Session): readonly string[] {
  return tableLines(COLUMNS, tokens, terminal.out.columns());
}

/** All of a token. */
export function tokenRecord(token: Token): readonly string[] {
  return recordLines([
    ["id", token.id],
    ["kind", token.kind],
    ["name", token.name],
    ["owner", token.owner],
    ["account", token.account],
    ["slot", token.slot ?? "-"],
    ["hint", token.hint],
    ["access", token.access === null ? "what its owner may do" : accessText(token.access)],
    ["network", networkText(token.network)],
    ["budgets", budgetsText(token.budgets)],
    ["created", `${timeOf(token.createdAt, "")} by ${token.createdBy}`],
    ["changed", timeOf(token.updatedAt, "")],
    ["expires", timeOf(token.expiresAt, "never")],
    ["last used", timeOf(token.lastUsedAt, "not yet")],
  ]);
}

function accessText(access: Exclude<Access, string | readonly string[]>): string {
  const levels = Object.entries(access).map(
    ([api, level]) => `${api}=${typeof level === "string" ? level : level?.join(",")}`,
  );
  return levels.length === 0 ? "none" : levels.join(" ");
}

function networkText(network: Token["network"]): string {
  if (network === null) return "from anywhere";
  const { include = ["anywhere"], exclude = [] } = network;
  return [include.join(" "), ...(exclude.length > 0 ? [`but not ${exclude.join(" ")}`] : [])].join(
    ", ",
  );
}

function budgetsText(budgets: Token["budgets"]): string {
  const percents = Object.entries(budgets).map(([api, percent]) => `${api}=${percent}%`);
  return percents.length === 0 ? "the kind's" : percents.join(" ");
}

/** A token in a few words, for a question or a note. */
export function tokenWords({ id, kind, owner, name, hint }: Token): string {
  return `${kind} token ${JSON.stringify(name)} of ${owner} (${hint}, ${id})`;
}
