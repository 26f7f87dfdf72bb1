import type { Command } from "../command.ts";
import { confirm } from "../confirm.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, YES_OPTION } from "../options.ts";
import type { Session } from "../session.ts";

const MOST_COUNTED = 200;

/** `tokenry revoke-all`: ends all tokens of an owner. */
export const revokeAll: Command = {
  name: "revoke-all",
  description: "ends all tokens of an owner, or those of one kind, at once",
  positionals: [{ name: "owner", description: "whose" }],
  options: {
    kind: { type: "text", hint: "kind", description: "of this kind only" },
    ...{ ...YES_OPTION, ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  },
  async run(session) {
    const { values, actor, terminal } = session;
    const owner = values.place("owner");
    const kind = values.text("kind");
    const tokens = await session.tokens();
    const isAsked = !values.flag("yes") && terminal.input.isTerminal;
    const text = isAsked ? await questionOf(session, owner, kind) : "";
    await confirm(session, { text, word: owner });
    const result = await session.change(tokens.revokeAll({ owner, kind, actor }));
    if (session.isJson) await session.printJson({ owner, ...result });
    else await session.print([`Revoked ${result.revoked} of ${owner}'s tokens.`]);
  },
};

async function questionOf(
  session: Session,
  owner: string,
  kind: string | undefined,
): Promise<string> {
  const tokens = await session.tokens();
  const page = await tokens.list({ owner, kind, actor: session.actor, limit: MOST_COUNTED });
  const more = page.cursor === undefined ? "" : "more than ";
  const ofKind = kind === undefined ? "" : ` of kind ${kind}`;
  return `This ends ${more}${page.tokens.length} tokens${ofKind} of ${owner}.`;
}
