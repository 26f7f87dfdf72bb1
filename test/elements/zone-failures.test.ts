import { expect, test } from "vitest";
import { SaidError } from "../../src/elements/said-error.ts";
import { type ZoneDeed, zoneFailure } from "../../src/elements/zone-failures.ts";
import { ManagementError } from "../../src/manage/client/index.ts";

const failure = (code: string) => new ManagementError({ code, status: 409, title: code });
const textOf = (code: string, deed: ZoneDeed) => {
  const said = zoneFailure(failure(code), deed);
  return said instanceof SaidError ? said.text : undefined;
};

test("a zone that a token refers to has its next step, by what was to be done", () => {
  expect(textOf("zone_in_use", "remove")).toBe("zone_refers_remove");
  expect(textOf("zone_in_use", "block")).toBe("zone_refers_block");
});

test("a limit is that of zones", () => {
  expect(textOf("limit_reached", "save")).toBe("zone_limit");
});

test("all other failures stay what they are", () => {
  const forbidden = failure("forbidden");
  expect(zoneFailure(forbidden, "save")).toBe(forbidden);
  const strange = new Error("zone_in_use");
  expect(zoneFailure(strange, "save")).toBe(strange);
});
