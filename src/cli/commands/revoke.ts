import { TokenryError } from "../../errors.ts";
import type { Command } from "../command.ts";
import { confirm } from "../confirm.ts";
import { ACTOR_OPTION, CONFIG_OPTION, JSON_OPTION, YES_OPTION } from "../options.ts";
import type { Session } from "../session.ts";
import { tokenWords } from "../token-view.ts";

/** `tokenry revoke`: ends a token. */
export const revoke: Command = {
  name: "revoke",
  description: "ends a token for good",
  positionals: [{ name: "id", description: "of the token, as list shows it" }],
  options: {
    reason: { type: "text", hint: "text", description: "for the audit trail and the owner" },
    ...{ ...YES_OPTION, ...ACTOR_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  },
  async run(session) {
    const { values, actor } = session;
    const tokenId = values.place("id");
    const tokens = await session.tokens();
    if (!values.flag("yes"))
      await confirm(session, { text: `End ${await wordsOf(session, tokenId)}?` });
    const reason = values.text("reason");
    await session.change(tokens.revoke({ tokenId, actor, reason }));
    if (session.isJson) await session.printJson({ tokenId, revoked: true });
    else await session.print([`Revoked ${tokenId}.`]);
  },
};

/** The token in words; only its id where it has ended already, which makes a repeated revocation no failure. */
async function wordsOf(session: Session, tokenId: string): Promise<string> {
  const { terminal, actor } = session;
  // Where nobody can be asked, nothing is read.
  if (!terminal.input.isTerminal) return tokenId;
  try {
    return tokenWords(await (await session.tokens()).get({ tokenId, actor }));
  } catch (error) {
    if (error instanceof TokenryError && error.code === "not_found") return `token ${tokenId}`;
    throw error;
  }
}
