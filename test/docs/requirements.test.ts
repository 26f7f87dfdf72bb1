import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const PAGE = "docs/requirements.md";
const SERIES =
  "(?:(?:OWN|OKT|CRT|EDG|IND|RLH|SUN|IP|AP|NIST|CORE|DEC|TV|T|R\\d{4})-|ASVS \\d+\\.\\d+\\.)";
const ID = new RegExp(`\\b${SERIES}\\d+\\b`, "g");
const SPAN = new RegExp(`\\b(${SERIES})(\\d+)(?: to (\\d+))?`, "g");

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

const testFiles = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules"))
  .map((path) => join("test", path));

const page = readFileSync(PAGE, "utf8");

/** The rows whose last cell names tests. */
const rows = page.split("\n").flatMap((line) => {
  const [ids = "", held = "", tests = ""] = line.split(" | ");
  const files = [...tests.matchAll(/\]\((.+?)\)/g)].map(([, link = ""]) =>
    normalize(join("docs", link)),
  );
  return files.length > 0 ? [{ name: ids.replace("| ", ""), ids: idsIn(ids), held, files }] : [];
});
const held = new Set(rows.flatMap(({ ids }) => ids));

/** The ids that the page says are not held, with its ranges (`OKT-49 to 57`) written out. */
const notHeld = new Set(
  [...page.slice(page.indexOf("## Not yet")).matchAll(SPAN)].flatMap(
    ([, prefix = "", first = "", last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) =>
        prefix.concat(`${Number(first) + index}`.padStart(first.length, "0")),
      ),
  ),
);

describe(PAGE, () => {
  test("has rows", () => {
    expect(rows.length).toBeGreaterThan(90);
    for (const { ids, held: sentence } of rows) {
      expect(ids.length, sentence).toBeGreaterThan(0);
      expect(sentence).toMatch(/^[A-Z0-9`"].*\.$/);
    }
  });

  test.each(rows)("$name: its tests cite them", ({ ids, files }) => {
    for (const file of files) expect(existsSync(file), file).toBe(true);
    const cited = files.map(idsCitedBy);
    for (const id of ids) expect(cited.some((own) => own.has(id)) ? "" : id).toBe("");
    for (const [index, own] of cited.entries())
      expect(ids.some((id) => own.has(id)) ? "" : files[index]).toBe("");
  });

  test.each(testFiles)("%s cites nothing that has no row", (file) => {
    expect([...idsCitedBy(file)].filter((id) => !held.has(id))).toEqual([]);
  });

  test("what is not held yet has no row", () => {
    expect(notHeld.size).toBeGreaterThan(100);
    expect([...held].filter((id) => notHeld.has(id))).toEqual([]);
  });
});
