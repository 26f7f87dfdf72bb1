import { assertEqual } from "../assert.ts";
import {
  bearer,
  type HttpBench,
  type HttpCases,
  type HttpGroups,
  requestText,
  turn,
} from "./bench.ts";
import {
  assertAccepted,
  assertNothingRan,
  assertRefused,
  assertStillServes,
  assertUnreadable,
} from "./expect.ts";
import type { RawConnection } from "./raw-client.ts";
import type { IssuedToken } from "./world.ts";

/** A request line and fields as they are, ended by an empty line. */
function raw(...lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Servers may end a connection that they cannot read without an answer: that is a refusal too. */
async function assertRefusedOrEnded(bench: HttpBench, text: string): Promise<void> {
  const connection = await bench.connect();
  connection.send(text);
  const answer = await connection.answer().catch(async () => {
    await connection.ended();
  });
  if (answer !== undefined) assertUnreadable(bench, answer);
  assertNothingRan(bench);
  await assertStillServes(bench);
}

const odd: HttpCases = {
  "a credential of 64 KiB is refused, by the guard or the server": async (bench) => {
    await assertRefusedOrEnded(
      bench,
      raw("GET /orders HTTP/1.1", "Host: a", `Authorization: Bearer ${"a".repeat(65_536)}`),
    );
  },

  "a credential of 8 KiB is no more than an unknown token": async (bench) => {
    assertRefused(bench, await bench.askWith("a".repeat(8192)), "invalid_token");
    assertRefused(bench, await bench.askWith(`${"a".repeat(8000)}!`), "invalid_request");
  },

  "a line folded within the credential brings in no second one": async (bench) => {
    const { secret } = await bench.world.issue();
    await assertRefusedOrEnded(
      bench,
      raw(
        "GET /orders HTTP/1.1",
        "Host: a",
        `Authorization: Bearer ${secret}`,
        ` Bearer ${secret}`,
      ),
    );
  },

  "a line folded before the credential is refused or joined, never a third thing": async (
    bench,
  ) => {
    const issued = await bench.world.issue();
    const text = raw(
      "GET /orders HTTP/1.1",
      "Host: a",
      "Authorization: Bearer",
      ` ${issued.secret}`,
    );
    const connection = await bench.connect();
    connection.send(text);
    const answer = await connection.answer().catch(() => connection.ended());
    if (answer?.status === 200) assertAccepted(answer, issued);
    else assertNothingRan(bench);
  },

  "NUL in the credential is refused": async (bench) => {
    const { secret } = await bench.world.issue();
    const line = `Authorization: Bearer ${secret}\0`;
    await assertRefusedOrEnded(bench, raw("GET /orders HTTP/1.1", "Host: a", line));
  },

  "a bare line feed in the credential smuggles no second line in": async (bench) => {
    const { secret } = await bench.world.issue();
    const lines = `Authorization: Basic YTpi\nAuthorization: Bearer ${secret}`;
    await assertRefusedOrEnded(bench, raw("GET /orders HTTP/1.1", "Host: a", lines));
  },

  "a bare carriage return in the credential smuggles no second line in": async (bench) => {
    const { secret } = await bench.world.issue();
    const lines = `Authorization: Basic YTpi\rAuthorization: Bearer ${secret}`;
    await assertRefusedOrEnded(bench, raw("GET /orders HTTP/1.1", "Host: a", lines));
  },

  "a blank before the colon makes no Authorization": async (bench) => {
    const { secret } = await bench.world.issue();
    await assertRefusedOrEnded(
      bench,
      raw("GET /orders HTTP/1.1", "Host: a", `Authorization : Bearer ${secret}`),
    );
  },

  "HTTP/1.1 without a Host is refused or judged like any other": async (bench) => {
    const text = raw("GET /orders HTTP/1.1", "Connection: close");
    assertUnreadable(bench, await bench.sendRaw(text));
  },

  "HTTP/1.0 works": async (bench) => {
    const issued = await bench.world.issue();
    const line = `Authorization: Bearer ${issued.secret}`;
    assertAccepted(await bench.sendRaw(raw("GET /orders HTTP/1.0", "Host: a", line)), issued);
    bench.world.runs.length = 0;
    const answer = await bench.sendRaw(raw("GET /orders HTTP/1.0", "Host: a"));
    assertRefused(bench, answer, "missing_token");
  },

  "HTTP/1.0 without a Host works": async (bench) => {
    const issued = await bench.world.issue();
    const line = `Authorization: Bearer ${issued.secret}`;
    assertAccepted(await bench.sendRaw(raw("GET /orders HTTP/1.0", line)), issued);
  },

  "the target in absolute form is judged by its path": async (bench) => {
    const issued = await bench.world.issue();
    const target = "http://conformance.test/orders";
    // A framework may know no such target: it is refused then, whatever it brings.
    assertUnreadable(bench, await bench.ask({ path: target }));
    const answer = await bench.askWith(issued.secret, { path: target });
    if (answer.status === 200) assertAccepted(answer, issued);
    else assertUnreadable(bench, answer);
  },
};

const connections: HttpCases = {
  "pipelined requests with different tokens each get their own verdict": async (bench) => {
    const tokens = await issueMany(bench, 8);
    const connection = await bench.connect();
    connection.send(tokens.map(({ secret }) => requestText({ fields: [bearer(secret)] })).join(""));
    for (const issued of tokens) assertAccepted(await connection.answer(), issued);
  },

  "among pipelined requests the refused one alone is refused": async (bench) => {
    const issued = await bench.world.issue();
    const connection = await bench.connect();
    const good = requestText({ fields: [bearer(issued.secret)] });
    connection.send(
      good + requestText({}) + good + requestText({ fields: [bearer("a b")] }) + good,
    );
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await connection.answer()).status);
    assertEqual(statuses.join(), "200,401,200,400,200", "statuses");
    assertEqual(bench.world.runs.length, 3, "handlers that ran");
  },

  "a connection remembers no token": async (bench) => {
    const issued = await bench.world.issue();
    const connection = await bench.connect();
    connection.send(requestText({ fields: [bearer(issued.secret)] }));
    assertAccepted(await connection.answer(), issued);
    bench.world.runs.length = 0;
    connection.send(requestText({}));
    assertRefused(bench, await connection.answer(), "missing_token");
  },

  "bytes that come one at a time make the same request": async (bench) => {
    const issued = await bench.world.issue();
    const connection = await bench.connect();
    for (const byte of requestText({ fields: [bearer(issued.secret)] })) {
      connection.send(byte);
      await turn();
    }
    assertAccepted(await connection.answer(), issued);
  },

  "a client that goes away while its token is looked up harms nothing": async (bench) => {
    const issued = await bench.world.issue();
    const { release } = bench.world.holdLookUps();
    const connections: RawConnection[] = [];
    for (let count = 0; count < 5; count += 1) {
      const connection = await bench.connect();
      connection.send(requestText({ fields: [bearer(issued.secret)] }));
      connections.push(connection);
    }
    await bench.until(() => bench.world.reads === 5);
    for (const connection of connections) connection.destroy();
    await turn();
    release();
    await assertStillServes(bench);
  },

  "a client that goes away amid its body harms nothing": async (bench) => {
    const issued = await bench.world.issue();
    for (const fields of [[bearer(issued.secret)], []]) {
      const connection = await bench.connect();
      const length = ["Content-Length", "100000"] as const;
      connection.send(`${requestText({ method: "POST", fields: [...fields, length] })}abc`);
      if (fields.length === 0) await connection.answer();
      else await bench.until(() => bench.world.reads > 0);
      connection.destroy();
    }
    await assertStillServes(bench);
  },

  "64 parallel requests with different tokens each get their own identity": async (bench) => {
    const tokens = await issueMany(bench, 64);
    const { release } = bench.world.holdLookUps();
    const asked = tokens.map(async ({ secret }) => bench.askWith(secret));
    await bench.until(() => bench.world.reads === tokens.length);
    release();
    const answers = await Promise.all(asked);
    for (const [index, issued] of tokens.entries()) {
      // One answer for each token.
      assertAccepted(answers[index] as (typeof answers)[number], issued);
    }
  },

  "accepted and refused requests at the same time do not mix": async (bench) => {
    const issued = await bench.world.issue();
    const { release } = bench.world.holdLookUps();
    const asked = Array.from({ length: 20 }, async (_, index) =>
      index % 2 === 0 ? bench.askWith(issued.secret) : bench.ask(),
    );
    await bench.until(() => bench.world.reads === 10);
    release();
    for (const [index, answer] of (await Promise.all(asked)).entries())
      assertEqual(answer.status, index % 2 === 0 ? 200 : 401, `status of ${index}`);
    assertEqual(bench.world.runs.length, 10, "handlers that ran");
  },
};

async function issueMany({ world }: HttpBench, count: number): Promise<IssuedToken[]> {
  const tokens: IssuedToken[] = [];
  for (let made = 0; made < count; made += 1) tokens.push(await world.issue());
  return tokens;
}

/** What comes over connections: odd bytes, several requests, and clients that go away. */
export const connectionGroups: HttpGroups = {
  "odd bytes": { settings: {}, cases: odd },
  connections: { settings: {}, cases: connections },
};
