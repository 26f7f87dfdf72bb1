// Three nodes of one application over one PostgreSQL and one Redis: a token is issued on the first, used on all, revoked on the third.
//
//   DATABASE_URL=postgres://… REDIS_URL=redis://… npm run demo:postgres-redis
import { strict as assert } from "node:assert";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

interface Node {
  readonly url: string;
  readonly process: ChildProcess;
}

async function startNode(): Promise<Node> {
  const child = fork(new URL("node.ts", import.meta.url), { execArgv: ["--no-warnings"] });
  const [port] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (!child.connected) throw new Error(NOT_STARTED);
  return { url: `http://127.0.0.1:${port}`, process: child };
}

const NOT_STARTED =
  "A node did not start. DATABASE_URL and REDIS_URL must name a PostgreSQL and a Redis that run.";

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const started = await Promise.allSettled([startNode(), startNode(), startNode()]);
const nodes = started.flatMap((node) => (node.status === "fulfilled" ? [node.value] : []));
try {
  const [first, second, third] = nodes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error(NOT_STARTED);
  say(`Three nodes: ${nodes.map(({ url }) => url).join(", ")}`);

  const issued = await fetch(`${first.url}/tokens`, { method: "POST" });
  const { id, secret } = (await issued.json()) as { id: string; secret: string };
  say("The first issued a token.");

  const call = (node: Node): Promise<Response> =>
    fetch(`${node.url}/orders`, { headers: { authorization: `Bearer ${secret}` } });
  const calls = await Promise.all(
    Array.from({ length: 30 }, (_, index) => call(nodes[index % 3] as Node)),
  );
  const accepted = calls.filter(({ status }) => status === 200).length;
  const refused = calls.filter(({ status }) => status === 429).length;
  say(
    `Of 30 calls at once, ten on each, ${accepted} were accepted and ${refused} were over the budget.`,
  );
  assert.equal(refused, 30 - accepted);
  // Half of the API's 20 a minute; one more is refilled every six seconds.
  assert.ok(accepted === 10 || accepted === 11);

  await fetch(`${third.url}/tokens/${id}`, { method: "DELETE" });
  const revoked = performance.now();
  let status = 0;
  while (status !== 401) ({ status } = await call(second));
  const delayMs = Math.round(performance.now() - revoked);
  say(
    `The third revoked it, and the second, which had it in its cache, refused it ${delayMs} ms later.`,
  );
  assert.ok(delayMs < 5000);
  say("All as expected.");
} finally {
  for (const { process: node } of nodes.filter(({ process: node }) => node.connected)) {
    node.send("stop");
    await once(node, "exit");
  }
}
