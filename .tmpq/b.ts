import { memoryBudgets } from "tokenry";
const count = Number(process.argv[2] ?? 10000);
const account = { key: "{a}:account:orders", limit: 1e9, windowMs: 60000, memo: undefined };
const pairs = Array.from({ length: count }, (_, i) => [{ key: "{a}:token:" + i + ":orders", limit: 5e8, windowMs: 60000, memo: undefined }, account]);
const store = memoryBudgets(); const N = 1e6; let x = 0;
const order = new Uint32Array(N); for (let i = 0; i < N; i++) order[i] = Math.floor(Math.random() * count);
for (let k = 0; k < 5; k++) { const t = process.cpuUsage(); for (let i = 0; i < N; i++) { x += (store.take(pairs[order[i]!]!, 1, Date.now()) as any).states[0].remaining; } const u = process.cpuUsage(t); console.log(((u.user + u.system) * 1000 / N).toFixed(0), "ns"); }
