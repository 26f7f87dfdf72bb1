import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const PAGE = "docs/requirements.md";
const ID =
  /\b(?:(?:OWN|OKT|CRT|EDG|IND|RLH|SUN|IP|AP|NIST|CORE|DEC|TV|T|R\d{4})-\d+|ASVS \d+(?:\.\d+){2})\b/g;

function idsIn(text: string): string[] {
  return text.match(ID) ?? [];
}

/** The ids in the texts of a test file: its names and the tables that fill them, not its comments. */
function idsCitedBy(path: string): Set<string> {
  const cited = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node);
    for (const id of isText ? idsIn(node.text) : []) cited.add(id);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest));
  return cited;
}

function testFiles(folder = "test"): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const lines = readFileSync(PAGE, "utf8").split("\n");

/** The rows whose last cell names tests. */
const rows = lines.flatMap((line) => {
  const [ids = "", held = "", tests = ""] = line.split(" | ");
  const files = [...tests.matchAll(/\]\((.+?)\)/g)].map(([, link = ""]) =>
    normalize(join("docs", link)),
  );
  return files.length > 0 ? [{ ids: idsIn(ids), held, files }] : [];
});
const held = new Set(rows.flatMap(({ ids }) => ids));

/** The ids of "Not yet", written shorter there: `OKT-01, 02, 49 to 57 · R8414`. */
const notYet = lines
  .slice(lines.indexOf("## Not yet"), lines.indexOf("## Read and not followed"))
  .flatMap((line) => line.split(" | ")[1]?.split(" · ") ?? [])
  .flatMap((group) => {
    const { prefix = "", numbers = "" } =
      /(?<prefix>[A-Z]+(?:\d{4})?[- ]?)(?<numbers>.*)/.exec(group)?.groups ?? {};
    return numbers
      .replace(/ \|$/, "")
      .split(", ")
      .map((span) => ({ prefix, span }));
  });

function isNotYet(id: string): boolean {
  return notYet.some(({ prefix, span }) => {
    if (!id.startsWith(prefix)) return false;
    const [first = "", last = first] = span.split(" to ");
    const number = id.slice(prefix.length);
    if (first === "" || number.startsWith(`${first}.`)) return true;
    const [from, value, to] = [first, number, last].map((text) => Number(text.split(".").at(-1)));
    const isSameSection = number.replace(/\d+$/, "") === first.replace(/\d+$/, "");
    return isSameSection && Number(from) <= Number(value) && Number(value) <= Number(to);
  });
}

describe(PAGE, () => {
  test("has rows", () => {
    expect(rows.length).toBeGreaterThan(90);
    for (const { ids, held: sentence } of rows) {
      expect(ids.length, sentence).toBeGreaterThan(0);
      expect(sentence).toMatch(/^[A-Z0-9`"].*\.$/);
    }
  });

  test.each(rows)("$ids: its tests cite them", ({ ids, files }) => {
    for (const file of files) expect(existsSync(file), file).toBe(true);
    const cited = files.map(idsCitedBy);
    for (const id of ids) expect(cited.some((own) => own.has(id)) ? "" : id).toBe("");
    for (const [index, own] of cited.entries())
      expect(ids.some((id) => own.has(id)) ? "" : files[index]).toBe("");
  });

  test.each(testFiles())("%s cites nothing that has no row", (file) => {
    expect([...idsCitedBy(file)].filter((id) => !held.has(id))).toEqual([]);
  });

  test("what is not yet held is not said to be held", () => {
    expect(notYet.length).toBeGreaterThan(50);
    expect([...held].filter(isNotYet)).toEqual([]);
  });
});
