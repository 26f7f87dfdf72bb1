import {
  createTokenry,
  type EventType,
  type Issued,
  type IssueRequest,
  manyChoice,
  manySliding,
  memoryRepository,
  type Pepper,
  primaryBackup,
  type Repository,
  type Secret,
  SYSTEM,
  singleFixed,
  type TokenEvent,
  type Tokenry,
  TokenryError,
  type TokenryOptions,
  type Verdict,
  type VerifyRequest,
} from "../../src/index.ts";
import { type MovableClock, movableClock } from "./clock.ts";
import { ACCOUNT, ADA, type ChangingDirectory, changingDirectory } from "./directory.ts";
import { type RecordingNotifier, recordingNotifier } from "./notifier.ts";

export const PEPPERS: readonly Pepper[] = [
  { id: "2026", key: "a pepper of thirty-two characters" },
];

/** One kind of each preset, and a pair that rotates at once. */
export const KINDS: TokenryOptions["kinds"] = {
  personal: singleFixed({ prefix: "acme_pat" }),
  service: manySliding({ prefix: "acme_svc" }),
  application: manyChoice({ prefix: "acme_app" }),
  web: primaryBackup({ prefix: "acme_web" }),
  direct: primaryBackup({ prefix: "acme_dir", confirmRotation: false }),
};

export const APIS: TokenryOptions["apis"] = {
  orders: { limit: 600, window: { minutes: 1 } },
  invoices: { limit: 1000, window: { minutes: 1 }, methods: ["GET", "POST"] },
};

/** A tokenry and all that it works with. */
export interface World {
  readonly tokens: Tokenry;
  readonly clock: MovableClock;
  readonly directory: ChangingDirectory;
  readonly repository: Repository;
  readonly notifier: RecordingNotifier;
  /** What `onError` was told. */
  readonly errors: TokenryError[];
  /** Another node over the same ports. */
  node(options?: Partial<TokenryOptions>): Tokenry;
  /** Issues a service token to Ada by the host's own code, unless told otherwise. */
  issue(request?: Partial<IssueRequest>): Promise<Issued>;
  /** Reads orders, unless told otherwise. */
  verify(
    secret: string | Secret | null | undefined,
    request?: Partial<VerifyRequest>,
  ): Promise<Verdict>;
  /** The code of a refusal, or `ok`. */
  codeOf(
    secret: string | Secret | null | undefined,
    request?: Partial<VerifyRequest>,
  ): Promise<string>;
  /** The account's whole trail, oldest first, or what it has of one type. */
  trail(type?: EventType, account?: string): Promise<readonly TokenEvent[]>;
}

/** Makes a world in memory that stands still. */
export function createWorld(options: Partial<TokenryOptions> = {}): World {
  const clock = movableClock();
  const directory = changingDirectory();
  const notifier = recordingNotifier();
  const repository = options.repository ?? memoryRepository();
  const errors: TokenryError[] = [];
  const node = (more: Partial<TokenryOptions> = {}): Tokenry =>
    createTokenry({
      ...{ kinds: KINDS, apis: APIS, peppers: PEPPERS, clock, directory, notifier },
      onError: (error) => errors.push(error),
      ...options,
      repository,
      ...more,
    });
  const tokens = node();
  const verify: World["verify"] = (secret, request) =>
    tokens.verify(secret, { api: "orders", method: "GET", ...request });
  return {
    ...{ tokens, clock, directory, repository, notifier, errors, node, verify },
    issue: (request) =>
      tokens.issue({ kind: "service", owner: ADA, actor: SYSTEM, name: "laptop", ...request }),
    async codeOf(secret, request) {
      const verdict = await verify(secret, request);
      return verdict.ok ? "ok" : verdict.code;
    },
    async trail(type, account = ACCOUNT) {
      const { events } = await tokens.events({ account, actor: SYSTEM, limit: 200 });
      return events.filter((event) => type === undefined || event.type === type).reverse();
    },
  };
}

/** How a management operation ended: the code of its error, or `ok`. Anything else that it throws goes on. */
export async function outcomeOf(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
    return "ok";
  } catch (error) {
    if (error instanceof TokenryError) return error.code;
    throw error;
  }
}
