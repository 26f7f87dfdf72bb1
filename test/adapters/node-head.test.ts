import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { addToHead } from "../../src/adapters/node-head.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { listen } from "./node-subject.ts";

let served: HttpServed | undefined;

afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** The lines of an answer's head that are not Node's own. */
async function linesOf(
  answer: (response: ServerResponse) => unknown,
): Promise<Readonly<Record<string, string>>> {
  served = await listen((_request, response) => {
    addToHead(response, [
      ["RateLimit", "ours"],
      ["X-Other", "ours"],
    ]);
    answer(response);
  });
  const { status, headers } = await fetch(`http://127.0.0.1:${served.port}`);
  const own = ["ratelimit", "x-other", "x-host"].map((name) => [name, headers.get(name) ?? ""]);
  return { status: `${status}`, ...Object.fromEntries(own) };
}

const OURS = { ratelimit: "ours", "x-other": "ours" };

const ways: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "writeHead with fields": (response) => response.writeHead(201, { "x-host": "kept" }).end(),
  "writeHead with a reason": (response) =>
    response.writeHead(201, "So", { "x-host": "kept" }).end(),
  "writeHead with a list": (response) => response.writeHead(201, ["x-host", "kept"]).end(),
  "writeHead with nothing": (response) => response.setHeader("x-host", "kept").writeHead(201).end(),
  "fields and writeHead with more": (response) =>
    response.setHeader("x-host", "kept").writeHead(201, { "x-more": "1" }).end(),
  "no writeHead at all": (response) => {
    response.statusCode = 201;
    response.setHeader("x-host", "kept").end();
  },
};

test.each(Object.keys(ways))("%s: the fields are written with those of the answer", async (way) => {
  const answer = ways[way] as (response: ServerResponse) => unknown;
  expect(await linesOf(answer)).toEqual({ status: "201", "x-host": "kept", ...OURS });
});

const theirs: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  writeHead: (response) => response.writeHead(200, { RATELIMIT: "theirs" }).end(),
  "writeHead with a list": (response) => response.writeHead(200, ["ratelimit", "theirs"]).end(),
  setHeader: (response) => response.setHeader("ratelimit", "theirs").end(),
  "setHeader and writeHead": (response) =>
    response.setHeader("RateLimit", "theirs").writeHead(200, { "x-more": "1" }).end(),
};

test.each(Object.keys(theirs))("a field that the answer sets by %s stays, once", async (way) => {
  const answer = theirs[way] as (response: ServerResponse) => unknown;
  expect(await linesOf(answer)).toMatchObject({ ratelimit: "theirs", "x-other": "ours" });
});

test("of two who add, the later one is heard", async () => {
  const lines = await linesOf((response) => {
    addToHead(response, [["ratelimit", "inner"]]);
    response.writeHead(200, { "x-host": "kept" }).end();
  });
  expect(lines).toEqual({ status: "200", ratelimit: "inner", "x-other": "ours", "x-host": "kept" });
});

test("the record that a host hands over is not changed", async () => {
  const record = { "x-host": "kept" };
  await linesOf((response) => response.writeHead(200, record).end());
  expect(record).toEqual({ "x-host": "kept" });
});
