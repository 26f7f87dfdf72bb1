// A process that delivers one notice and then has nothing left to do: `node delivering-process.ts <port of 127.0.0.1> <seconds>`. Nothing
// keeps it alive. It prints what came of it, and how long it went on after that.
import { webhookNotifier } from "../../../src/notifiers/webhook/index.ts";
import { NOTICE } from "./notice.ts";

const [port = "", seconds = ""] = process.argv.slice(2);
const { deliver } = webhookNotifier({
  endpoint: {
    url: `http://127.0.0.1:${port}/`,
    secrets: [`whsec_${Buffer.alloc(24, 7).toString("base64")}`],
  },
  allowHttp: true,
  allowPrivateAddresses: true,
  timeout: { seconds: Number(seconds) },
});
const outcome = await deliver(NOTICE).then(
  () => "delivered",
  (error: unknown) => String(error),
);
const settledAt = performance.now();
process.on("exit", () => {
  process.stdout.write(JSON.stringify({ outcome, lingeredMs: performance.now() - settledAt }));
});
