import { describe, expect, it } from "vitest";
import {
  added,
  countOf,
  extended,
  NO_TOKENS,
  refreshed,
  removed,
  replaced,
  type TokenList,
  tokenOf,
} from "../../src/elements/token-list.ts";
import type { WireToken } from "../../src/manage/client/index.ts";

const token = (id: string, name = id): WireToken => ({
  id,
  name,
  kind: "service",
  owner: "uma",
  account: "acme",
  slot: null,
  hint: "",
  access: null,
  network: null,
  budgets: {},
  createdAt: "2026-11-30T12:00:00.000Z",
  createdBy: "uma",
  updatedAt: "2026-11-30T12:00:00.000Z",
  version: 1,
  expiresAt: null,
  lastUsedAt: null,
});
const page = (ids: string, cursor?: string) => ({
  tokens: [...ids].map((id) => token(id)),
  ...(cursor === undefined ? {} : { cursor }),
});
const ids = (list: TokenList): string[] =>
  list.parts.map(({ tokens }) => tokens.map(({ id }) => id).join(""));

const two = extended(extended(NO_TOKENS, page("abc", "c")), page("def", "f"));

describe("a list that is fetched part by part", () => {
  it("keeps where each part begins and where it goes on", () => {
    expect(ids(two)).toEqual(["abc", "def"]);
    expect(two.parts.map(({ cursor }) => cursor)).toEqual([undefined, "c"]);
    expect(two.next).toBe("f");
    expect(extended(two, page("g")).next).toBeUndefined();
  });

  it("shows no token twice when others ended before it", () => {
    expect(ids(refreshed(two, 0, page("acd", "d")))).toEqual(["ac", "def"]);
  });

  it("goes on after its last part as that is now", () => {
    const fresh = refreshed(two, 1, page("efg", "g"));
    expect(ids(fresh)).toEqual(["abc", "efg"]);
    expect(fresh.next).toBe("g");
    expect(refreshed(two, 0, page("ab")).next).toBe("f");
  });

  it("does not change by a part that is no longer there", () => {
    expect(refreshed(two, 2, page("x"))).toBe(two);
  });

  it("replaces and removes a token where it is", () => {
    expect(tokenOf(replaced(two, token("d", "other")), "d")?.name).toBe("other");
    expect(ids(removed(two, "d"))).toEqual(["abc", "ef"]);
    expect(countOf(removed(two, "d"))).toBe(5);
    expect(tokenOf(two, "z")).toBeUndefined();
  });

  it("has a new token ahead of its place until that is there", () => {
    const ahead = (list: TokenList) => list.ahead.map(({ id }) => id).join("");
    const more = added(added(two, token("y")), token("z"));
    expect([ids(more), ahead(more)]).toEqual([["abc", "def"], "yz"]);
    expect(tokenOf(more, "z")?.name).toBe("z");
    expect(ahead(added(more, token("z", "other")))).toBe("yz");
    expect(tokenOf(replaced(more, token("z", "other")), "z")?.name).toBe("other");
    expect(ahead(removed(more, "y"))).toBe("z");
    expect(ahead(extended(more, page("gy", "y")))).toBe("z");
    expect(ahead(refreshed(more, 1, page("defyz")))).toBe("");
  });

  it("has a new token at its end once all of it is there", () => {
    const whole = extended(two, page("g"));
    expect(ids(added(added(whole, token("z")), token("z")))).toEqual(["abc", "def", "gz"]);
    expect(ids(added(NO_TOKENS, token("z")))).toEqual(["z"]);
  });
});
