import fc from "fast-check";
import { expect, test } from "vitest";
import { german } from "../../../examples/mail-preview/german.ts";
import { english } from "../../../src/notifiers/mail/index.ts";
import { chooseLanguage } from "../../../src/notifiers/mail/language.ts";

const chinese = { ...english };
const tables = new Map([
  ["de", german],
  ["zh-Hant", chinese],
]);

test.each([
  ["de", "de", german],
  ["de-AT", "de-AT", german],
  ["DE-at", "de-AT", german],
  ["de-AT-u-ca-buddhist", "de-AT-u-ca-buddhist", german],
  ["zh-Hant-TW", "zh-Hant-TW", chinese],
  ["zh-TW", "en", english],
  ["fr-CH", "en", english],
  ["en-GB", "en", english],
  ["de_AT", "en", english],
  ["deutsch!", "en", english],
  ["", "en", english],
  [undefined, "en", english],
  [null, "en", english],
  [7, "en", english],
])("%j is written by the locale %s", (wanted, locale, texts) => {
  const chosen = chooseLanguage(wanted, tables, english);
  expect(chosen.locale).toBe(locale);
  expect(chosen.texts).toBe(texts);
});

test("a table of English takes the place of the one that is shipped, with the formats of its region", () => {
  const own = { ...english };
  const languages = new Map([["en", own]]);
  expect(chooseLanguage("en-GB", languages, english)).toEqual({ locale: "en-GB", texts: own });
  expect(chooseLanguage("fr", languages, english).texts).toBe(own);
});

test("always ends, and always with a table", () => {
  const subtag = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(subtag, { maxLength: 8 }).map((subtags) => ["de", ...subtags].join("-")),
      ),
      (wanted) => {
        expect([english, german]).toContain(chooseLanguage(wanted, tables, english).texts);
      },
    ),
  );
});
