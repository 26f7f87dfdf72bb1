import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

const WITHIN_MS = 10_000;

/** Waits for a server's answer, and throws where it has not come after ten seconds. */
export function answerInTime<Answer>(
  { sleep }: Pick<Terminal, "sleep">,
  asking: Promise<Answer>,
): Promise<Answer> {
  const late = async (): Promise<never> => {
    await sleep(WITHIN_MS);
    throw new CommandError(`no answer within ${WITHIN_MS / 1000} seconds`);
  };
  return Promise.race([asking, late()]);
}
