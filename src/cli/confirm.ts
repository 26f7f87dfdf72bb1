import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { Session } from "./session.ts";
import { shown } from "./shown.ts";

/** What to ask before something is done that cannot be taken back. */
export interface Question {
  /** What will be done, as a sentence. */
  readonly text: string;
  /** What must be typed. Default: `y` or `yes`. */
  readonly word?: string;
}

/** Asks, unless `--yes` says that it need not. Throws where the answer is not yes, and where there is nobody to ask. */
export async function confirm(session: Session, { text, word }: Question): Promise<void> {
  if (session.values.flag("yes")) return;
  const { input, err } = session.terminal;
  if (!input.isTerminal || !err.isTerminal)
    throw new CommandError("Nothing was done: it has to be confirmed, and there is no terminal.", {
      exitCode: EXIT.notConfirmed,
      next: "Add --yes to do it without a question.",
    });
  const how = word === undefined ? "[y/N]" : `Type ${shown(word)} to go on:`;
  await err.write(`${shown(text)} ${how} `);
  const answer = (await input.readLine({ isHidden: false }))?.trim();
  const isYes = word === undefined ? /^y(es)?$/i.test(answer ?? "") : answer === word;
  if (isYes) return;
  throw new CommandError("Nothing was done.", { exitCode: EXIT.notConfirmed });
}
