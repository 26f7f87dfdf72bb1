// The real program, as a process of its own over a file of SQLite.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Token } from "../../src/index.ts";
import { HAS_SCRIPT, makeProject } from "./support/project.ts";

// Some start the program several times, on machines that may have other work.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const project = makeProject();

beforeAll(async () => {
  const { code, err } = await project.tokenry(["migrate"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});
afterAll(() => project.remove());

async function issue(name: string, kind = "service"): Promise<{ secret: string; token: Token }> {
  const { out } = await project.tokenry(["issue", kind, "ada", "--name", name, "--json"]);
  // A cast, as it is JSON.
  return JSON.parse(out) as { secret: string; token: Token };
}

async function isThere({ id }: Token): Promise<boolean> {
  return (await project.tokenry(["show", id])).code === 0;
}

describe("the program", () => {
  test("issues a secret into a file or another program, where check knows it", async () => {
    const { code, out, err } = await project.shell(
      "tokenry issue service ada --name piped > secret.txt && tokenry check < secret.txt",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^A well-formed secret of kind service\./);
    expect(err).toContain('service token "piped" of ada');
  });

  test("keeps what it does in the database of the configuration", async () => {
    const { secret, token } = await issue("kept");
    const list = await project.tokenry(["list", "ada"]);
    expect(list.out).toContain(token.id);
    expect(list.out + list.err).not.toContain(secret);
    const revoked = await project.tokenry(["revoke", token.id, "--yes"]);
    expect(revoked.code).toBe(0);
    expect(await isThere(token)).toBe(false);
  });

  test("ends quietly when nobody reads its output any more", async () => {
    const { out, err } = await project.shell("tokenry events acme --export | head -1");
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(err).not.toMatch(/EPIPE|tokenry:/);
  });

  test("does not lose a token whose secret nobody read", async () => {
    const line = "{ tokenry issue service ada --name unread; echo $? >&2; } | true";
    const { err } = await project.shell(line);
    expect(err).toMatch(/its secret could not be written[\s\S]*tokenry revoke \S+ --yes\n1\n$/);
  });

  test("tells of a database that is gone by 3, and of its reason", async () => {
    const { code, out, err } = await project.shell(
      "TOKENS_FILE=/nowhere/at/all.sqlite tokenry list ada --verbose",
    );
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(/^tokenry: unavailable[\s\S]*cannot be opened/);
  });

  test("tells of tables that are not there", async () => {
    const { code, err } = await project.shell("TOKENS_FILE=empty.sqlite tokenry list ada");
    expect(code).toBe(3);
    expect(err).toContain("next: tokenry migrate");
  });

  test("closes and exits with 130 when it is interrupted", async () => {
    const { code, out, err } = await project.interrupted(["list", "nobody"]);
    expect({ code, out, err }).toEqual({ code: 130, out: "", err: "asked\nclosed\n" });
  });

  test("issues a token whose note cannot be written", async () => {
    const { code, out } = await project.shell("tokenry issue service ada --name full 2>/dev/full");
    expect(code).toBe(0);
    expect(out).toMatch(/^acme_svc_/);
  });

  test.each(["throw error", "Promise.reject(error)"])(
    "tells of what nobody catches without passwords, and closes: %s",
    async (thrown) => {
      writeFileSync(
        join(project.folder, "crash.mjs"),
        `const error = new Error("redis://app:hunter2@cache/0 is gone");
        export default {
          tokens: () => new Promise(() => setTimeout(() => { ${thrown}; }, 10)),
          close: () => process.stderr.write("closed\\n"),
        };`,
      );
      const { code, out, err } = await project.tokenry(["list", "ada", "--config", "crash.mjs"]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^tokenry: redis:\/\/…@cache\/0 is gone\n[\s\S]*closed\n$/);
      expect(err).not.toMatch(/hunter2|^ +at /m);
    },
  );

  test("prints the SQL of the tables without a configuration", async () => {
    const { code, out } = await project.shell("cd / && tokenry schema sqlite");
    expect(code).toBe(0);
    expect(out).toContain('create table "tokenry_tokens"');
  });
});

describe("the configuration", () => {
  test("is looked for in the working folder", async () => {
    const { code, err } = await project.shell("cd / && tokenry list ada");
    expect(code).toBe(1);
    expect(err).toMatch(
      /There is no tokenry\.config\.ts.* in \/\.\n {2}next: .*--config.*\n {8}import .*\n {8}export default defineConfig/,
    );
  });

  test("may be named", async () => {
    const path = join(project.folder, "tokenry.config.ts");
    const { code } = await project.shell(
      `cd / && TOKENS_FILE='${project.folder}/tokens.sqlite' tokenry list ada --config '${path}'`,
    );
    expect(code).toBe(0);
  });

  test.each([
    ["missing.mjs", undefined, "There is no file"],
    ["empty.mjs", "export const config = {};", "has no default export"],
    ["broken.ts", "export default {", "cannot be loaded"],
    ["broken.ts", "export default {", "next: --verbose shows where it fails."],
    ["broken.mjs", "export default {", "broken.mjs shows where."],
    ["json.mjs", 'export default JSON.parse("{");', "next: --verbose shows where it fails."],
    ["enum.ts", "enum A { B } export default { tokens: A };", "no enum, no namespace"],
    ["lost.mjs", 'import "./not-there.mjs"; export default {};', "Install what it imports"],
    ["throws.mjs", 'throw new Error("no DATABASE_URL");', "because: no DATABASE_URL"],
    ["mistyped.mjs", "export default { tokens: () => {}, databse: {} };", "databse"],
    ["wrong.mjs", "export default { tokens: 7 };", "/wrong.mjs.\n"],
  ])("%s is told of", async (name, text, message) => {
    if (text !== undefined) writeFileSync(join(project.folder, name), text);
    const { code, err } = await project.tokenry(["list", "ada", "--config", name]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  });
});

test.each([
  "import { defineConfig } from 'tokenry/cli'; export default defineConfig({});",
  "export default {};",
])("in a package that npm init has made it is told how to be of modules: %s", async (text) => {
  const folder = join(project.folder, "commonjs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
  writeFileSync(join(folder, "tokenry.config.ts"), text);
  const { err } = await project.tokenry(["list", "ada", "--config", "commonjs/tokenry.config.ts"]);
  expect(err).toContain("Name it tokenry.config.mts");
});

test("a server that is out of reach while the configuration is loaded is told by 3", async () => {
  writeFileSync(
    join(project.folder, "away.mjs"),
    `import { connect } from "node:net";
    await new Promise((_, reject) => connect(1, "127.0.0.1").on("error", reject));
    export default {};`,
  );
  const { code, err } = await project.tokenry(["list", "ada", "--config", "away.mjs"]);
  expect(code).toBe(3);
  expect(err).toMatch(/cannot be loaded[\s\S]*ECONNREFUSED[\s\S]*next: Start it/);
});

describe.runIf(HAS_SCRIPT)("at a terminal", () => {
  test("asks before it revokes, and does it for a yes only", async () => {
    const { token } = await issue("asked");
    const no = await project.atTerminal(["revoke", token.id], "n\n");
    expect(no.code).toBe(4);
    expect(no.out).toContain('End service token "asked" of ada');
    expect(await isThere(token)).toBe(true);
    const yes = await project.atTerminal(["revoke", token.id], "y\n");
    expect(yes.code).toBe(0);
    expect(await isThere(token)).toBe(false);
  });

  test("shows nothing of a secret that is pasted", async () => {
    const { secret } = await issue("pasted");
    const { code, out } = await project.atTerminal(["check"], `${secret}\r`);
    expect(code).toBe(0);
    expect(out).toContain("A well-formed secret of kind service");
    expect(out).not.toContain(secret.slice(10, 30));
  });

  test("shows a table where the terminal does not tell how wide it is", async () => {
    const { token } = await issue("listed");
    const { out } = await project.atTerminal(["list", "ada"], "");
    expect(out).toMatch(/^ID +KIND +NAME +SLOT +HINT +EXPIRES +LAST USED\r$/m);
    expect(out).toContain(token.hint);
  });

  test("is left by Ctrl-C at a question", async () => {
    const { token } = await issue("interrupted");
    const plain = await project.atTerminal(["revoke", token.id], "\u0003");
    expect(plain.code).toBe(130);
    expect(await isThere(token)).toBe(true);
    const hidden = await project.atTerminal(["check"], "\u0003");
    expect(hidden.code).toBe(130);
  });
});
