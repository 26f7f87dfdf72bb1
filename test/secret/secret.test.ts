import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { hintOf, Secret } from "../../src/secret/secret.ts";

const text = "acme_pat_0123456789ABCDEFGHIJKLMNOPQRSTUV1V3Feb";
const hint = "acme_pat_…3Feb";
const secret = new Secret(text);

/** What a secret may never be seen in: its body, whole or the greater part of it. */
function expectHidden(shown: unknown): void {
  expect(String(shown)).not.toContain(text.slice(9, 25));
  expect(String(shown)).not.toContain(text.slice(25, 41));
}

/** Adds as JavaScript does, where nothing checks that both are text. */
function joined(left: string, right: unknown): string {
  return left + (right as string);
}

describe("Secret", () => {
  test("OKT-05 OWN-07 only reveal() gives the text", () => {
    expect(secret.reveal()).toBe(text);
  });

  test.each<[string, () => string]>([
    ["toString()", () => secret.toString()],
    ["toJSON()", () => secret.toJSON()],
    ["String()", () => String(secret)],
    ["a template literal", () => `${secret}`],
    ["concatenation", () => joined("", secret)],
    ["concat()", () => "".concat(secret as unknown as string)],
    ["join()", () => [secret].join()],
    ["toLocaleString()", () => [secret].toLocaleString()],
    ["JSON", () => JSON.parse(JSON.stringify(secret))],
    [
      "JSON within an object",
      () => JSON.parse(JSON.stringify({ deep: [{ secret }] })).deep[0].secret,
    ],
    ["a key of an object", () => Object.keys({ [secret as unknown as string]: 1 })[0] ?? ""],
    ["%s of util.format", () => format("%s", secret).replace(/^Secret\((.*)\)$/, "$1")],
    ["%j of util.format", () => JSON.parse(format("%j", secret))],
  ])("CORE-04 %s gives the hint", (_, show) => {
    expect(show()).toBe(hint);
  });

  test.each<[string, () => string]>([
    ["plain", () => inspect(secret)],
    ["with all that is hidden", () => inspect(secret, { showHidden: true })],
    ["with proxies and getters", () => inspect(secret, { showProxy: true, getters: true })],
    ["by util.format", () => format(secret)],
  ])("CORE-04 util.inspect shows the hint: %s", (_, show) => {
    expect(show()).toBe(`Secret(${hint})`);
  });

  test("CORE-04 util.inspect shows the hint within other values, at any depth", () => {
    const holder = { result: { list: [secret], map: new Map([["secret", secret]]) } };
    for (const options of [{ depth: null }, { depth: null, showHidden: true }]) {
      const shown = inspect(holder, options);
      expect(shown).toContain(`Secret(${hint})`);
      expectHidden(shown);
    }
  });

  test("CORE-04 util.inspect shows nothing where it is told to pass over what objects say of themselves", () => {
    expectHidden(inspect(secret, { customInspect: false, showHidden: true, depth: null }));
    expectHidden(inspect(Secret.prototype, { showHidden: true }));
  });

  test.each<[string, () => unknown]>([
    ["Object.keys", () => Object.keys(secret)],
    ["Object.getOwnPropertyNames", () => Object.getOwnPropertyNames(secret)],
    ["Object.getOwnPropertySymbols", () => Object.getOwnPropertySymbols(secret)],
    ["Reflect.ownKeys", () => Reflect.ownKeys(secret)],
    ["Object.entries", () => Object.entries(secret)],
  ])("CORE-04 %s is empty", (_, list) => {
    expect(list()).toStrictEqual([]);
  });

  test("CORE-04 copies are empty: spread, Object.assign, structuredClone, for … in", () => {
    const found: string[] = [];
    for (const key in secret) found.push(key);
    expect(found).toStrictEqual([]);
    expect({ ...secret }).toStrictEqual({});
    expect(Object.assign({}, secret)).toStrictEqual({});
    expect(structuredClone(secret)).toStrictEqual({});
  });

  test("CORE-04 T-15 an error that is made with it, or carries it, shows the hint", () => {
    const error = new Error(`refused ${secret}`, { cause: secret });
    Object.assign(error, { secret });
    expect(error.message).toBe(`refused ${hint}`);
    for (const shown of [error, error.stack, inspect(error, { showHidden: true })])
      expectHidden(shown);
    expectHidden(JSON.stringify(error));
  });

  test("arithmetic and comparison get the hint too", () => {
    expect(Number(secret)).toBeNaN();
    expect((secret as unknown as string) < hint).toBe(false);
    expect((secret as unknown as string) > hint).toBe(false);
  });
});

describe("Secret.isSecret", () => {
  test("tells a secret, frozen or not, of a class made from it too", () => {
    class Own extends Secret {}
    for (const value of [secret, Object.freeze(new Secret(text)), new Own(text)])
      expect(Secret.isSecret(value)).toBe(true);
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["its text", text],
    ["a number", 1],
    ["a function", () => secret],
    ["an object with its methods", { reveal: () => text, toString: () => hint }],
    ["an object with its prototype", Object.create(Secret.prototype)],
    ["an object made from it", Object.create(secret)],
    ["a proxy of it", new Proxy(secret, {})],
    ["its class", Secret],
  ])("%s is none", (_, value) => {
    expect(Secret.isSecret(value)).toBe(false);
  });
});

describe("hintOf", () => {
  test("CORE-05 is the prefix and the last four characters", () => {
    expect(hintOf(`my_acme_pat_${"x".repeat(34)}WXYZ`)).toBe("my_acme_pat_…WXYZ");
    expect(hintOf(text)).toBe(hint);
  });
});
