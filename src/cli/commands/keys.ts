import { generateKeys } from "../../oauth/keys/generate-keys.ts";
import type { Command } from "../command.ts";
import { wrongUse } from "../command-error.ts";
import { JSON_OPTION } from "../options.ts";
import type { Session } from "../session.ts";

const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
const KEY_BYTES = 32;

/** `tokenry keys generate`: makes keys, and writes them to the output only. */
export const generateKey: Command = {
  name: "generate",
  description: "makes keys and writes them to the output, nowhere else",
  positionals: [
    {
      name: "what",
      description:
        "signing (private JWKs of an authorization server), encryption (what those are kept under), pepper",
    },
  ],
  options: {
    algorithm: {
      type: "text",
      hint: "name",
      description: `signing only: ${ALGORITHMS.join(", ")} (RS256)`,
    },
    ...JSON_OPTION,
  },
  async run(session) {
    const { values } = session;
    const algorithm = values.text("algorithm");
    const what = values.place("what");
    if (what !== "signing" && algorithm !== undefined)
      throw wrongUse("--algorithm is for signing keys only.");
    switch (what) {
      case "signing":
        return printSigning(session, algorithm ?? "RS256");
      case "encryption":
      case "pepper":
        return printRandom(session, what);
      default:
        throw wrongUse("What to make must be signing, encryption or pepper.");
    }
  },
};

async function printSigning(session: Session, name: string): Promise<void> {
  const algorithm = ALGORITHMS.find((each) => each === name);
  if (algorithm === undefined)
    throw wrongUse(`--algorithm must be one of ${ALGORITHMS.join(", ")}.`);
  await session.printJson(await generateKeys({ algorithm }));
  await session.tell(
    "These are private keys, for suppliedKeys of tokenry/oauth. Store them encrypted.",
  );
}

/** 32 random bytes: the key itself, or with the id under which it is configured. */
async function printRandom(session: Session, what: "encryption" | "pepper"): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const key = Buffer.from(bytes).toString("base64url");
  const id = new Date(session.terminal.now()).toISOString().slice(0, 10);
  if (session.isJson) return void (await session.printJson({ id, key }));
  await session.print([key]);
  const place = what === "pepper" ? "peppers of createTokenry" : "encryptionKeys of storedKeys";
  await session.tell(`For ${place}: { id: "${id}", key }. Keep it apart from the database.`);
}
