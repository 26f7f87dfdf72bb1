import type { Tokenry } from "../../face.ts";
import type { Command } from "../command.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import { readDuration } from "../read-duration.ts";
import { readAccess, readBudgets, readNetwork } from "../read-restrictions.ts";
import { printIssued } from "../secret-output.ts";
import type { Session } from "../session.ts";

type IssueRequest = Parameters<Tokenry["issue"]>[0];

/** `tokenry issue`: makes a token, and writes its secret alone on the output. */
export const issue: Command = {
  name: "issue",
  description: "issues a token; its secret is all that is written to the output",
  positionals: [
    { name: "kind", description: "a kind of the configuration" },
    { name: "owner", description: "for whom" },
  ],
  options: {
    name: { type: "text", hint: "text", description: "what people recognise it by (required)" },
    access: {
      type: "list",
      hint: "api=level",
      description: "kinds with granted access: read, full, orders=read, orders=GET,POST",
    },
    include: { type: "list", hint: "range", description: "works from here only" },
    exclude: { type: "list", hint: "range", description: "does not work from here" },
    budget: { type: "list", hint: "api=percent", description: "share of the API's rate" },
    "expires-in": { type: "text", hint: "duration", description: 'such as "3 months"' },
    ...ACTOR_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(session) {
    const request = requestOf(session);
    const tokens = await session.tokens();
    await printIssued(session, await session.change(tokens.issue(request)));
  },
};

function requestOf({ values, actor }: Session): IssueRequest {
  const life = values.text("expires-in");
  return {
    kind: values.place("kind"),
    owner: values.place("owner"),
    name: values.required("name"),
    access: readAccess(values.list("access")),
    network: readNetwork(values),
    expiresIn: life === undefined ? undefined : readDuration(life, "--expires-in"),
    ...budgetsOf(values.list("budget")),
    actor,
  };
}

function budgetsOf(texts: readonly string[]) {
  const budgets = readBudgets(texts);
  return budgets === undefined ? {} : { budgets };
}
