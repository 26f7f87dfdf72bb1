import type { Subject } from "../subject.ts";

/** The tables, by the names under which `npm run bench -- <name>` prints one alone, in the order in which they are printed. */
export const SUBJECTS: Readonly<Record<string, () => Promise<{ readonly subject: Subject }>>> = {
  verify: () => import("./verify.ts"),
  allocation: () => import("./allocation.ts"),
  refusals: () => import("./refusals.ts"),
  memory: () => import("./memory.ts"),
  network: () => import("./network.ts"),
  issue: () => import("./issue.ts"),
  secret: () => import("./secret.ts"),
  sqlite: () => import("./sqlite.ts"),
  import: () => import("./import.ts"),
  postgres: () => import("./postgres.ts"),
  redis: () => import("./redis.ts"),
  million: () => import("./million.ts"),
  notices: () => import("./notices.ts"),
  revocation: () => import("./revocation.ts"),
  oauth: () => import("./oauth.ts"),
  http: () => import("./http.ts"),
  manage: () => import("./manage.ts"),
  storages: () => import("./storages.ts"),
};
