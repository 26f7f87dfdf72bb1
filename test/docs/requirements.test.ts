import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const OAUTH = "docs/oauth.md";
/** The pages, each with fewer rows than it has, so that one which is not read is noticed. */
const PAGES = [
  { path: "docs/requirements.md", fewer: 90 },
  { path: OAUTH, fewer: 75 },
] as const;
/** How many requirements of an RFC there are, of those that have all their rows on the page of OAuth. */
const RFCS: readonly (readonly [series: string, count: number])[] = [
  ...([
    ["R6750", 12],
    ["R7519", 4],
    ["R9068", 5],
    ["R7662", 8],
    ["R7009", 7],
    ["R8693", 7],
  ] as const),
  ...([
    ["R8414", 2],
    ["R9728", 4],
    ["R9449", 7],
    ["R8705", 3],
    ["R9457", 6],
  ] as const),
];
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

interface Row {
  readonly name: string;
  readonly ids: readonly string[];
  readonly held: string;
  readonly files: readonly string[];
}

/** The rows whose last cell names tests. */
function rowsOf(page: string): Row[] {
  return page.split("\n").flatMap((line) => {
    const [ids = "", held = "", tests = ""] = line.split(" | ");
    const files = [...tests.matchAll(/\]\((.+?)\)/g)].map(([, link = ""]) =>
      normalize(join("docs", link)),
    );
    return files.length > 0 ? [{ name: ids.replace("| ", ""), ids: idsIn(ids), held, files }] : [];
  });
}

/** The ids that a page says are not held, with its ranges (`OKT-49 to 57`) written out. */
function notHeldOf(page: string): string[] {
  const at = page.search(/^##+ Not (yet|held here)$/m);
  if (at < 0) throw new Error("the page does not say what is not held");
  return [...page.slice(at).matchAll(SPAN)].flatMap(([, prefix = "", first = "", last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) =>
      prefix.concat(`${Number(first) + index}`.padStart(first.length, "0")),
    ),
  );
}

const pages = PAGES.map(({ path, fewer }) => {
  const text = readFileSync(path, "utf8");
  return { path, fewer, rows: rowsOf(text), notHeld: notHeldOf(text) };
});
const held = new Set(pages.flatMap(({ rows }) => rows.flatMap(({ ids }) => ids)));
const notHeld = new Set(pages.flatMap((page) => page.notHeld));

describe.each(pages)("$path", ({ rows, fewer }) => {
  test("has rows", () => {
    expect(rows.length).toBeGreaterThan(fewer);
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
});

describe("both pages", () => {
  test.each(testFiles)("%s cites nothing that has no row", (file) => {
    expect([...idsCitedBy(file)].filter((id) => !held.has(id))).toEqual([]);
  });

  test("what is not held yet has no row", () => {
    expect(notHeld.size).toBeGreaterThan(80);
    expect([...held].filter((id) => notHeld.has(id))).toEqual([]);
  });

  test.each(RFCS)("the page of OAuth has a row or a reason for each id of %s", (series, count) => {
    const oauth = pages.find(({ path }) => path === OAUTH);
    const told = new Set([
      ...(oauth?.rows.flatMap(({ ids }) => ids) ?? []),
      ...(oauth?.notHeld ?? []),
    ]);
    const ids = Array.from(
      { length: count },
      (_, index) => `${series}-${`${index + 1}`.padStart(2, "0")}`,
    );
    expect(ids.filter((id) => !told.has(id))).toEqual([]);
  });
});
