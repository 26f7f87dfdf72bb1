import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIn, copyProject, type ProjectCopy } from "./project-copy.ts";

const EXAMPLES = ["express", "fastify", "fetch", "hono", "koa", "nest", "node"];

/** A running example, and what it has printed of itself. */
interface Example {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly reader: string;
  readonly full: string;
}

/** Starts an example and reads its first lines. */
async function startExample(folder: string, name: string): Promise<Example> {
  const child = spawn(process.execPath, [join(folder, "examples", name, "main.ts")], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = "", value = ""] = /^(listening on|reader:|full:) (\S+)$/.exec(line) ?? [];
    said.set(name, value);
    if (said.has("listening on") && said.has("reader:") && said.has("full:")) break;
  }
  const [origin = "", reader = "", full = ""] = ["listening on", "reader:", "full:"].map((name) =>
    said.get(name),
  );
  return { child, origin, reader, full };
}

describe("the examples of the adapters", () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = copyProject();
    await buildIn(copy);
  }, 60_000);
  afterAll(() => copy.remove());

  test.each(EXAMPLES)(
    "examples/%s serves two APIs, as its page says",
    async (name) => {
      const { child, origin, reader, full } = await startExample(copy.folder, name);
      const call = async (method: string, path: string, secret?: string): Promise<number> => {
        const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
        const body = method === "POST" ? "A-1003" : null;
        const response = await fetch(`${origin}${path}`, { method, headers, body });
        await response.arrayBuffer();
        return response.status;
      };
      expect(await call("GET", "/orders", reader)).toBe(200);
      expect(await call("GET", "/orders", full)).toBe(200);
      expect(await call("POST", "/orders", reader)).toBe(403);
      expect(await call("POST", "/orders", full)).toBe(201);
      expect(await call("GET", "/invoices")).toBe(401);
      expect(await call("GET", "/invoices", reader)).toBe(403);
      expect(await call("GET", "/invoices", full)).toBe(200);
      expect(await call("DELETE", "/token", full)).toBe(204);
      expect(await call("DELETE", "/token", full)).toBe(401);
      expect(await call("GET", "/orders", full)).toBe(401);
      child.kill("SIGTERM");
      const [code, signal] = await once(child, "exit");
      expect({ code, signal }).toEqual({ code: 0, signal: null });
    },
    30_000,
  );
});
