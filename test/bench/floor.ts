import { hash } from "node:crypto";
import type { Loop } from "./measure.ts";
import { shuffled } from "./random.ts";

interface Row {
  readonly expiresAt: number;
}

/**
 * The least that any check of a token does: an async function, awaited, with one native SHA-256 of the secret, one look-up in a Map and one
 * comparison of the expiry. Takes the secrets in the order in which a world takes them.
 */
export function createFloor(secrets: readonly string[]): Loop {
  const rows = new Map<string, Row>();
  const expiresAt = Date.now() + 1e9;
  for (const secret of secrets) rows.set(hash("sha256", secret, "hex"), { expiresAt });
  const verify = async (secret: string): Promise<boolean> => {
    const row = rows.get(hash("sha256", secret, "hex"));
    return row !== undefined && Date.now() < row.expiresAt;
  };
  const order = shuffled(secrets.length);
  let turn = 0;
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const secret = secrets[order[turn++ % order.length] as number] as string;
      if (!(await verify(secret))) throw new Error("the floor refused a sample token");
    }
  };
}
