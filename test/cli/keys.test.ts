import { describe, expect, test } from "vitest";
import { type GeneratedKeys, suppliedKeys } from "../../src/oauth/index.ts";
import { commandLine } from "./support/command-line.ts";

const NO_CONFIG = { tokens: () => Promise.reject(new Error("no tokenry is needed")) };

describe("keys generate", () => {
  test.each(["encryption", "pepper"])("%s: 32 random bytes alone on the output", async (what) => {
    const line = commandLine(NO_CONFIG);
    const first = await line.run(["keys", "generate", what]);
    const second = await line.run(["keys", "generate", what]);
    expect(Buffer.from(first.out.trim(), "base64url")).toHaveLength(32);
    expect(first.out).not.toBe(second.out);
    expect(first.err).toContain('id: "2026-11-22"');
    expect(first.err).not.toContain(first.out.trim());
    const json = await line.run(["keys", "generate", what, "--json"]);
    expect(json.json()).toMatchObject({ id: "2026-11-22", key: expect.any(String) as string });
  });

  test("signing: what suppliedKeys takes", async () => {
    const args = ["keys", "generate", "signing", "--algorithm", "ES256"];
    const outcome = await commandLine(NO_CONFIG).run(args);
    // A cast, as it is JSON: suppliedKeys checks it.
    const keys = suppliedKeys(outcome.json() as GeneratedKeys);
    expect(await keys.current()).toMatchObject({ algorithm: "ES256" });
    expect(outcome.err).toContain("private keys");
  });

  test.each([
    [["nothing"]],
    [[]],
    [["pepper", "--algorithm", "ES256"]],
    [["signing", "--algorithm", "HS256"]],
  ])("%j is wrong use", async (args) => {
    const { exitCode, out } = await commandLine(NO_CONFIG).run(["keys", "generate", ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  });
});
