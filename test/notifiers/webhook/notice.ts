import type { Notice } from "../../../src/index.ts";

/** When the events of these tests happen. */
export const AT: number = Date.UTC(2026, 7, 31, 12, 30);

export const NOTICE: Notice = {
  id: "0198f6d0-5a40-7b1c-9e2d-3f4a5b6c7d8e",
  type: "token.revoked",
  at: new Date(AT),
  account: "acme",
  owner: "ada",
  tokenId: "0198f6d0-0000-7000-8000-000000000001",
  kind: "personal",
  actor: "mia",
  outcome: "done",
  data: { name: "laptop", reason: "lost" },
  recipient: {
    id: "ada",
    account: "acme",
    active: true,
    email: "ada@acme.example",
    profile: { department: "finance" },
  },
  channel: "webhook",
  attempt: 1,
};
