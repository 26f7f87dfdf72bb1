import { createTokenry, manyChoice, type Owner, type Tokenry } from "../../src/index.ts";

/** What the directory says of owners. */
export interface Profile {
  readonly department: string;
}

/** A tokenry whose names and profile the adapters' types are to know. */
export const tokens: Tokenry<"application", "orders" | "invoices", Profile> = createTokenry({
  kinds: { application: manyChoice({ prefix: "acme_app" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: {
    find: (_id: string): Promise<Owner<Profile> | undefined> => Promise.resolve(undefined),
  },
});
