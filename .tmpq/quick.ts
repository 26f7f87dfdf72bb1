import { createWorld } from "/work/main/test/bench/world.ts";
import { createFloor } from "/work/main/test/bench/floor.ts";
const count = Number(process.argv[2] ?? 10000);
const world = await createWorld(count);
const floor = createFloor(world.secrets);
const request = { api: "orders", method: "GET", address: "10.1.2.3" } as const;
const N = Math.max(200000, count*2);
const order = new Uint32Array(N); for (let i = 0; i < N; i++) order[i] = Math.floor(Math.random() * count);
async function run(f: (s: string) => Promise<unknown>, n = N) { const t = process.cpuUsage(); for (let i = 0; i < n; i++) await f(world.secrets[order[i]!]!); const u = process.cpuUsage(t); return (u.user + u.system) * 1000 / n; }
const verify = (s: string) => world.tokens.verify(s, request);
console.log(await verify(world.secrets[0]!));
await run(floor); await run(verify);
for (let k = 0; k < 4; k++) { const a = await run(floor), b = await run(verify); console.log("floor", a.toFixed(0), "verify", b.toFixed(0), "ratio", (b / a).toFixed(2)); }
for (const [name, f] of [["floor", floor], ["verify", verify]] as const) { globalThis.gc?.(); const h = process.memoryUsage().heapUsed; const n=20000; await run(f, n); console.log(name, "alloc B", ((process.memoryUsage().heapUsed - h) / n).toFixed(0)); }
const bad = "bench_svc_" + "a".repeat(38);
{ const n = 1e6; const t = process.hrtime.bigint(); for (let i = 0; i < n; i++) await world.tokens.verify(bad, request); const ns = Number(process.hrtime.bigint() - t) / n; console.log("malformed", ns.toFixed(0), "ns", (1e3 / ns).toFixed(2), "M/s"); }
await world.tokens.close();
