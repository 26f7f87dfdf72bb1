import type {
  BudgetStore,
  CacheOptions,
  InvalidationBus,
  Owner,
  Repository,
  StoredToken,
  Tokenry,
  VerifyRequest,
} from "tokenry";
import { tokenry } from "./built.ts";
import type { Loop } from "./measure.ts";
import { shuffled } from "./random.ts";
import {
  accountNumber,
  accountOf,
  addressOf,
  createSecrets,
  ownerOf,
  PREFIX,
  storedToken,
  TOKENS_PER_ACCOUNT,
} from "./samples.ts";

/** A tokenry with many tokens in which every gate has something to decide, and budgets that no benchmark can spend. */
export interface World {
  readonly tokens: Tokenry<"service", "orders" | "invoices">;
  /** The secret of each token. */
  readonly secrets: readonly string[];
  /** The tokens in random order. */
  readonly order: Uint32Array;
  /** A new request by a token, as a framework would make it, from one of the addresses where the token works. */
  request(index: number): VerifyRequest<"orders" | "invoices">;
}

/** What may differ from world to world. */
export interface WorldOptions {
  /** Default: in memory. */
  readonly repository?: Repository;
  /** Whether the repository has the tokens already. */
  readonly isStored?: boolean;
  /** Default: in memory. */
  readonly budgets?: BudgetStore;
  readonly bus?: InvalidationBus;
  readonly cache?: CacheOptions;
  readonly clock?: { now(): number };
  /** What is stored of a token. Default: {@link storedToken}. */
  readonly stored?: typeof storedToken;
}

const ADDRESSES_PER_ACCOUNT = 8;
const LIMIT = 1_000_000_000;
const TOKENS_PER_COMMIT = 1000;

/** Makes a world. */
export async function createWorld(count: number, options: WorldOptions = {}): Promise<World> {
  const { createTokenry, memoryBudgets, memoryRepository } = tokenry;
  const { repository = memoryRepository(), cache = {}, clock = Date, stored, bus } = options;
  const { budgets = memoryBudgets({ max: 2 * count + 1000 }) } = options;
  const secrets = createSecrets(count);
  if (options.isStored !== true) await store(repository, secrets, stored);
  const owners = createOwners(count);
  const addresses = createAddresses(count);
  const tokens = createTokenry({
    kinds: {
      service: {
        prefix: PREFIX,
        slots: "many",
        expiry: { type: "fixed", after: { days: 180 } },
        access: "granted",
        replacement: "revoke-first",
      },
    },
    apis: {
      orders: { limit: LIMIT, window: { minutes: 1 } },
      invoices: { limit: LIMIT, window: { minutes: 1 }, methods: ["GET", "POST"] },
    },
    directory: { find: (id) => owners.get(id) },
    ...{ repository, budgets, cache, clock },
    ...(bus && { bus }),
  });
  const request: World["request"] = (index) => ({
    api: "orders",
    method: "GET",
    address:
      addresses[accountNumber(index) * ADDRESSES_PER_ACCOUNT + (index % ADDRESSES_PER_ACCOUNT)],
  });
  return { tokens, secrets, order: shuffled(count), request };
}

/**
 * Stores a token for each secret, a thousand to a commit, as `issue` would have stored them but without their events: a million calls of
 * `issue` would take minutes.
 */
export async function store(
  repository: Repository,
  secrets: readonly string[],
  stored: typeof storedToken = storedToken,
): Promise<void> {
  const now = Date.now();
  for (let first = 0; first < secrets.length; first += TOKENS_PER_COMMIT) {
    const batch = secrets.slice(first, first + TOKENS_PER_COMMIT);
    const insert: StoredToken[] = batch.map((secret, at) => stored(secret, first + at, now));
    const committed = await repository.commit({ insert, events: [] });
    if (!committed.ok) throw new Error(`a sample token was not stored: ${committed.conflict}`);
  }
}

/** Verifies one token after the other, in random order, each once before any comes again. Throws when one is refused. */
export function verifyInTurn({ tokens, secrets, order, request }: World): Loop {
  let turn = 0;
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const index = order[turn++ % order.length] as number;
      const verdict = await tokens.verify(secrets[index], request(index));
      if (!verdict.ok) throw new Error(`a sample token was refused: ${verdict.code}`);
    }
  };
}

/** One verify of the next token, in random order, each once before any comes again. Throws when it is refused. */
export function verifyNext({ tokens, secrets, order, request }: World): () => Promise<void> {
  let turn = 0;
  return async () => {
    const index = order[turn++ % order.length] as number;
    const verdict = await tokens.verify(secrets[index], request(index));
    if (!verdict.ok) throw new Error(`a sample token was refused: ${verdict.code}`);
  };
}

/** The same with several calls in flight at any time. */
export function verifyTogether(world: World, inFlight: number): Loop {
  const next = verifyNext(world);
  return async (calls) => {
    let left = calls;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await next();
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  };
}

/** The users of a host that has them in memory. */
function createOwners(count: number): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  const privileges: Pick<Owner, "active" | "methods" | "access"> = {
    active: true,
    methods: ["GET", "POST"],
    access: { orders: "full", invoices: "read" },
  };
  for (let index = 0; index < count; index++) {
    const id = ownerOf(index);
    if (!owners.has(id)) owners.set(id, { id, account: accountOf(index), ...privileges });
  }
  return owners;
}

/** Some addresses of each account. */
function createAddresses(count: number): readonly string[] {
  const addresses: string[] = [];
  for (let index = 0; index < count; index += TOKENS_PER_ACCOUNT) {
    for (let host = 1; host <= ADDRESSES_PER_ACCOUNT; host++)
      addresses.push(addressOf(index, host));
  }
  return addresses;
}
