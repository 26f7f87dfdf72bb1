import { expect, test } from "vitest";
import { zoneFailure } from "../../src/elements/zone-failures.ts";
import { ManagementError } from "../../src/manage/client/index.ts";

const failure = (code: string) => new ManagementError({ code, status: 409, title: code });

test("a zone that a token refers to has its next step, by what was to be done", () => {
  expect(zoneFailure(failure("zone_in_use"), "remove")).toBe("zone_refers_remove");
  expect(zoneFailure(failure("zone_in_use"), "block")).toBe("zone_refers_block");
});

test("a limit is that of zones", () => {
  expect(zoneFailure(failure("limit_reached"), "save")).toBe("zone_limit");
});

test("of all other failures it says nothing", () => {
  expect(zoneFailure(failure("forbidden"), "save")).toBeUndefined();
  expect(zoneFailure(new Error("zone_in_use"), "save")).toBeUndefined();
});
