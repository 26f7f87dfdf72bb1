import type { Directory, Owner } from "../../src/index.ts";

/** Two owners and a manager of one account, an owner and a manager of another. */
export const ADA = "ada";
export const BOB = "bob";
export const MANAGER = "mia";
export const STRANGER = "eve";
export const FOREIGN_MANAGER = "gus";
export const ACCOUNT = "acme";
export const OTHER_ACCOUNT = "globex";

const OWNERS: readonly Owner[] = [
  {
    id: ADA,
    account: ACCOUNT,
    active: true,
    email: "ada@acme.example",
    profile: { role: "admin" },
  },
  { id: BOB, account: ACCOUNT, active: true },
  { id: MANAGER, account: ACCOUNT, active: true, managesTokens: true },
  { id: STRANGER, account: OTHER_ACCOUNT, active: true },
  { id: FOREIGN_MANAGER, account: OTHER_ACCOUNT, active: true, managesTokens: true },
];

/** A directory whose owners change. */
export interface ChangingDirectory extends Directory {
  find(ownerId: string): Owner | undefined;
  /** Whom it was asked about, in order. */
  readonly asked: string[];
  change(ownerId: string, facts: Partial<Owner>): void;
  remove(ownerId: string): void;
}

/** Makes a directory with the five owners. */
export function changingDirectory(): ChangingDirectory {
  const owners = new Map(OWNERS.map((owner) => [owner.id, owner]));
  const asked: string[] = [];
  return {
    asked,
    find(ownerId) {
      asked.push(ownerId);
      return owners.get(ownerId);
    },
    change(ownerId, facts) {
      const known = owners.get(ownerId) ?? { id: ownerId, account: ACCOUNT, active: true };
      owners.set(ownerId, { ...known, ...facts });
    },
    remove(ownerId) {
      owners.delete(ownerId);
    },
  };
}
