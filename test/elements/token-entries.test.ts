import { describe, expect, it } from "vitest";
import { changesOf, entriesOf, issueRequest } from "../../src/elements/token-entries.ts";
import type { WireKind, WireToken } from "../../src/manage/client/index.ts";

const kind: WireKind = {
  prefix: "acme_app",
  slots: "many",
  maxPerOwner: null,
  backupFor: null,
  expiry: {
    type: "choice",
    options: [{ months: 3 }, { months: 6 }, { months: 12 }],
    default: { months: 6 },
  },
  access: "granted",
  replacement: "regenerate",
  confirmRotation: false,
  confirmWithin: { hours: 1 },
  issuedBy: "manager",
  budgetPercent: 50,
  reminders: [],
};

const token: WireToken = {
  id: "t1",
  kind: "application",
  owner: "carol",
  account: "acme",
  name: "till",
  slot: null,
  hint: "acme_app_…abcd",
  access: { orders: "full", menu: "none" },
  network: { include: ["10.0.0.0/8"] },
  budgets: { orders: 20 },
  createdAt: "2026-11-30T12:00:00.000Z",
  createdBy: "adam",
  updatedAt: "2026-11-30T12:00:00.000Z",
  version: 1,
  expiresAt: "2027-05-30T12:00:00.000Z",
  lastUsedAt: null,
};

describe("a new token's form", () => {
  it("begins with the default expiration, no access and no restriction", () => {
    const entries = entriesOf(kind, undefined);
    expect(entries).toEqual({
      name: "",
      access: {},
      network: null,
      budgets: {},
      expiresIn: { months: 6 },
    });
  });

  it("asks for what was entered, and leaves out what was not", () => {
    const entries = { ...entriesOf(kind, undefined), name: " till ", network: { include: [] } };
    expect(issueRequest("application", kind, entries)).toEqual({
      kind: "application",
      name: "till",
      access: {},
      expiresIn: { months: 6 },
    });
  });

  it("sends no levels where the kind follows its owner", () => {
    const follows: WireKind = { ...kind, access: "owner", expiry: { type: "never" } };
    const entries = { ...entriesOf(follows, undefined), name: "build", budgets: { orders: 10 } };
    expect(issueRequest("service", follows, entries)).toEqual({
      kind: "service",
      name: "build",
      budgets: { orders: 10 },
    });
  });
});

describe("the form of a token that is there", () => {
  const before = entriesOf(kind, token);

  it("changes nothing when nothing was touched, its expiration least of all", () => {
    expect(changesOf(before, { ...before })).toEqual({});
    expect(before.expiresIn).toBeUndefined();
  });

  it.each([
    ["the name", { name: "till 2 " }, { name: "till 2" }],
    ["the levels", { access: { orders: "read" } }, { access: { orders: "read" } }],
    ["the networks", { network: null }, { network: null }],
    ["the percentages", { budgets: {} }, { budgets: {} }],
    ["the expiration", { expiresIn: { months: 6 } }, { expiresIn: { months: 6 } }],
  ] as const)("sends only what was changed: %s", (_, entered, sent) => {
    expect(changesOf(before, { ...before, ...entered })).toEqual(sent);
  });

  it("takes an API without a level and one with none as the same", () => {
    expect(changesOf(before, { ...before, access: { orders: "full" } })).toEqual({});
    expect(changesOf(before, { ...before, access: { menu: "none", orders: "full" } })).toEqual({});
  });

  it("takes a rule without entries as none", () => {
    const open = { ...before, network: null };
    expect(changesOf(open, { ...open, network: { include: [], exclude: [] } })).toEqual({});
    expect(changesOf(before, { ...before, network: {} })).toEqual({ network: null });
  });

  it("sends the order of a list as it was entered", () => {
    const methods = { ...before, access: { orders: ["GET", "POST"] } };
    const access = { orders: ["POST"] };
    expect(changesOf(methods, { ...methods, access })).toEqual({ access });
  });
});
