import type { Tokenry } from "../../face.ts";
import { knownPrefix, parseSecret } from "../../secret/parse.ts";
import type { Command } from "../command.ts";
import { wrongUse } from "../command-error.ts";
import { EXIT } from "../exit-codes.ts";
import { CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import type { Session } from "../session.ts";

const MOST = 1000;

/** What a text is. */
type Finding =
  | { readonly wellFormed: true; readonly kind: string; readonly reason: null }
  | { readonly wellFormed: false; readonly kind: null; readonly reason: string };

/** `tokenry check`: whether a text is a well-formed secret, without any look-up. Reads it from the input, and writes nothing of it. */
export const check: Command = {
  name: "check",
  description: "tells whether the input is a well-formed secret, and of which kind",
  positionals: [
    { name: "nothing", description: "the secret comes by the input, never here", isOptional: true },
  ],
  options: { ...CONFIG_OPTION, ...JSON_OPTION },
  async run(session) {
    if (session.values.optionalPlace("nothing") !== undefined)
      throw wrongUse(
        "check takes no argument: the shell keeps what was typed, and other processes see it.",
        "tokenry check < file, or run tokenry check and paste the secret, which is not shown.",
      );
    const { rules, scanPattern } = await opened(session);
    const text = (await read(session))?.trim();
    const finding = find(text, Object.keys(rules.kinds), scanPattern);
    if (session.isJson) await session.printJson(finding);
    else await session.print([sentence(finding)]);
    return finding.wellFormed ? EXIT.done : EXIT.failed;
  },
};

async function opened(session: Session) {
  const tokens = await session.tokens();
  return { rules: tokens.rules, scanPattern: (kind: string) => tokens.scanPattern(kind) };
}

async function read({ terminal }: Session): Promise<string | undefined> {
  const { input, err } = terminal;
  if (!input.isTerminal) return input.readAll(MOST);
  // The echo goes first: who pastes as soon as they are asked is not shown either.
  const reading = input.readLine({ isHidden: true });
  await err.write("Paste the secret, which is not shown, and press Enter: ");
  const line = await reading;
  await err.write("\n");
  // The end of the input is an empty one, and not one that is too long.
  return line ?? "";
}

function find(
  text: string | undefined,
  kinds: readonly string[],
  scanPattern: Tokenry["scanPattern"],
): Finding {
  const refused = (reason: string): Finding => ({ wellFormed: false, kind: null, reason });
  if (text === undefined) return refused("it is too long for a secret");
  if (text === "") return refused("there is no input");
  if (/\s/.test(text)) return refused("it is more than one word: give the secret alone");
  // Former prefixes are known to the pattern only.
  const kind = kinds.find((name) => text.match(scanPattern(name))?.[0] === text);
  if (kind === undefined)
    return refused("it does not have a known prefix, or not the length and characters of a secret");
  const prefix = text.slice(0, text.lastIndexOf("_"));
  return parseSecret(text, [knownPrefix(kind, prefix)]) === undefined
    ? refused(`it looks like kind ${kind}, and its checksum is wrong: a character was changed`)
    : { wellFormed: true, kind, reason: null };
}

function sentence(finding: Finding): string {
  return finding.wellFormed
    ? `A well-formed secret of kind ${finding.kind}. Whether it opens a token was not looked up.`
    : `No well-formed secret: ${finding.reason}.`;
}
