import { describe, expect, test } from "vitest";
import { findChoice, resolveKind } from "../../src/lifecycle/kind.ts";
import type { TokenKind } from "../../src/model.ts";

const prefix = "acme_pat";
const path = "kinds.personal";

function resolved(kind: TokenKind): ReturnType<typeof resolveKind> {
  return resolveKind("personal", kind, path);
}

/** Resolves what the types forbid, as a caller without them may pass it. */
function resolvedFrom(kind: TokenKind, changes: Record<string, unknown>): unknown {
  return resolved({ ...kind, ...changes });
}

const single: TokenKind = {
  prefix,
  slots: "single",
  expiry: { type: "fixed", after: { days: 180 } },
  access: "owner",
  replacement: "revoke-first",
};
const many: TokenKind = { ...single, slots: "many" };
const pair: TokenKind = { ...single, slots: "pair", replacement: "rotate", confirmRotation: true };
const sliding: TokenKind["expiry"] = { type: "sliding", unusedFor: { days: 30 } };
const choice: TokenKind["expiry"] = {
  type: "choice",
  options: [{ months: 3 }, { months: 6 }],
  default: { months: 6 },
};

describe("resolveKind: defaults", () => {
  test("fills in everything that is left out", () => {
    expect(resolved(single)).toStrictEqual({
      name: "personal",
      prefix,
      formerPrefixes: [],
      allowance: { type: "single" },
      backupFor: undefined,
      expiry: { type: "fixed", after: { days: 180 } },
      access: "owner",
      replacement: "revoke-first",
      confirmRotation: false,
      confirmWithin: { hours: 1 },
      managersOnly: false,
      onLeak: "revoke",
      budgetPercent: 50,
      reminders: [{ days: 30 }, { days: 7 }, { days: 1 }],
    });
  });

  test("what is undefined is left out", () => {
    const names = [
      "formerPrefixes",
      "maxPerOwner",
      "backupFor",
      "confirmRotation",
      "confirmWithin",
    ];
    const absent = [...names, "issuedBy", "budgetPercent", "reminders"].map((name) => [
      name,
      undefined,
    ]);
    expect(resolvedFrom(single, Object.fromEntries(absent))).toStrictEqual(resolved(single));
  });

  test("keeps everything that is given", () => {
    const kind: TokenKind = {
      ...pair,
      formerPrefixes: ["acme", "old"],
      backupFor: { days: 14 },
      expiry: { type: "sliding", unusedFor: { days: 30 }, atMost: { years: 1 } },
      access: "granted",
      confirmWithin: { minutes: 10 },
      issuedBy: "manager",
      budgetPercent: 1,
      reminders: [{ weeks: 2 }],
      onLeak: "notify",
    };
    expect(resolved(kind)).toStrictEqual({
      name: "personal",
      prefix,
      formerPrefixes: ["acme", "old"],
      allowance: { type: "pair" },
      backupFor: { days: 14 },
      expiry: { type: "sliding", unusedFor: { days: 30 }, atMost: { years: 1 } },
      access: "granted",
      replacement: "rotate",
      confirmRotation: true,
      confirmWithin: { minutes: 10 },
      managersOnly: true,
      budgetPercent: 1,
      reminders: [{ weeks: 2 }],
      onLeak: "notify",
    });
  });

  test("CORE-33 many is without a limit unless there is one", () => {
    expect(resolved(many).allowance).toStrictEqual({ type: "unlimited" });
    for (const maxPerOwner of [1, 10_000])
      expect(resolved({ ...many, maxPerOwner }).allowance).toStrictEqual({
        type: "numbered",
        max: maxPerOwner,
      });
  });

  test.each<TokenKind["expiry"]>([
    { type: "never" },
    { type: "fixed", after: { months: 1 } },
    { type: "sliding", unusedFor: { days: 30 } },
    { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 30 } },
    { type: "choice", options: [{ years: 1 }], default: { months: 12 } },
  ])("takes the expiry %o", (expiry) => {
    expect(resolved({ ...single, expiry }).expiry).toStrictEqual(expiry);
  });

  test.each([{ minutes: 10 }, { seconds: 600 }, { hours: 24 }, { days: 1 }])(
    "a confirmation may take %o",
    (confirmWithin) => {
      expect(resolved({ ...pair, confirmWithin }).confirmWithin).toStrictEqual(confirmWithin);
    },
  );

  test.each(["ab", "a1", "acme_pat", "a_b_c", "a0_0b", `a${"1".repeat(31)}`])(
    "takes the prefix %s",
    (good) => {
      expect(resolved({ ...single, prefix: good }).prefix).toBe(good);
      const kind = { ...single, formerPrefixes: [good] };
      expect(resolved(kind).formerPrefixes).toStrictEqual([good]);
    },
  );
});

describe("resolveKind: a frozen copy", () => {
  const kinds: (() => TokenKind)[] = [
    () => ({ ...single, formerPrefixes: ["old"], reminders: [{ days: 3 }] }),
    () => ({ ...many, maxPerOwner: 2, expiry: { ...sliding, atMost: { years: 1 } } }),
    () => ({ ...single, access: "granted", expiry: structuredClone(choice) }),
    () => ({ ...pair, backupFor: { days: 14 }, confirmWithin: { hours: 2 } }),
  ];

  /** Overwrites everything in an object, the innermost first. */
  function spoil(value: object): void {
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "object" && inner !== null && !Object.isFrozen(inner)) spoil(inner);
      Reflect.set(value, key, "spoiled");
    }
  }

  function isFrozen(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return true;
    return Object.isFrozen(value) && Object.values(value).every(isFrozen);
  }

  test.each(kinds)("later changes of the caller's object have no effect: %#", (make) => {
    const own = structuredClone(make());
    const kind = resolved(own);
    spoil(own);
    expect(own.prefix).toBe("spoiled");
    expect(kind).toStrictEqual(resolved(make()));
  });

  test.each(kinds)("every object in it is frozen: %#", (make) => {
    expect(isFrozen(resolved(make()))).toBe(true);
  });
});

describe("resolveKind: a wrong option is named by its path", () => {
  const oneOf = (values: string): string => `must be one of ${values}`;
  const badPrefix =
    'must be 2 to 32 characters: small letters and digits in parts joined by "_", a letter first';
  const duration = "must be a duration such as { days: 30 }";
  const slots = oneOf('"single", "pair", "many"');
  const expiryTypes = oneOf('"fixed", "sliding", "choice", "never"');
  const replacements = oneOf('"revoke-first", "regenerate", "rotate"');

  test.each<[Record<string, unknown>, string, TokenKind?]>([
    [{ prefix: undefined }, ".prefix must be a string"],
    [{ prefix: 1 }, ".prefix must be a string"],
    [{ formerPrefixes: "acme" }, ".formerPrefixes must be an array"],
    [{ formerPrefixes: null }, ".formerPrefixes must be an array"],
    [{ formerPrefixes: ["ok", 1] }, ".formerPrefixes[1] must be a string"],
    [{ slots: undefined }, `.slots ${slots}`],
    [{ slots: 1 }, `.slots ${slots}`],
    [{ maxPerOwner: 5 }, '.maxPerOwner needs slots "many"'],
    [{ maxPerOwner: 5 }, '.maxPerOwner needs slots "many"', pair],
    [{ maxPerOwner: "5" }, ".maxPerOwner must be a number", many],
    [{ backupFor: { days: 1 } }, '.backupFor needs slots "pair"'],
    [{ backupFor: { days: 1 } }, '.backupFor needs slots "pair"', many],
    [{ backupFor: 14 }, `.backupFor ${duration}`, pair],
    [{ confirmRotation: true }, '.confirmRotation needs slots "pair"'],
    [{ confirmRotation: "yes" }, ".confirmRotation must be true or false", pair],
    [{ confirmWithin: 60 }, `.confirmWithin ${duration}`, pair],
    [{ replacement: "rotate" }, '.replacement "rotate" needs slots "pair"'],
    [{ replacement: "rotate" }, '.replacement "rotate" needs slots "pair"', many],
    [{ replacement: undefined }, `.replacement ${replacements}`],
    [{ access: undefined }, `.access ${oneOf('"owner", "granted"')}`],
    [{ issuedBy: true }, `.issuedBy ${oneOf('"owner", "manager"')}`],
    [{ budgetPercent: "50" }, ".budgetPercent must be a number"],
    [{ reminders: { days: 1 } }, ".reminders must be an array"],
    [{ reminders: [{ days: 1 }, 7] }, `.reminders[1] ${duration}`],
    [{ expiry: undefined }, ".expiry must be an object"],
    [{ expiry: "never" }, ".expiry must be an object"],
    [{ expiry: {} }, `.expiry.type ${expiryTypes}`],
    [{ expiry: { type: "fixed" } }, `.expiry.after ${duration}`],
    [{ expiry: { type: "sliding" } }, `.expiry.unusedFor ${duration}`],
    [{ expiry: { ...sliding, atMost: 90 } }, `.expiry.atMost ${duration}`],
    [{ expiry: { ...choice, options: "3" } }, ".expiry.options must be an array"],
    [{ expiry: { ...choice, options: [{ months: 6 }, 3] } }, `.expiry.options[1] ${duration}`],
    [{ expiry: { ...choice, default: undefined } }, `.expiry.default ${duration}`],
    [
      { budget: 50 },
      ': there is no "budget"; known are prefix, formerPrefixes, slots, maxPerOwner, backupFor, expiry, access, replacement, confirmRotation, confirmWithin, issuedBy, budgetPercent, reminders, onLeak',
    ],
  ])("%o by its type: %s", (changes, message, kind = single) => {
    const refused = (): unknown => resolvedFrom(kind, changes);
    expect(refused).toThrow(new TypeError(`${path}${message}`));
  });

  test.each<[Record<string, unknown>, string, TokenKind?]>([
    ...[
      "",
      "a",
      "Acme",
      "1a",
      "_a",
      "a_",
      "a__b",
      "a-b",
      "a b",
      "ä1",
      "ab\n",
      `a${"1".repeat(32)}`,
    ].map((bad): [Record<string, unknown>, string] => [{ prefix: bad }, `.prefix ${badPrefix}`]),
    [{ formerPrefixes: ["ok", "Not"] }, `.formerPrefixes[1] ${badPrefix}`],
    [{ slots: "two" }, `.slots ${slots}, not "two"`],
    [{ maxPerOwner: 0 }, ".maxPerOwner must be a whole number from 1 to 10000", many],
    [{ maxPerOwner: 10_001 }, ".maxPerOwner must be a whole number from 1 to 10000", many],
    [{ maxPerOwner: 1.5 }, ".maxPerOwner must be a whole number from 1 to 10000", many],
    [{ backupFor: {} }, ".backupFor must be longer than zero", pair],
    [{ confirmWithin: { seconds: 599 } }, ".confirmWithin must be 10 minutes to 24 hours", pair],
    [{ confirmWithin: { seconds: 86_401 } }, ".confirmWithin must be 10 minutes to 24 hours", pair],
    [{ confirmWithin: { months: 1 } }, ".confirmWithin must be 10 minutes to 24 hours", pair],
    [{ replacement: "renew" }, `.replacement ${replacements}, not "renew"`],
    [{ access: "all" }, `.access ${oneOf('"owner", "granted"')}, not "all"`],
    [{ issuedBy: "admin" }, `.issuedBy ${oneOf('"owner", "manager"')}, not "admin"`],
    [{ budgetPercent: 0 }, ".budgetPercent must be a whole number from 1 to 100"],
    [{ budgetPercent: 101 }, ".budgetPercent must be a whole number from 1 to 100"],
    [{ budgetPercent: 12.5 }, ".budgetPercent must be a whole number from 1 to 100"],
    [{ reminders: [{ days: 0 }] }, ".reminders[0] must be longer than zero"],
    [{ expiry: { type: "forever" } }, `.expiry.type ${expiryTypes}, not "forever"`],
    [{ expiry: { type: "fixed", after: {} } }, ".expiry.after must be longer than zero"],
    [
      { expiry: { ...sliding, atMost: { days: 29 } } },
      ".expiry.atMost must not be shorter than unusedFor",
    ],
    [
      { expiry: { ...choice, default: { months: 12 } } },
      ".expiry.default must be one of the options",
    ],
    [{ expiry: { ...choice, options: undefined } }, ".expiry.default must be one of the options"],
    [{ expiry: { ...choice, options: [] } }, ".expiry.default must be one of the options"],
  ])("%o by its value: %s", (changes, message, kind = single) => {
    const refused = (): unknown => resolvedFrom(kind, changes);
    expect(refused).toThrow(new RangeError(`${path}${message}`));
  });

  test.each([undefined, null, "singleFixed", 1, [single], () => single])(
    "%o is no kind",
    (kind) => {
      expect(() => resolved(kind as never)).toThrow(new TypeError(`${path} must be an object`));
    },
  );
});

describe("findChoice", () => {
  const options = [{ months: 3 }, { months: 12 }, { days: 7 }];

  test("CRT-03 is the option that is as long, whatever the units", () => {
    expect(findChoice(options, { years: 1 })).toBe(options[1]);
    expect(findChoice(options, { weeks: 1 })).toBe(options[2]);
    expect(findChoice(options, { months: 3 })).toBe(options[0]);
  });

  test("CRT-03 anything else is none", () => {
    for (const wish of [{ months: 4 }, { days: 90 }, { months: 3, days: 1 }])
      expect(findChoice(options, wish)).toBeUndefined();
    expect(findChoice([], { days: 7 })).toBeUndefined();
  });
});
