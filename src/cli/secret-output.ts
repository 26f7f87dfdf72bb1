import { CommandError } from "./command-error.ts";
import type { Session } from "./session.ts";
import { type Issued, timeOf, tokenWords } from "./token-view.ts";

/** Hands over a secret: alone on the output, so that it can go into a file or another program; what is said of it goes beside. */
export async function printIssued(session: Session, { secret, token }: Issued): Promise<void> {
  // The one place where a secret is written.
  const text = secret.reveal();
  const isWritten = await (session.isJson
    ? session.printJson({ secret: text, token })
    : session.print([text])
  ).catch((cause: unknown) => {
    throw notWritten(token.id, cause);
  });
  if (!isWritten) throw notWritten(token.id);
  if (session.isJson) return;
  const expires =
    token.expiresAt === null ? "never expires" : `expires ${timeOf(token.expiresAt, "")}`;
  await session.tell(`Issued: ${tokenWords(token)}. It ${expires}.`);
  await session.tell("The secret is shown this once and is stored nowhere.");
}

function notWritten(tokenId: string, cause?: unknown): CommandError {
  return new CommandError(
    "The token was made, and its secret could not be written: nobody has it.",
    { cause, next: `End it: tokenry revoke ${tokenId} --yes` },
  );
}
