import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE62 } from "../../src/secret/base62.ts";
import { advanceChecksum, CHECKSUM_START, finishChecksum } from "../../src/secret/checksum.ts";
import { generateSecret } from "../../src/secret/generate.ts";
import { knownPrefix, parseSecret } from "../../src/secret/parse.ts";

const personal = knownPrefix("personal", "acme_pat");
const former = knownPrefix("personal", "acme_old");
const service = knownPrefix("service", "acme");
const outer = knownPrefix("outer", "pat");
const prefixes = [personal, former, service, outer];

/** A text with a right checksum, which anybody can make. */
function checked(text: string): string {
  return text + finishChecksum(advanceChecksum(CHECKSUM_START, text, 0, text.length));
}

const body = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
const whole = checked(`acme_pat_${body}`);

/** Any text, also with half surrogate pairs. */
const utf16: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((codes) => String.fromCharCode(...codes));

describe("parseSecret", () => {
  test("tells the kind of every generated secret, also where one prefix is the start or the end of another", () => {
    for (const prefix of prefixes) {
      for (let round = 0; round < 50; round++) {
        const text = generateSecret(prefix.start.slice(0, -1));
        expect(parseSecret(text, prefixes)).toBe(prefix);
      }
    }
  });

  test("TV-12 lets a forged text with a right checksum through: it is a filter, no proof", () => {
    expect(parseSecret(whole, prefixes)).toBe(personal);
  });

  test.each([
    ["another prefix of the same length", "acme_pan"],
    ["a prefix in capitals", "ACME_PAT"],
    ["the end of a prefix", "cme_pat"],
    ["a prefix within a longer word", "my_acme_pat"],
    ["no prefix", ""],
  ])("T-13 refuses a right checksum under %s", (_, prefix) => {
    expect(parseSecret(checked(`${prefix}_${body}`), prefixes)).toBeUndefined();
  });

  test.each([
    ["no text", ""],
    ["a prefix alone", "acme_pat_"],
    ["a shorter body with a right checksum", checked(`acme_pat_${body.slice(1)}`)],
    ["a longer body with a right checksum", checked(`acme_pat_${body}0`)],
    ["a dash for the underscore", checked(`acme_pat-${body}`)],
    ["a body that is not base62, with a right checksum", checked(`acme_pat_${body.slice(1)}-`)],
    ["a second underscore", checked(`acme_pat_${body.slice(1, 17)}_${body.slice(17)}`)],
    ["a blank before", ` ${whole}`],
    ["a blank after", `${whole} `],
    ["a line break after", `${whole}\n`],
    ["a blank for the last character", `${whole.slice(0, -1)} `],
    ["a wide digit in the checksum", `${whole.slice(0, -1)}\uff10`],
    ["twice the text", whole + whole],
  ])("T-14 refuses %s", (_, text) => {
    expect(parseSecret(text, prefixes)).toBeUndefined();
  });

  test("refuses any change of one character, and any two neighbours the wrong way round", () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom(...BASE62, "-", "é"), (at, other) => {
        fc.pre(whole[at] !== other);
        const changed = whole.slice(0, at) + other + whole.slice(at + 1);
        expect(parseSecret(changed, prefixes)).toBeUndefined();
      }),
    );
    for (let at = 0; at < whole.length - 1; at++) {
      const [left, right] = [whole.charAt(at), whole.charAt(at + 1)];
      if (left === right) continue;
      const swapped = whole.slice(0, at) + right + left + whole.slice(at + 2);
      expect(parseSecret(swapped, prefixes)).toBeUndefined();
    }
  });

  test("a prefix that is not known is not a secret, and no text makes it throw", () => {
    expect(parseSecret(whole, [])).toBeUndefined();
    expect(parseSecret(whole, [former, service, outer])).toBeUndefined();
    fc.assert(
      fc.property(utf16, (text) => {
        expect(parseSecret(text, prefixes)).toBeUndefined();
        expect(parseSecret(`acme_pat_${text}`, prefixes)).toBeUndefined();
      }),
    );
  });
});
