// One of the processes beside a verify load: `notices` starts this file as a writer of notices, or as a worker that delivers them.
import { setTimeout } from "node:timers/promises";
import { tokenry, tokenrySql } from "./built.ts";
import { openPostgres } from "./databases.ts";
import { noticeEvent } from "./notice-events.ts";
import { PREFIX } from "./samples.ts";

const [role = "", url = "", perSecond = "0"] = process.argv.slice(2);
const { pool, db } = await openPostgres(url);
const repository = tokenrySql().sqlRepository({ db, pool });
const tokens = tokenry.createTokenry({
  kinds: { service: tokenry.manySliding({ prefix: PREFIX }) },
  apis: { orders: { limit: 1, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true, email: `${id}@acme.example` }) },
  repository,
  notifier: {
    async deliver() {
      delivered += 1;
    },
  },
  onError: (error) => process.stderr.write(`${error.message} ${String(error.cause)}\n`),
});

let delivered = 0;
let isOn = false;
let isOver = false;
process.on("message", (message) => {
  if (message === "stop") isOver = true;
  else isOn = message === "on";
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

/** Writes at a steady rate, each notice in a commit of its own. */
async function write(): Promise<void> {
  for (let due = performance.now(); !isOver; due += 1000 / Number(perSecond)) {
    await setTimeout(Math.max(0, due - performance.now()));
    if (isOn) await repository.commit({ events: [noticeEvent()] });
    else due = performance.now();
  }
}

/** A pass every quarter of a second. */
async function work(): Promise<void> {
  while (!isOver) {
    if (isOn) await tokens.jobs.deliver();
    await setTimeout(250);
  }
}

await (role === "writer" ? write() : work());
process.send?.({ delivered });
await tokens.close();
await db.destroy();
process.disconnect();
