import { describe, expect, test } from "vitest";
import { createRouter } from "../../src/manage/router.ts";

const find = createRouter("/base", [
  { method: "GET", path: "/tokens/{tokenId}" },
  { method: "DELETE", path: "/tokens/{tokenId}" },
  { method: "POST", path: "/owners/{owner}/rotations/{kind}" },
]);

describe("a path", () => {
  test("is found with its methods, HEAD with GET, and its parts", () => {
    const found = find("/base/tokens/a");
    expect([...(found?.byMethod.keys() ?? [])]).toEqual(["GET", "HEAD", "DELETE"]);
    expect(found?.params).toEqual({ tokenId: "a", owner: "", kind: "", name: "" });
    expect(find("/base/owners/ada/rotations/web")?.params).toMatchObject({
      ...{ owner: "ada", kind: "web" },
    });
  });

  test.each([
    ["a%2Fb", "a/b"],
    ["a%252Fb", "a%2Fb"],
    ["%C3%A9", "é"],
    ["a+b", "a+b"],
    ["%7BtokenId%7D", "{tokenId}"],
  ])("has parts that are decoded once: %s is %s", (part, id) => {
    expect(find(`/base/tokens/${part}`)?.params.tokenId).toBe(id);
  });

  test.each([
    "/base",
    "/base/",
    "/tokens/a",
    "/base/tokens/",
    "/base/tokens/%ff",
    "/base/tokens/a/",
  ])("is not there: %s", (path) => {
    expect(find(path)).toBeUndefined();
  });
});
