import type { RequestListener } from "node:http";
import type { Outbox } from "./outbox.ts";
import type { People } from "./people.ts";
import type { Sessions } from "./sessions.ts";
import type { StaticFiles } from "./static-files.ts";
import type { Tokens } from "./tokens.ts";

/** What the pages are made from. */
export interface SiteParts {
  readonly origin: string;
  readonly people: People;
  readonly sessions: Sessions;
  readonly outbox: Outbox;
  readonly tokens: Tokens;
  readonly files: StaticFiles;
  /** The management API of tokenry. */
  readonly management: RequestListener;
  /** The application's own APIs, by path. */
  readonly tryIt: ReadonlyMap<string, RequestListener>;
}
