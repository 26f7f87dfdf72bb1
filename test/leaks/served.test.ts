import { createHash } from "node:crypto";
import express from "express";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toNodeHandler } from "../../src/adapters/node.ts";
import { manySliding, type Token } from "../../src/index.ts";
import { type GithubLeaksOptions, githubLeaks } from "../../src/leaks/index.ts";
import { openConnection } from "../../src/testing/http/raw-client.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { listen } from "../adapters/node-subject.ts";
import { createWorld, type World } from "../support/world.ts";
import { createSigner, listOf } from "./signer.ts";

const signer = createSigner();
const URL_OF_IT = "https://github.com/octocat/Hello-World/blob/1234/foo/bar.txt";

let served: HttpServed | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** Serves the handler over a tokenry. */
async function serve({ tokens }: World, options: GithubLeaksOptions = {}): Promise<number> {
  const handler = githubLeaks(tokens, { publicKeys: async () => listOf(signer), ...options });
  served = await listen(toNodeHandler(handler));
  return served.port;
}

/** Sends secrets as GitHub does. */
function send(port: number, ...found: readonly string[]): Promise<Response> {
  const body = JSON.stringify(
    found.map((token) => ({ token, type: "acme_api_token", url: URL_OF_IT, source: "commit" })),
  );
  const headers = {
    "content-type": "application/json",
    "Github-Public-Key-Identifier": signer.id,
    "Github-Public-Key-Signature": signer.sign(body),
  };
  return fetch(`http://127.0.0.1:${port}/leaks`, { method: "POST", headers, body });
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("GitHub's reports over node:http", () => {
  test("IND-13: end the tokens of a tokenry, and tell of it", async () => {
    const world = createWorld();
    const port = await serve(world);
    const { secret, token } = await world.issue();
    const kept = await world.issue({ name: "kept" });
    const found = secret.reveal();
    expect((await world.verify(found)).ok).toBe(true);

    const response = await send(port, found, "acme_svc_nobodys");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      { token_hash: hashOf(found), token_type: "acme_api_token", label: "true_positive" },
      {
        token_hash: hashOf("acme_svc_nobodys"),
        token_type: "acme_api_token",
        label: "false_positive",
      },
    ]);
    expect(await world.verify(found)).toMatchObject({ ok: false, code: "unknown_token" });
    expect((await world.verify(kept.secret.reveal())).ok).toBe(true);
    expect(await leaksOf(world, token)).toEqual([
      expect.objectContaining({ source: "GitHub (commit)", url: URL_OF_IT, revoked: true }),
    ]);
    expect((await send(port, found, "acme_svc_nobodys")).status).toBe(409);
  });

  test("only tell of it where the kind says so", async () => {
    const service = { ...manySliding({ prefix: "acme_svc" }), onLeak: "notify" } as const;
    const world = createWorld({ kinds: { service } });
    const port = await serve(world);
    const { secret, token } = await world.issue();
    const response = await send(port, secret.reveal());
    expect(await response.json()).toMatchObject([{ label: "true_positive" }]);
    expect((await world.verify(secret.reveal())).ok).toBe(true);
    expect(await leaksOf(world, token)).toEqual([expect.objectContaining({ revoked: false })]);
  });

  test("IND-11: two lines of the signature are refused", async () => {
    const port = await serve(createWorld());
    const connection = await openConnection(port, "two signatures");
    const signature = `Github-Public-Key-Signature: ${signer.sign("[]")}\r\n`;
    const head = `POST /leaks HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nGithub-Public-Key-Identifier: ${signer.id}\r\n`;
    connection.send(`${head}${signature}\r\n[]`);
    expect((await connection.answer()).status).toBe(200);
    connection.send(`${head}${signature}${signature}\r\n[]`);
    expect((await connection.answer()).status).toBe(403);
    connection.destroy();
  });

  test("that are too large are refused while they arrive, and the connection goes on", async () => {
    const port = await serve(createWorld(), { maxBodyBytes: 1000 });
    const connection = await openConnection(port, "a large body");
    const fields = `Host: a\r\nGithub-Public-Key-Identifier: ${signer.id}\r\nGithub-Public-Key-Signature: ${signer.sign("[]")}\r\n`;
    connection.send(`POST /leaks HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `fa0\r\n${"a".repeat(4000)}\r\n`;
    connection.send(chunk);
    expect((await connection.answer()).status).toBe(413);
    connection.send(`${chunk.repeat(100)}0\r\n\r\n`);
    connection.send(`POST /leaks HTTP/1.1\r\n${fields}Content-Length: 2\r\n\r\n[]`);
    expect((await connection.answer()).status).toBe(200);
    connection.destroy();
  });

  test("in Express stand before the parser of bodies, or say so", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { tokens } = createWorld();
    const leaks = toNodeHandler(githubLeaks(tokens, { publicKeys: async () => listOf(signer) }));
    const app = express().post("/leaks", leaks).use(express.json()).post("/late", leaks);
    served = await listen(app);
    expect((await send(served.port, "acme_svc_nobodys")).status).toBe(200);
    const late = await fetch(`http://127.0.0.1:${served.port}/late`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "[]",
    });
    expect(late.status).toBe(500);
    expect(emitWarning.mock.calls[0]?.[0]).toMatchObject({
      message: expect.stringContaining("before body parsers"),
    });
    emitWarning.mockRestore();
  });
});

/** What the trail has of leaks of a token. */
async function leaksOf({ trail }: World, { id }: Token): Promise<readonly unknown[]> {
  const events = await trail("token.leaked");
  return events.filter(({ tokenId }) => tokenId === id).map(({ data }) => data);
}
