import { createTokenry, manySliding, memoryRepository, memoryBudgets, SYSTEM } from "tokenry";
import { createFloor } from "./floor.ts";
const count = Number(process.argv[2] ?? 10000);
const kinds = { service: { prefix: "bench_svc", slots: "many", expiry: { type: "fixed", after: { days: 180 } }, access: "owner", replacement: "revoke-first" } } as const;
const apis = { orders: { limit: 1_000_000_000, window: { minutes: 1 } } };
const owners = new Map<string, any>(); const find = (id: string) => { let o = owners.get(id); if (!o) { const n = Number(id.slice(6)); owners.set(id, o = { id, account: "account-" + Math.floor(n / 1000), active: true, methods: ["GET", "POST"], access: { orders: "full" } }); } return o; };
const state = { limit: 1, remaining: 1, windowMs: 1, resetMs: 1 }; const taken = { allowed: true, states: [state, state] };
const N = 4000000;
async function make(budgets: any, network: any, repository: any) {
  const tokens = createTokenry({ kinds, apis, directory: { find }, budgets, repository });
  const secrets: string[] = [];
  for (let i = 0; i < count; i++) secrets.push((await tokens.issue({ kind: "service", owner: "owner-" + Math.floor(i / 10), actor: SYSTEM, name: "b", network })).secret.reveal());
  return { tokens, secrets };
}
const order = new Uint32Array(N); for (let i = 0; i < N; i++) order[i] = Math.floor(Math.random() * count);
async function run(secrets: string[], f: (s: string) => Promise<unknown>) { const t = process.cpuUsage(); for (let i = 0; i < N; i++) await f(secrets[order[i]!]!); const u = process.cpuUsage(t); return (u.user + u.system) * 1000 / N; }
const request = { api: "orders", method: "GET", address: "10.1.2.3" } as const;
const include = { include: ["10.0.0.0/8", "192.168.0.0/16"] };
const constant = { take: () => taken };
for (const [name, b, n] of [["all", undefined, include]] as const) {
  const w = await make(b, n, memoryRepository());
  const floor = createFloor(w.secrets);
  await run(w.secrets, (s) => w.tokens.verify(s, request));
  const f = 0; const v = await run(w.secrets, (s) => w.tokens.verify(s, request)); const v2 = await run(w.secrets, (s) => w.tokens.verify(s, request));
  console.log(name.padEnd(12), "floor", f.toFixed(0), "verify", v.toFixed(0), v2.toFixed(0));
}
