import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateSecret } from "../../src/secret/generate.ts";
import { knownPrefix, parseSecret } from "../../src/secret/parse.ts";

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const body = base62.slice(0, 32);
const whole = `acme_pat_${body}1V3Feb`;

/** The kind whose secrets begin with each prefix. Some are the start or the end of another. */
const kinds = { acme_pat: "personal", acme_old: "personal", acme: "service", pat: "outer" };

/** The start of the prefix that a text has, among these. */
function parsed(text: string, prefixes: readonly string[] = Object.keys(kinds)): unknown {
  const known = Object.entries(kinds).filter(([prefix]) => prefixes.includes(prefix));
  return parseSecret(
    text,
    known.map(([prefix, kind]) => knownPrefix(kind, prefix)),
  )?.start;
}

/** A text with a right checksum, which anybody can make. */
function checked(text: string): string {
  let checksum = "";
  for (let rest = crc32(text), place = 0; place < 6; place++, rest = Math.floor(rest / 62))
    checksum = base62.charAt(rest % 62) + checksum;
  return text + checksum;
}

/** Any text, also with half surrogate pairs. */
const utf16: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((codes) => String.fromCharCode(...codes));

describe("parseSecret", () => {
  test("tells the prefix and kind of a secret", () => {
    expect(checked(`acme_pat_${body}`)).toBe(whole);
    const known = knownPrefix("personal", "acme_pat");
    expect(known).toMatchObject({ kind: "personal", start: "acme_pat_", length: 47 });
    expect(parseSecret(whole, [known])).toBe(known);
  });

  test("tells the prefix of every generated secret, also where one is the start or the end of another", () => {
    for (const prefix of Object.keys(kinds)) {
      for (let round = 0; round < 50; round++)
        expect(parsed(generateSecret(prefix))).toBe(`${prefix}_`);
    }
  });

  test("IND-04 TV-12 lets a forged text with a right checksum through: it is a filter, no proof", () => {
    expect(parsed(checked(`acme_pat_${"0".repeat(32)}`))).toBe("acme_pat_");
  });

  test.each([
    ["another prefix of the same length", "acme_pan"],
    ["a prefix in capitals", "ACME_PAT"],
    ["the end of a prefix", "cme_pat"],
    ["a prefix within a longer word", "my_acme_pat"],
    ["no prefix", ""],
  ])("T-13 refuses a right checksum under %s", (_, prefix) => {
    expect(parsed(checked(`${prefix}_${body}`))).toBeUndefined();
  });

  test.each([
    ["no text", ""],
    ["a prefix alone", "acme_pat_"],
    ["a shorter body with a right checksum", checked(`acme_pat_${body.slice(1)}`)],
    ["a longer body with a right checksum", checked(`acme_pat_${body}0`)],
    ["a dash for the underscore", checked(`acme_pat-${body}`)],
    ["a body that is not base62, with a right checksum", checked(`acme_pat_${body.slice(1)}-`)],
    ["a body that is not base62, with the largest checksum", `acme_pat_${body.slice(1)}-4gfFC3`],
    ["a body that is not base62, with the smallest checksum", `acme_pat_${body.slice(1)}-000000`],
    ["a second underscore", checked(`acme_pat_${body.slice(1, 17)}_${body.slice(17)}`)],
    ["a blank before", ` ${whole}`],
    ["a blank after", `${whole} `],
    ["a line break after", `${whole}\n`],
    ["a blank for the last character", `${whole.slice(0, -1)} `],
    ["a wide digit in the checksum", `${whole.slice(0, -1)}\uff10`],
    ["twice the text", whole + whole],
  ])("T-14 refuses %s", (_, text) => {
    expect(parsed(text)).toBeUndefined();
  });

  test("refuses any change of one character", () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom(...base62, "-", "é"), (at, other) => {
        fc.pre(whole[at] !== other);
        expect(parsed(whole.slice(0, at) + other + whole.slice(at + 1))).toBeUndefined();
      }),
    );
  });

  test("refuses any two neighbours the wrong way round", () => {
    for (let at = 0; at < whole.length - 1; at++) {
      const [left, right] = [whole.charAt(at), whole.charAt(at + 1)];
      expect(parsed(whole.slice(0, at) + right + left + whole.slice(at + 2))).toBeUndefined();
    }
  });

  test("a prefix that is not known is not a secret, and no text makes it throw", () => {
    expect(parsed(whole, [])).toBeUndefined();
    expect(parsed(whole, ["acme_old", "acme", "pat"])).toBeUndefined();
    fc.assert(
      fc.property(utf16, (text) => {
        expect(parsed(text)).toBeUndefined();
        expect(parsed(`acme_pat_${text}`)).toBeUndefined();
      }),
    );
  });
});
