import { createTokenry, manyChoice, SYSTEM, type Tokenry } from "tokenry";

/** What the programs of all platforms protect. */
export const tokens: Tokenry<"personal", "orders" | "invoices"> = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

/** The secrets of a run. */
export interface Secrets {
  readonly reader: string;
  readonly full: string;
  /** For calls from 127.0.0.1 alone. */
  readonly near: string;
  /** For calls from a network where no test runs. */
  readonly far: string;
  /** For counting what is left of a budget. */
  readonly first: string;
  readonly second: string;
  readonly many: string;
}

/** Issues what a run needs; a worker may only do so within a request. */
export async function issueSecrets(): Promise<Secrets> {
  const issue = async (name: string, more: object = {}): Promise<string> => {
    const request = {
      kind: "personal",
      owner: "ada",
      actor: SYSTEM,
      name,
      access: "full",
    } as const;
    return (await tokens.issue({ ...request, ...more })).secret.reveal();
  };
  return {
    reader: await issue("reader", { access: { orders: "read" } }),
    full: await issue("full"),
    near: await issue("near", { network: { include: ["127.0.0.1"] } }),
    far: await issue("far", { network: { include: ["198.51.100.0/24"] } }),
    first: await issue("first"),
    second: await issue("second"),
    many: await issue("many"),
  };
}

/** What a token's life looks like without HTTP, and whether there is a Node about. */
export async function liveThrough(): Promise<readonly string[]> {
  const issued = { kind: "personal", owner: "ada", actor: SYSTEM, name: "life" } as const;
  const { secret, token } = await tokens.issue({ ...issued, access: { orders: "read" } });
  const codes: string[] = [];
  const verify = async (method: string): Promise<void> => {
    const verdict = await tokens.verify(secret.reveal(), { api: "orders", method });
    codes.push(verdict.ok ? "accepted" : verdict.code);
  };
  await verify("GET");
  await verify("POST");
  await tokens.revoke({ tokenId: token.id, actor: SYSTEM });
  await verify("GET");
  // No type says so, as the repository's own tests run on Node.
  const { process } = globalThis as { readonly process?: { readonly pid?: number } };
  return [...codes, process?.pid === undefined ? "no process" : "a process"];
}
