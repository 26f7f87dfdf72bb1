import { createTokenry, manyChoice, SYSTEM, type Tokenry } from "tokenry";

export const tokens: Tokenry<"personal", "orders" | "invoices"> = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

/** Issues a token to Ada, and gives its secret, which is not to be seen again. */
export async function issue(name: string, access: "full" | { orders: "read" }): Promise<string> {
  const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
  return (await tokens.issue({ ...issuing, name, access })).secret.reveal();
}
