import { describe, expect, it } from "vitest";
import { decideActor, decideReceiver } from "../../src/access/actor.ts";
import { opensNothing, rightsOf, withoutDeeds } from "../../src/elements/token-rights.ts";
import type { Owner } from "../../src/index.ts";
import type { WireOwner } from "../../src/manage/client/index.ts";

const owner = (facts: Partial<WireOwner> & { readonly id: string }): WireOwner => ({
  account: "acme",
  active: true,
  apiAccess: true,
  methods: null,
  access: "full",
  managesTokens: false,
  ...facts,
});

const flags = [true, false];
const cases = flags.flatMap((active) =>
  flags.flatMap((apiAccess) =>
    flags.flatMap((managesTokens) =>
      flags.flatMap((own) =>
        (["owner", "manager"] as const).map((issuedBy) => ({
          active,
          apiAccess,
          managesTokens,
          own,
          issuedBy,
        })),
      ),
    ),
  ),
);

describe("what a screen offers", () => {
  it.each(cases)("is what the server would do: %o", ({ own, issuedBy, ...facts }) => {
    const uma = owner({ id: "uma", ...facts });
    const adam = owner({ id: "adam", managesTokens: facts.managesTokens });
    const actor = own ? uma : adam;
    const rights = rightsOf({ actor, owner: uma, kind: { issuedBy } });
    // What the directory leaves out, the wire tells as null.
    const known = ({ methods, ...others }: WireOwner): Owner =>
      methods === null ? others : { ...others, methods };
    const allows = (deed: "issue" | "replace" | "update" | "revoke"): boolean => {
      const question = { deed, actor: known(actor), owner: "uma", account: "acme" };
      const decision = decideActor({ ...question, managersOnly: issuedBy === "manager" });
      const gives = deed === "issue" || deed === "replace";
      return decision.allowed && (!gives || decideReceiver(known(uma)) === "ok");
    };
    expect(rights).toMatchObject({
      issue: allows("issue"),
      replace: allows("replace"),
      update: allows("update"),
      revoke: allows("revoke"),
    });
  });

  it("is said where it is less than all", () => {
    const uma = owner({ id: "uma" });
    const adam = owner({ id: "adam", managesTokens: true });
    const off = owner({ id: "uma", apiAccess: false });
    const reason = (actor: WireOwner, about: WireOwner, issuedBy: "owner" | "manager" = "owner") =>
      rightsOf({ actor, owner: about, kind: { issuedBy } }).reason;
    expect(reason(uma, uma)).toBeUndefined();
    expect(reason(uma, uma, "manager")).toBe("made_by_managers");
    expect(reason(off, off)).toBe("own_api_off");
    expect(reason(adam, off)).toBe("api_access_disabled");
    expect(reason(adam, owner({ id: "uma", active: false }))).toBe("owner_inactive");
    const gone = owner({ id: "uma", active: false });
    expect(reason(gone, gone)).toBe("own_inactive");
  });

  it("is nothing to who is signed out; why it was less before stays", () => {
    const uma = owner({ id: "uma" });
    const made = (issuedBy: "owner" | "manager") =>
      withoutDeeds(rightsOf({ actor: uma, owner: uma, kind: { issuedBy } }));
    const none = { issue: false, replace: false, update: false, revoke: false, revokeAll: false };
    expect(made("owner")).toEqual(none);
    expect(made("manager")).toEqual({ ...none, reason: "made_by_managers" });
  });

  it("opens nothing where no method is left, which is said where nothing else is", () => {
    const uma = owner({ id: "uma", methods: [] });
    expect(opensNothing(uma)).toBe(true);
    expect(opensNothing(owner({ id: "uma", methods: ["GET"] }))).toBe(false);
    expect(opensNothing(owner({ id: "uma" }))).toBe(false);
    expect(opensNothing({ ...uma, apiAccess: false })).toBe(false);
    expect(opensNothing({ ...uma, active: false })).toBe(false);
  });

  it("leaves the end of all tokens to those who manage tokens", () => {
    const uma = owner({ id: "uma" });
    const adam = owner({ id: "adam", managesTokens: true });
    const ends = (actor: WireOwner) =>
      rightsOf({ actor, owner: uma, kind: { issuedBy: "owner" } }).revokeAll;
    expect(ends(uma)).toBe(false);
    expect(ends(adam)).toBe(true);
  });
});
