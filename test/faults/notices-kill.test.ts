import { describe } from "vitest";
import { sqliteFile } from "../fixtures/sqlite-file.ts";
import { killCase } from "./notices/kill-case.ts";

describe("a SQLite file", () => {
  killCase("SQLite", async () => {
    const file = sqliteFile();
    return { place: file.path, [Symbol.asyncDispose]: async () => file[Symbol.dispose]() };
  });
});
