// A server of one route in a process of its own: `http` starts it with the names of a framework and of a guard. It tells where it listens and
// with which tokens to call it, and when asked what it has used until then.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { APPS } from "./http-apps.ts";
import type { GuardName } from "./http-guard.ts";
import { openGuard } from "./http-guards.ts";
import type { Listening, Used } from "./http-process.ts";

const [framework = "", guardName = ""] = process.argv.slice(2);
const makeApp = APPS[framework];
if (makeApp === undefined) throw new Error(`there is no framework ${framework}`);

// A cast, as `http` names no other.
const { guard, secrets } = await openGuard(guardName as GuardName);
const server = await makeApp(guard);
server.listen(0, "127.0.0.1");
await once(server, "listening");

process.once("disconnect", () => process.exit());
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.on("message", () => {
  // Where it is exposed, so that what is left of the heap is what is in use.
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  const delayNs = delay.percentile(99);
  delay.reset();
  tell({ cpuUs: user + system, heapUsed, rss, delayNs, handles: process.getActiveResourcesInfo() });
});
// A cast, as only a server on a pipe has another kind of address.
tell({ port: (server.address() as AddressInfo).port, secrets });

function tell(told: Listening | Used): void {
  process.send?.(told);
}
