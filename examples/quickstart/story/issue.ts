import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Issued } from "tokenry";
import { HERE } from "../client.ts";
import type { Scene } from "./scene.ts";

export async function issue({ tell, host }: Scene): Promise<Issued> {
  const issued = await tell.step(
    "Ada, signed in to the host's own page, issues herself a token",
    "The secret is in this one answer, and prints as its hint until it is asked for. The actor is the signed-in user.",
    async () => {
      const made = await host.tokens.issue({
        kind: "personal",
        owner: "ada",
        actor: "ada",
        name: "laptop",
        access: { orders: "read" },
        network: { include: [HERE] },
      });
      assert.match(made.secret.reveal(), /^shop_pat_[0-9A-Za-z]{38}$/);
      tell.adds(`shown once: ${made.secret.reveal()}`);
      return made;
    },
  );
  await tell.step(
    "Nobody can see it again",
    "What is stored is a hash: the secret is in no answer, and in no file of the database.",
    async () => {
      const shown = await host.tokens.get({ tokenId: issued.token.id, actor: "ada" });
      assert(!JSON.stringify(shown).includes(issued.secret.reveal()));
      assert(!(await storedBytes(host.file)).includes(issued.secret.reveal()));
    },
  );
  return issued;
}

/** The database and the files beside it: its write-ahead log has what is not yet in it. */
async function storedBytes(file: string): Promise<Buffer> {
  const folder = dirname(file);
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}
