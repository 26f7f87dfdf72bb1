import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIn, copyProject, type ProjectCopy } from "./project-copy.ts";

/** The console as a reader starts it, over what `npm run build` makes; the browser tests drive its screens. */
describe("examples/console", () => {
  let copy: ProjectCopy;
  let child: ChildProcess;
  let origin = "";
  beforeAll(async () => {
    copy = copyProject();
    await buildIn(copy);
    const main = join(copy.folder, "examples/console/main.ts");
    const started = spawn(process.execPath, [main], {
      cwd: copy.folder,
      env: { ...process.env, PORT: "0", TMPDIR: copy.temporary },
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = started;
    for await (const line of createInterface({ input: started.stdout })) {
      origin = /^listening on (\S+)$/.exec(line)?.[1] ?? "";
      if (origin !== "") break;
    }
  }, 60_000);
  afterAll(() => {
    child.kill("SIGKILL");
    copy.remove();
  });

  async function signIn(person: string): Promise<string> {
    const response = await fetch(`${origin}/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ person }),
      headers: { origin },
      redirect: "manual",
    });
    expect(response.status).toBe(303);
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }

  test("serves the screens, and lets nobody in without a session", async () => {
    const elements = await fetch(`${origin}/tokenry/elements.js`);
    expect(elements.headers.get("content-type")).toMatch(/javascript/);
    expect(await elements.text()).toContain("tokenry-owner-tokens");
    expect((await fetch(`${origin}/tokenry/context`)).status).toBe(401);
    const profile = await fetch(`${origin}/profile`, { headers: { cookie: await signIn("uma") } });
    expect(await profile.text()).toContain("<tokenry-tokens");
    expect(profile.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test("a token that is made in it opens its API until it is revoked", async () => {
    const headers = {
      cookie: await signIn("uma"),
      origin,
      "content-type": "application/json",
    };
    const issued = await fetch(`${origin}/tokenry/owners/uma/tokens`, {
      method: "POST",
      headers,
      body: JSON.stringify({ kind: "personal", name: "laptop" }),
    });
    expect(issued.status).toBe(201);
    // A cast, as the answer is that of the API, whose own tests hold it.
    const { secret, token } = (await issued.json()) as { secret: string; token: { id: string } };
    const call = async (): Promise<number> => {
      const authorization = `Bearer ${secret}`;
      return (await fetch(`${origin}/api/orders`, { headers: { authorization } })).status;
    };
    expect(await call()).toBe(200);
    const revoked = await fetch(`${origin}/tokenry/tokens/${token.id}`, {
      method: "DELETE",
      headers,
    });
    expect(revoked.status).toBe(204);
    expect(await call()).toBe(401);
  });

  test("ends when it is told to", async () => {
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
