import { describe, expect, test } from "vitest";
import { recordLines, tableLines } from "../../src/cli/table.ts";

const COLUMNS = [
  { title: "ID", text: ({ id }: { id: string }) => id, isWhole: true },
  { title: "NAME", text: ({ name }: { name: string }) => name },
];
const ROWS = [
  { id: "0123456789", name: "a name that is long" },
  { id: "1", name: "short" },
];

describe("a table", () => {
  test("has columns as wide as what is in them", () => {
    expect(tableLines(COLUMNS, ROWS, Number.POSITIVE_INFINITY)).toEqual([
      "ID          NAME",
      "0123456789  a name that is long",
      "1           short",
    ]);
  });

  test("is shortened to a terminal, but for what is to be copied", () => {
    expect(tableLines(COLUMNS, ROWS, 22)).toEqual([
      "ID          NAME",
      "0123456789  a name th…",
      "1           short",
    ]);
    expect(tableLines(COLUMNS, ROWS, 18)[1]).toBe("0123456789  a nam…");
  });

  test("is a record for each row where it cannot be shortened that far", () => {
    expect(tableLines(COLUMNS, ROWS, 17)).toEqual([
      "id    0123456789",
      "name  a name that is long",
      "",
      "id    1",
      "name  short",
    ]);
  });

  test("counts a character as one, whatever its code units", () => {
    const rows = [{ id: "🔑🔑", name: "x" }];
    expect(tableLines(COLUMNS, rows, 80)[1]).toBe("🔑🔑  x");
  });

  test("obeys no control character", () => {
    const rows = [{ id: "1", name: "a\u001b[2J\nb\u202e" }];
    expect(tableLines(COLUMNS, rows, 80)[1]).toBe("1   a\ufffd[2J\ufffdb\ufffd");
    expect(recordLines([["name", "a\rb"]])).toEqual(["name  a\ufffdb"]);
  });
});
