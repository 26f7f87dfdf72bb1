import { assertEqual } from "../assert.ts";
import { bearer, type HttpCases, type HttpGroups, requestText } from "./bench.ts";
import { assertAccepted, assertRefused, assertStillServes } from "./expect.ts";

const POSTED = "x".repeat(70_000);

const bodies: HttpCases = {
  "the handler reads the whole body, the guard none of it": async (bench) => {
    const issued = await bench.world.issue();
    for (const body of ["", "a", POSTED]) {
      const answer = await bench.askWith(issued.secret, { method: "POST", body });
      assertAccepted(answer, issued, { method: "POST", bytes: body.length });
    }
  },

  "a body of JSON and one of bytes reach the handler alike": async (bench) => {
    const issued = await bench.world.issue();
    for (const type of ["application/json", "application/octet-stream", "text/plain"]) {
      const ask = { method: "POST", fields: [["Content-Type", type]], body: '{"a":1}' } as const;
      const answer = await bench.askWith(issued.secret, ask);
      assertAccepted(answer, issued, { method: "POST", bytes: 7 });
    }
  },

  "a body that comes after the verdict reaches the handler": async (bench) => {
    const issued = await bench.world.issue();
    const connection = await bench.connect();
    const fields = [bearer(issued.secret), ["Content-Length", "10"]] as const;
    connection.send(`${requestText({ method: "POST", fields })}12345`);
    await bench.until(() => bench.world.reads > 0);
    connection.send("67890");
    assertAccepted(await connection.answer(), issued, { method: "POST", bytes: 10 });
  },

  "a body in chunks reaches the handler": async (bench) => {
    const issued = await bench.world.issue();
    const fields = [bearer(issued.secret), ["Transfer-Encoding", "chunked"]] as const;
    const text = `${requestText({ method: "POST", fields })}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`;
    assertAccepted(await bench.sendRaw(text), issued, { method: "POST", bytes: 11 });
  },

  "Authorization among the trailers presents nothing": async (bench) => {
    const { secret } = await bench.world.issue();
    const fields = [
      ["Transfer-Encoding", "chunked"],
      ["Trailer", "Authorization"],
    ] as const;
    const head = requestText({ method: "POST", fields });
    const text = `${head}1\r\na\r\n0\r\nAuthorization: Bearer ${secret}\r\n\r\n`;
    assertRefused(bench, await bench.sendRaw(text), "missing_token");
  },

  "Authorization among the trailers changes nothing about a token": async (bench) => {
    const [first, second] = [await bench.world.issue(), await bench.world.issue()];
    const fields = [bearer(first.secret), ["Transfer-Encoding", "chunked"]] as const;
    const head = requestText({ method: "POST", fields });
    const text = `${head}1\r\na\r\n0\r\nAuthorization: Bearer ${second.secret}\r\n\r\n`;
    assertAccepted(await bench.sendRaw(text), first, { method: "POST", bytes: 1 });
  },

  "a refused body leaves a server that goes on": async (bench) => {
    const ask = { method: "POST", body: POSTED };
    assertRefused(bench, await bench.ask(ask), "missing_token");
    await assertStillServes(bench);
  },

  "the body of a refused request is no request": async (bench) => {
    const issued = await bench.world.issue();
    const good = requestText({ fields: [bearer(issued.secret)] });
    const connection = await bench.connect();
    connection.send(requestText({ method: "POST", body: good.repeat(20) }));
    assertRefused(bench, await connection.answer(), "missing_token");
    connection.send(good);
    // A server may also end the connection, with the rest of the body unread.
    const answer = await connection.answer().catch(() => connection.ended());
    if (answer !== undefined) assertAccepted(answer, issued);
    assertEqual(bench.world.runs.length, answer === undefined ? 0 : 1, "handlers that ran");
  },

  "Expect: 100-continue is answered by a verdict": async (bench) => {
    const issued = await bench.world.issue();
    const fields = [
      ["Expect", "100-continue"],
      ["Content-Length", "3"],
    ] as const;
    const refusal = await bench.sendRaw(requestText({ method: "POST", fields }));
    assertRefused(bench, refusal, "missing_token");
    const text = requestText({ method: "POST", fields: [bearer(issued.secret), ...fields] });
    const answer = await bench.sendRaw(`${text}abc`);
    assertAccepted(answer, issued, { method: "POST", bytes: 3 });
  },
};

/** Bodies: the guard leaves them to the handler, and looks for no token there. */
export const bodyGroups: HttpGroups = {
  bodies: { settings: {}, cases: bodies },
};
