import { parseSecret, knownPrefix } from "/work/main/src/secret/parse.ts";
import { equalInConstantTime } from "/work/main/src/secret/equal.ts";
import { generateSecret } from "/work/main/src/secret/generate.ts";
import { hash } from "node:crypto";
const p = [knownPrefix("s", "bench_svc")]; const secrets = Array.from({ length: 1000 }, () => generateSecret("bench_svc")); const hs = secrets.map((s) => hash("sha256", s, "hex")); const hs2 = secrets.map((s) => hash("sha256", s, "hex"));
let x = 0; function t(name: string, f: (i: number) => unknown) { for (let k = 0; k < 4; k++) { const a = process.cpuUsage(); for (let i = 0; i < 2e6; i++) if (f(i % 1000)) x++; const u = process.cpuUsage(a); if (k === 3) console.log(name, ((u.user + u.system) / 2e3).toFixed(0), "ns"); } }
t("parse", (i) => parseSecret(secrets[i]!, p)); t("equal", (i) => equalInConstantTime(hs[i]!, hs2[i]!)); t("hash", (i) => hash("sha256", secrets[i]!, "hex")); const m = new Map(hs.map((h, i) => [h, i])); t("hash+map", (i) => m.get(hash("sha256", secrets[i]!, "hex"))); t("date", () => Date.now());
