import { describe, expect, test } from "vitest";
import {
  type ActorDecision,
  type ActorQuestion,
  type Deed,
  decideAccountActor,
  decideActor,
  decideReceiver,
  hasApiAccess,
} from "../../src/access/actor.ts";
import type { Owner } from "../../src/model.ts";

const deeds: readonly Deed[] = ["issue", "replace", "update", "revoke", "read"];
const making: readonly Deed[] = ["issue", "replace"];
const changing: readonly Deed[] = ["issue", "replace", "update"];

const plain: Owner = { id: "ada", account: "acme", active: true };
const manager: Owner = { ...plain, id: "max", managesTokens: true };

type Refusal = Extract<ActorDecision, { allowed: false }>["code"];

/** One row of "who may do what": the same decision for all deeds, but for those named with a refusal. */
interface Row {
  readonly who: string;
  readonly actor: ActorQuestion["actor"];
  readonly owner?: string;
  readonly managersOnly?: boolean;
  readonly manages?: boolean;
  readonly refused?: { readonly deeds: readonly Deed[]; readonly code: Refusal };
}

const all = (code: Refusal): NonNullable<Row["refused"]> => ({ deeds, code });

const rows: readonly Row[] = [
  { who: "the host's own code", actor: "system", manages: true },
  {
    who: "the host's own code, managers' kind",
    actor: "system",
    managersOnly: true,
    manages: true,
  },
  { who: "an actor that the directory does not know", actor: undefined, refused: all("forbidden") },
  { who: "an owner", actor: plain },
  { who: "an owner with the option on", actor: { ...plain, apiAccess: true } },
  { who: "an inactive owner", actor: { ...plain, active: false }, refused: all("owner_inactive") },
  {
    who: "an owner with the option off",
    actor: { ...plain, apiAccess: false },
    refused: { deeds: making, code: "api_access_disabled" },
  },
  {
    who: "an owner, managers' kind",
    actor: plain,
    managersOnly: true,
    refused: { deeds: changing, code: "forbidden" },
  },
  {
    who: "an owner of the id in another account",
    actor: { ...plain, account: "other" },
    refused: all("not_found"),
  },
  {
    who: "an owner, on another's",
    actor: plain,
    owner: "bob",
    refused: all("forbidden"),
  },
  {
    who: "an inactive owner, on another's",
    actor: { ...plain, active: false },
    owner: "bob",
    refused: all("forbidden"),
  },
  { who: "a manager, on its own", actor: manager, owner: "max", manages: true },
  {
    who: "a manager, on its own, managers' kind",
    actor: manager,
    owner: "max",
    managersOnly: true,
    manages: true,
  },
  {
    who: "an inactive manager, on its own",
    actor: { ...manager, active: false },
    owner: "max",
    refused: all("owner_inactive"),
  },
  {
    who: "a manager with the option off, on its own",
    actor: { ...manager, apiAccess: false },
    owner: "max",
    manages: true,
    refused: { deeds: making, code: "api_access_disabled" },
  },
  { who: "a manager, on another's", actor: manager, manages: true },
  {
    who: "a manager, on another's, managers' kind",
    actor: manager,
    managersOnly: true,
    manages: true,
  },
  {
    who: "a manager with the option off, on another's",
    actor: { ...manager, apiAccess: false },
    manages: true,
  },
  {
    who: "an inactive manager, on another's",
    actor: { ...manager, active: false },
    refused: all("forbidden"),
  },
  {
    who: "a manager of another account",
    actor: { ...manager, account: "other" },
    refused: all("not_found"),
  },
  {
    who: "a manager of another account, on the same id",
    actor: { ...manager, account: "other" },
    owner: "max",
    refused: all("not_found"),
  },
];

/** A directory's row with what a database has for true and false: nothing but `true` opens anything. */
const hostile: readonly Row[] = ["true", 1, {}, null, undefined].flatMap((value): Row[] => {
  const actor = (facts: Owner, field: keyof Owner): Owner => ({ ...facts, [field]: value });
  return [
    {
      who: `an owner with active: ${JSON.stringify(value)}`,
      actor: actor(plain, "active"),
      refused: all("owner_inactive"),
    },
    {
      who: `a manager with active: ${JSON.stringify(value)}`,
      actor: actor(manager, "active"),
      refused: all("forbidden"),
    },
    {
      who: `managesTokens: ${JSON.stringify(value)}`,
      actor: actor(manager, "managesTokens"),
      refused: all("forbidden"),
    },
    {
      who: `an account: ${JSON.stringify(value)}`,
      actor: actor(manager, "account"),
      refused: all("not_found"),
    },
  ];
});

describe("decideActor: CORE-09 CORE-75 CRT-01 AP-1 who may do what", () => {
  describe.each([...rows, ...hostile])("$who", (row) => {
    const { actor, owner = "ada", managersOnly = false, manages = false, refused } = row;
    test.each(deeds)("%s", (deed) => {
      const expected: ActorDecision = refused?.deeds.includes(deed)
        ? { allowed: false, code: refused.code }
        : { allowed: true, manages };
      const question: ActorQuestion = { deed, actor, owner, account: "acme", managersOnly };
      expect(decideActor(question)).toStrictEqual(expected);
    });
  });
});

describe("decideAccountActor: zones and the whole audit trail", () => {
  test.each<[string, Owner | "system" | undefined, boolean]>([
    ["the host's own code", "system", true],
    ["a manager", manager, true],
    ["a manager with the option off", { ...manager, apiAccess: false }, true],
    ["an unknown actor", undefined, false],
    ["an owner", plain, false],
    ["an inactive manager", { ...manager, active: false }, false],
    ["a manager of another account", { ...manager, account: "other" }, false],
    ["active: 1", { ...manager, active: 1 } as never, false],
    ["managesTokens: 1", { ...manager, managesTokens: 1 } as never, false],
  ])("%s", (_, actor, allowed) => {
    expect(decideAccountActor(actor, "acme")).toBe(allowed);
  });
});

describe("decideReceiver: OWN-12 who can be given a secret", () => {
  test.each<[string, Owner | undefined, ReturnType<typeof decideReceiver>]>([
    ["an active owner", plain, "ok"],
    ["an active owner with the option on", { ...plain, apiAccess: true }, "ok"],
    ["nobody", undefined, "not_found"],
    ["an inactive owner", { ...plain, active: false }, "owner_inactive"],
    [
      "an inactive owner with the option off",
      { ...plain, active: false, apiAccess: false },
      "owner_inactive",
    ],
    ["an owner with the option off", { ...plain, apiAccess: false }, "api_access_disabled"],
    ["active: 1", { ...plain, active: 1 } as never, "owner_inactive"],
    ["apiAccess: 0", { ...plain, apiAccess: 0 } as never, "api_access_disabled"],
    ["apiAccess: null", { ...plain, apiAccess: null } as never, "api_access_disabled"],
  ])("%s", (_, owner, state) => {
    expect(decideReceiver(owner)).toBe(state);
  });
});

test.each([
  [true, true],
  [undefined, true],
  [false, false],
  [0, false],
  [1, false],
  ["true", false],
  [null, false],
])("OWN-12 apiAccess: %j is %s", (apiAccess, on) => {
  expect(hasApiAccess({ apiAccess } as Pick<Owner, "apiAccess">)).toBe(on);
});
