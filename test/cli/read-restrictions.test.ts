import { describe, expect, test } from "vitest";
import { readAccess, readBudgets } from "../../src/cli/read-restrictions.ts";

describe("--access", () => {
  test.each([
    [[], undefined],
    [["read"], "read"],
    [["orders=read"], { orders: "read" }],
    [["orders=none", "invoices=GET, POST"], { orders: "none", invoices: ["GET", "POST"] }],
    [["__proto__=full"], JSON.parse('{"__proto__":"full"}')],
  ])("%j is read", (texts, access) => {
    expect(readAccess(texts)).toEqual(access);
  });

  test.each([
    [["orders"], "--access must be read, full or none, or as in orders=read."],
    [["raed"], "--access must be read, full or none, or as in orders=read."],
    [["GET,POST"], "--access must be read, full or none, or as in orders=read."],
    [["orders=read", "read"], "--access must be as in orders=read."],
    [["orders="], "--access must be as in orders=read."],
    [["orders=read", "invoices=full", "orders=full"], "--access names orders twice."],
  ])("%j is refused: a token that can do nothing helps nobody", (texts, message) => {
    expect(() => readAccess(texts)).toThrow(message);
  });
});

describe("--budget", () => {
  test("is read by API, and one API is not named twice", () => {
    expect(readBudgets(["orders=25", "invoices=5"])).toEqual({ orders: 25, invoices: 5 });
    expect(() => readBudgets(["orders=25", "orders=50"])).toThrow("--budget names orders twice.");
    expect(() => readBudgets(["orders=many"])).toThrow("--budget must be as in orders=25.");
  });
});
