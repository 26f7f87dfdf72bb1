import {
  type Api,
  createTokenry,
  type Owner,
  type Repository,
  manySliding,
  memoryRepository,
  SYSTEM,
  type Tokenry,
} from "tokenry";

/** A tokenry in memory with many tokens, every gate on, and budgets that no benchmark can spend. */
export interface World {
  readonly tokens: Tokenry<"service", "orders">;
  readonly secrets: readonly string[];
  readonly ids: readonly string[];
}

const TOKENS_PER_OWNER = 10;
const ORDERS: Api = { limit: 1_000_000_000, window: { minutes: 1 } };

/** Issues `count` tokens: ten to an owner, a thousand owners to an account, two network ranges on each token. */
export async function createWorld(count: number, repository: Repository = memoryRepository()): Promise<World> {
  const tokens = createTokenry({
    kinds: { service: manySliding({ prefix: "bench_svc" }) },
    apis: { orders: ORDERS },
    directory: { find: ownerOf },
    repository,
  });
  const secrets: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { secret, token } = await tokens.issue({
      kind: "service",
      owner: `owner-${Math.floor(index / TOKENS_PER_OWNER)}`,
      actor: SYSTEM,
      name: "benchmark",
      network: { include: ["10.0.0.0/8", "192.168.0.0/16"] },
    });
    secrets.push(secret.reveal());
    ids.push(token.id);
  }
  return { tokens, secrets, ids };
}

function ownerOf(id: string): Owner {
  const number = Number(id.slice("owner-".length));
  return { id, account: `account-${Math.floor(number / 1000)}`, active: true, methods: ["GET", "POST"], access: { orders: "full" } };
}
