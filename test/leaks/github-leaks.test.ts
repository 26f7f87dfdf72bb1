import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type GithubLeaksOptions, githubLeaks } from "../../src/leaks/index.ts";
import { movableClock } from "../support/clock.ts";
import { DOCUMENTED, MISSTATED } from "./documented.ts";
import { createReporter, type FakeReporter } from "./reporter.ts";
import { createSigner, listOf, request, type Signer, signedRequest } from "./signer.ts";

const signer = createSigner();
const SECRET = "acme_pat_0123456789abcdefghijklmnopqrstuv1V3Feb";
const OTHER = "acme_pat_vutsrqponmlkjihgfedcba98765432101V3Feb";
const URL_OF_IT = "https://github.com/octocat/Hello-World/blob/1234/foo/bar.txt";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

interface World {
  readonly reporter: FakeReporter;
  readonly errors: unknown[];
  handle(request: Request): Promise<Response>;
  /** Sends what GitHub would, signed. */
  send(body: unknown): Promise<Response>;
}

function createWorld(
  reporter: FakeReporter = createReporter(SECRET),
  options: GithubLeaksOptions = {},
): World {
  const errors: unknown[] = [];
  const handle = githubLeaks(reporter, {
    publicKeys: async () => listOf(signer),
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    reporter,
    errors,
    handle,
    send: (body) =>
      handle(signedRequest(signer, typeof body === "string" ? body : JSON.stringify(body))),
  };
}

const item = (token: string, more: object = {}): object => ({
  token,
  type: "acme_api_token",
  url: URL_OF_IT,
  source: "content",
  ...more,
});

const label = (token: string, isTrue: boolean): object => ({
  token_hash: sha256(token),
  token_type: "acme_api_token",
  label: isTrue ? "true_positive" : "false_positive",
});

describe("githubLeaks", () => {
  test("IND-10 IND-13: reports what GitHub found, and answers a label with a hash for each", async () => {
    const { send, reporter } = createWorld();
    const response = await send([item(SECRET), item("acme_pat_nobodys")]);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe("application/json");
    const text = await response.text();
    expect(JSON.parse(text)).toEqual([label(SECRET, true), label("acme_pat_nobodys", false)]);
    expect(text).not.toContain(SECRET);
    expect(reporter.told).toEqual([
      { secret: SECRET, source: "GitHub (content)", url: URL_OF_IT },
      { secret: "acme_pat_nobodys", source: "GitHub (content)", url: URL_OF_IT },
    ]);
  });

  test.each(DOCUMENTED)("IND-11 IND-12: takes GitHub's own sample, $id", async (sample) => {
    const { id, key, signature, body, source, url } = sample;
    const public_keys = DOCUMENTED.map((each) => ({ key_identifier: each.id, key: each.key }));
    const options = { publicKeys: async () => ({ public_keys }) };
    const { handle, reporter } = createWorld(createReporter("some_token"), options);
    expect(key).toContain("PUBLIC KEY");
    const response = await handle(request(body, { id, signature }));
    expect(await response.json()).toEqual([
      { token_hash: sha256("some_token"), token_type: "some_type", label: "true_positive" },
    ]);
    expect(reporter.told).toEqual([{ secret: "some_token", source, url }]);
    const misstated = await handle(request(body, { id, signature: MISSTATED }));
    expect(misstated.status).toBe(403);
  });

  test("IND-10: sources that nobody knows yet, absent or empty URLs and further members are no obstacle", async () => {
    const { send, reporter } = createWorld();
    const response = await send([
      item("a", { source: "Hologram", url: "", commit: { sha: "1234" } }),
      { token: "b", type: "acme_api_token" },
      { token: "c", type: "acme_api_token", url: 5, source: null },
    ]);
    expect(await response.json()).toEqual(["a", "b", "c"].map((token) => label(token, false)));
    expect(reporter.told).toEqual([
      { secret: "a", source: "GitHub (Hologram)", url: undefined },
      { secret: "b", source: "GitHub", url: undefined },
      { secret: "c", source: "GitHub", url: undefined },
    ]);
  });

  test("IND-10: an item without a secret is passed over, one without a type is reported", async () => {
    const { send, reporter } = createWorld();
    const malformed = [
      null,
      5,
      "text",
      [],
      {},
      { token: 5 },
      { token: "", type: "acme_api_token" },
    ];
    const response = await send([...malformed, { token: SECRET }, item("a")]);
    expect(await response.json()).toEqual([label("a", false)]);
    expect(reporter.told.map(({ secret }) => secret)).toEqual([SECRET, "a"]);
  });

  test("an empty array is answered by one", async () => {
    const response = await createWorld().send([]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([]);
  });

  test("passes over types that are not the host's", async () => {
    const options = { types: ["acme_api_token", "acme_old_token"] };
    const { send, reporter } = createWorld(createReporter(SECRET), options);
    const response = await send([item("a", { type: "other" }), { token: "b" }, item(SECRET)]);
    expect(await response.json()).toEqual([label(SECRET, true)]);
    expect(reporter.told.map(({ secret }) => secret)).toEqual([SECRET]);
  });

  test("reports a secret once for each URL, and labels each item", async () => {
    const { send, reporter } = createWorld();
    const elsewhere = item(SECRET, { url: "https://github.com/else", source: "gist_content" });
    const response = await send([item(SECRET), item("a"), elsewhere, item(SECRET), elsewhere]);
    // The second report found nothing: the first had ended the token.
    const labels = [SECRET, "a", SECRET, SECRET, SECRET].map((token) =>
      label(token, token === SECRET),
    );
    expect(await response.json()).toEqual(labels);
    expect(reporter.told.filter(({ secret }) => secret === SECRET)).toEqual([
      { secret: SECRET, source: "GitHub (content)", url: URL_OF_IT },
      { secret: SECRET, source: "GitHub (gist_content)", url: "https://github.com/else" },
    ]);
  });

  test("IND-13: a secret that was known stays a true positive when it is found elsewhere later", async () => {
    const { send } = createWorld();
    await send([item(SECRET)]);
    const response = await send([item(SECRET, { url: "https://github.com/else" })]);
    expect(await response.json()).toEqual([label(SECRET, true)]);
  });

  test("IND-13: handles thousands of items, eight secrets at a time", async () => {
    let running = 0;
    let most = 0;
    const reportLeak = async (): Promise<{ known: boolean }> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { known: true };
    };
    const { send } = createWorld({ ...createReporter(), reportLeak });
    const tokens = Array.from({ length: 10_001 }, (_, index) => `acme_pat_${index}`);
    const response = await send(tokens.map((token) => item(token)));
    expect(await response.json()).toEqual(tokens.map((token) => label(token, true)));
    expect(most).toBe(8);
  });
});

describe("a body", () => {
  test("IND-12: is refused when any byte of it or of its signature is another, and nothing of it is read", async () => {
    const { handle, reporter } = createWorld();
    const body = new TextEncoder().encode(JSON.stringify([item(SECRET)]));
    const signature = signer.sign(body);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(body.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = body.with(at, (body[at] ?? 0) ^ by);
          const response = await handle(request(changed, { id: signer.id, signature }));
          expect(response.status).toBe(403);
        },
      ),
    );
    const rewritten = JSON.stringify([item(SECRET)], null, 1);
    const forged = [
      request(rewritten, { id: signer.id, signature }),
      request(`${JSON.stringify([item(SECRET)])}\n`, { id: signer.id, signature }),
      request(null, { id: signer.id, signature }),
      request("not JSON at all", { id: signer.id, signature }),
      request(body, { id: signer.id, signature: createSigner().sign(body) }),
    ];
    for (const each of forged) expect((await handle(each)).status).toBe(403);
    expect(reporter.told).toEqual([]);
    expect((await handle(request(body, { id: signer.id, signature }))).status).toBe(200);
  });

  test("that was handled is not handled again, however it arrives", async () => {
    const { send, reporter } = createWorld();
    const both = await Promise.all([send([item(SECRET)]), send([item(SECRET)])]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const third = await send([item(SECRET)]);
    expect(third.status).toBe(409);
    expect(third.headers.get("cache-control")).toBe("no-store");
    expect(reporter.told).toHaveLength(1);
  });

  test("is remembered for a day", async () => {
    const clock = movableClock();
    const { send, reporter } = createWorld(createReporter(SECRET), { now: clock.now });
    await send([item(SECRET)]);
    clock.pass({ hours: 23 });
    expect((await send([item(SECRET)])).status).toBe(409);
    clock.pass({ hours: 1 });
    expect((await send([item(SECRET)])).status).toBe(200);
    expect(reporter.told).toHaveLength(2);
  });

  test("whose handling failed may come again, and has its labels then", async () => {
    const { send, reporter, errors } = createWorld(createReporter(SECRET, OTHER));
    reporter.failing.add(OTHER);
    const body = [item(SECRET), item(OTHER)];
    const failed = await send(body);
    expect(failed.status).toBe(503);
    expect(await failed.json()).toEqual({
      error: "The report cannot be handled now. Send it again later.",
    });
    expect(errors).toEqual([
      expect.objectContaining({
        code: "unavailable",
        message: "A reported leak cannot be handled now.",
        cause: new Error("the storage is away"),
      }),
    ]);
    reporter.failing.clear();
    const again = await send(body);
    // The token of the first ended at the first try.
    expect(await again.json()).toEqual([label(SECRET, true), label(OTHER, true)]);
    expect((await send(body)).status).toBe(409);
  });

  test("one secret that fails holds up no other, and an outage is not met for each", async () => {
    const tokens = Array.from({ length: 1000 }, (_, index) => `acme_pat_${index}`);
    const one = createWorld(createReporter(...tokens));
    one.reporter.failing.add("acme_pat_0");
    expect((await one.send(tokens.map((token) => item(token)))).status).toBe(503);
    expect(one.reporter.told).toHaveLength(999);
    const all = createWorld();
    for (const token of tokens) all.reporter.failing.add(token);
    expect((await all.send(tokens.map((token) => item(token)))).status).toBe(503);
    expect(all.errors).toHaveLength(8);
  });

  test.each([
    ["no JSON", `[{"token":"${SECRET}"`],
    ["an object", JSON.stringify(item(SECRET))],
    ["a text", JSON.stringify(SECRET)],
    ["nothing", ""],
    ["null", "null"],
  ])("that is signed and %s is refused without a word of it", async (_name, body) => {
    const { send, reporter, errors } = createWorld();
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "The body is not a JSON array." });
    expect(reporter.told).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("that is signed and no UTF-8 is refused", async () => {
    const { handle } = createWorld();
    const bytes = Uint8Array.from([...new TextEncoder().encode('["'), 0xff, 0x22, 0x5d]);
    expect((await handle(signedRequest(signer, bytes))).status).toBe(400);
  });

  test("that was read before is the host's mistake", async () => {
    const { handle } = createWorld();
    const sent = signedRequest(signer, "[]");
    await sent.json();
    await expect(handle(sent)).rejects.toThrow(
      new TypeError(
        "the body of the request was read before: call the handler before any body parser",
      ),
    );
  });
});

describe("the bound on a body", () => {
  const body = JSON.stringify([item(SECRET)]);

  test("takes as many bytes, and not one more", async () => {
    const exact = createWorld(createReporter(), { maxBodyBytes: body.length });
    expect((await exact.send(body)).status).toBe(200);
    const less = createWorld(createReporter(), { maxBodyBytes: body.length - 1 });
    expect((await less.send(body)).status).toBe(413);
    expect(less.reporter.told).toEqual([]);
  });

  test("is five mebibytes unless told", async () => {
    const padded = (length: number): string => body.padEnd(length, " ");
    const { send } = createWorld();
    expect((await send(padded(5_242_880))).status).toBe(200);
    expect((await send(padded(5_242_881))).status).toBe(413);
  });

  test("goes by what arrives, whatever was announced: an endless body is not read to its end", async () => {
    let sent = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel() {
        isCancelled = true;
      },
    });
    const { handle } = createWorld(createReporter(), { maxBodyBytes: 100_000 });
    const { headers } = signedRequest(signer, "[]");
    const init = { method: "POST", headers, body: endless, duplex: "half" } as const;
    const response = await handle(new Request("https://api.example.com/leaks", init));
    expect(response.status).toBe(413);
    expect(isCancelled).toBe(true);
    expect(sent).toBeLessThan(110_000);
  });

  test("goes by what is announced before anything is read", async () => {
    const { handle } = createWorld(createReporter(), { maxBodyBytes: 100 });
    const sent = signedRequest(signer, "[]");
    sent.headers.set("content-length", "101");
    expect((await handle(sent)).status).toBe(413);
    expect(sent.bodyUsed).toBe(false);
  });

  test("a body that breaks off is refused", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("the connection has ended")),
    });
    const { headers } = signedRequest(signer, "[]");
    const init = { method: "POST", headers, body: broken, duplex: "half" } as const;
    const { handle } = createWorld();
    expect((await handle(new Request("https://api.example.com/leaks", init))).status).toBe(400);
  });
});

describe("what is not GitHub's", () => {
  const body = JSON.stringify([item(SECRET)]);
  const signature = signer.sign(body);

  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])(
    "IND-10: %s is answered by 405 with what is allowed",
    async (method) => {
      const response = await createWorld().handle(new Request("https://x.example", { method }));
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
      expect(response.headers.get("cache-control")).toBe("no-store");
    },
  );

  test.each([
    ["no field", {}],
    ["no signature", { id: signer.id }],
    ["an empty signature", { id: signer.id, signature: "" }],
    ["no identifier", { signature }],
    ["an empty identifier", { id: "", signature }],
    ["an identifier with other characters", { id: `${signer.id},${signer.id}`, signature }],
    ["an identifier without end", { id: "a".repeat(300), signature }],
    ["an identifier that is on no list", { id: "ffff", signature }],
    ["the name of an object's own method", { id: "constructor", signature }],
    ["a signature of something else", { id: signer.id, signature: signer.sign("[]") }],
    ["no signature at all in the field", { id: signer.id, signature: "MAYCAQECAQE=" }],
  ])("IND-11: %s is refused, all by the same answer", async (_name, fields) => {
    const { handle, reporter, errors } = createWorld();
    const response = await handle(request(body, fields));
    expect(response.status).toBe(403);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ error: "The request is not signed by GitHub." });
    expect(reporter.told).toEqual([]);
    expect(errors).toEqual([]);
  });

  test.each(["Github-Public-Key-Identifier", "Github-Public-Key-Signature"])(
    "IND-11: two lines of %s are refused, though the first is right",
    async (name) => {
      for (const second of ["forged", signedRequest(signer, body).headers.get(name) ?? ""]) {
        const sent = signedRequest(signer, body);
        sent.headers.append(name, second);
        expect((await createWorld().handle(sent)).status).toBe(403);
      }
    },
  );

  test.each([
    { id: signer.id, signature: "" },
    { id: `${signer.id}, ${signer.id}`, signature },
    { signature },
  ])("%o is refused before anybody is asked for a key", async (fields) => {
    const publicKeys = vi.fn(async () => listOf(signer));
    const { handle } = createWorld(createReporter(), { publicKeys });
    expect((await handle(request(body, fields))).status).toBe(403);
    expect(publicKeys).not.toHaveBeenCalled();
  });

  test("an unknown identifier is refused before its body is read", async () => {
    const sent = request(body, { id: "ffff", signature });
    await createWorld().handle(sent);
    expect(sent.bodyUsed).toBe(false);
  });
});

describe("GitHub's keys", () => {
  const fetching = (
    answers: readonly (Response | Error)[],
  ): { asked: unknown[][]; fetch: NonNullable<GithubLeaksOptions["fetch"]> } => {
    const asked: unknown[][] = [];
    const left = [...answers];
    return {
      asked,
      fetch: async (...call) => {
        asked.push(call);
        const answer = left.shift() ?? new Error("not asked for");
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
  };
  const handlerOf = (signers: readonly Signer[], options: GithubLeaksOptions) => {
    const handle = githubLeaks(createReporter(), options);
    return async (index: number, body: string) =>
      (await handle(signedRequest(signers[index] ?? signer, body))).status;
  };

  test("IND-11: are fetched where GitHub has them, with the agent that it asks for, and kept", async () => {
    const { asked, fetch } = fetching([Response.json(listOf(signer))]);
    const send = handlerOf([signer], { fetch });
    expect(await send(0, "[]")).toBe(200);
    expect(await send(0, "[ ]")).toBe(200);
    const url = "https://api.github.com/meta/public_keys/secret_scanning";
    const headers = { accept: "application/json", "user-agent": "tokenry" };
    expect(asked).toEqual([[url, { headers }]]);
  });

  test("IND-12: an unknown one is looked for once more, then refused", async () => {
    const clock = movableClock();
    const fresh = createSigner("fresh");
    const lists = [listOf(signer), listOf(signer), listOf(signer, fresh)];
    const { asked, fetch } = fetching(lists.map((list) => Response.json(list)));
    const send = handlerOf([signer, fresh], { fetch, now: clock.now, keyLifetime: { days: 1 } });
    expect(await send(0, "[]")).toBe(200);
    clock.pass({ minutes: 1 });
    expect(await send(1, "[]")).toBe(403);
    clock.pass({ minutes: 1 });
    expect(await send(1, "[ ]")).toBe(200);
    expect(asked).toHaveLength(3);
  });

  test.each([
    ["the network is away", new Error("the network is away")],
    ["GitHub answers 403", Response.json(listOf(signer), { status: 403 })],
    ["GitHub answers no JSON", new Response("<html>")],
    ["GitHub answers no list", Response.json({ message: "moved" })],
  ])("%s: 503, and the host is told", async (_name, answer) => {
    const errors: unknown[] = [];
    const { fetch } = fetching([answer]);
    const send = handlerOf([signer], { fetch, onError: (error) => errors.push(error) });
    expect(await send(0, "[]")).toBe(503);
    expect(errors).toEqual([
      expect.objectContaining({ message: "GitHub's public keys cannot be read now." }),
    ]);
  });

  test("that were fetched serve through an outage as long as they are good", async () => {
    const clock = movableClock();
    const { fetch } = fetching([Response.json(listOf(signer))]);
    const send = handlerOf([signer], { fetch, now: clock.now });
    expect(await send(0, "[]")).toBe(200);
    clock.pass({ minutes: 59 });
    expect(await send(0, "[ ]")).toBe(200);
    clock.pass({ minutes: 1 });
    expect(await send(0, "[  ]")).toBe(503);
  });
});

describe("no secret is told", () => {
  test("by any answer or error, whatever a body or an outage holds", async () => {
    const { handle, send, reporter, errors } = createWorld();
    reporter.failing.add(SECRET);
    const body = JSON.stringify([item(SECRET)]);
    const answers = [
      await send(body),
      await send(`${body}]`),
      await send(JSON.stringify(SECRET)),
      await handle(request(body, { id: signer.id, signature: signer.sign("[]") })),
    ];
    reporter.failing.clear();
    answers.push(await send(body), await send(body));
    expect(answers.map(({ status }) => status)).toEqual([503, 400, 400, 403, 200, 409]);
    for (const answer of answers) {
      expect(await answer.text()).not.toContain("acme_pat");
      expect(JSON.stringify([...answer.headers])).not.toContain("acme_pat");
    }
    expect(String(errors.map((error) => (error as Error).stack))).not.toContain("acme_pat");
  });

  test("an error handler that throws changes no answer", async () => {
    const onError = (): void => {
      throw new Error("the host's own");
    };
    const { send, reporter } = createWorld(createReporter(), { onError });
    reporter.failing.add("a");
    expect((await send([item("a")])).status).toBe(503);
  });
});
