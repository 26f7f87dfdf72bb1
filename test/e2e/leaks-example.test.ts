import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildIn, copyProject, type ProjectCopy } from "./project-copy.ts";

let copy: ProjectCopy;
beforeAll(async () => {
  copy = copyProject();
  await buildIn(copy);
}, 60_000);
afterAll(() => copy.remove());

const LINE = /^(listening on|secret:|signature:|body:|told ada:) (.+)$/;

test("npm run example -- leaks ends a token that GitHub reports, once, and tells its owner", async () => {
  const main = join(copy.folder, "examples/leaks/main.ts");
  const child = spawn(process.execPath, [main], {
    cwd: copy.folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = new Map<string, string>();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async (last: string): Promise<void> => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      const [, name = "", value = ""] = LINE.exec(next.value) ?? [];
      said.set(name, value);
      if (name === last) return;
    }
  };
  await hear("body:");
  const origin = said.get("listening on");
  const use = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${said.get("secret:")}` };
    return (await fetch(`${origin}/orders`, { headers })).status;
  };
  const report = async (signature = ""): Promise<number> => {
    const headers = {
      "Github-Public-Key-Identifier": "example",
      "Github-Public-Key-Signature": signature,
    };
    const body = said.get("body:") ?? "";
    return (await fetch(`${origin}/leaks`, { method: "POST", body, headers })).status;
  };
  expect([await use(), await report("MAYCAQECAQE="), await use()]).toEqual([200, 403, 200]);
  const signature = said.get("signature:");
  expect([await report(signature), await use(), await report(signature)]).toEqual([200, 401, 409]);
  await hear("told ada:");
  expect(said.get("told ada:")).toContain("GitHub (commit)");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
}, 60_000);
