import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatEntry, isZoneName, parseEntry } from "../../src/network/entry.ts";
import { parseRange } from "../../src/network/range.ts";

/** Any UTF-16 code units, lone surrogates included. */
const anyTexts = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
const longestName = "a".repeat(64);

describe("parseEntry", () => {
  test.each(["10.1.2.3", "10.0.0.0/8", "10.0.0.1-10.0.0.9", "2001:db8::/32"])(
    "OKT-41 reads the range %s",
    (text) => {
      expect(parseEntry(text)).toEqual({ type: "range", range: parseRange(text) });
    },
  );

  test.each(["office", "a", "Office_1.b-c", "__proto__", "10.0.0.0", longestName])(
    "OKT-13 reads the zone %s",
    (name) => {
      expect(parseEntry(`zone:${name}`)).toEqual({ type: "zone", name });
    },
  );

  test.each([
    "zone:",
    "zone: office",
    "zone:office ",
    "zone:office\n",
    "zone:a/b",
    "zone:zone:a",
    "zone:é",
    "zone:a\0",
    `zone:${longestName}a`,
    "Zone:office",
    "ZONE:office",
    " zone:office",
    "zone",
    "office",
    "",
  ])("refuses %j", (text) => {
    expect(parseEntry(text)).toBeUndefined();
  });

  test("AP-4 refuses a text of 1 MiB by its length", () => {
    for (const text of ["a".repeat(1 << 20), `zone:${"a".repeat(1 << 20)}`]) {
      const startedAt = performance.now();
      for (let call = 0; call < 1_000; call += 1) {
        expect(parseEntry(text) === undefined).toBe(true);
      }
      expect(performance.now() - startedAt).toBeLessThan(200);
    }
  });

  test("never throws", () => {
    fc.assert(
      fc.property(anyTexts, (text) => {
        expect(() => parseEntry(text)).not.toThrow();
        expect(() => parseEntry(`zone:${text}`)).not.toThrow();
      }),
    );
  });
});

test("CORE-55 formatEntry is undone by parseEntry", () => {
  const texts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^zone:[A-Za-z0-9._-]{1,64}$/));
  fc.assert(
    fc.property(texts, (text) => {
      const entry = parseEntry(text) ?? expect.fail(text);
      expect(parseEntry(formatEntry(entry))).toEqual(entry);
    }),
  );
});

test("isZoneName allows ASCII letters, digits, dots, underscores and dashes only", () => {
  const allowed = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
    isZoneName,
  );
  expect(allowed.join("")).toBe(
    "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
  );
});
