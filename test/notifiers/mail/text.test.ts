import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Letter } from "../../../src/notifiers/mail/letter.ts";
import { letterText } from "../../../src/notifiers/mail/text.ts";

const LETTER: Letter = {
  ...{ locale: "en", direction: "ltr", app: { name: "Shop" }, subject: "Subject" },
  ...{ heading: "Heading", body: [], items: [], rows: [], action: undefined, advice: undefined },
  ...{ links: [], footer: "Footer." },
};

describe("letterText", () => {
  test("lays out every part, a blank line between them", () => {
    const text = letterText({
      ...LETTER,
      app: { name: "Shop", url: "https://shop.example/" },
      body: ["One.", "Two."],
      items: ["a", "b"],
      rows: [
        ["Token", "laptop"],
        ["Kind", "personal"],
      ],
      action: { text: "Open", url: "https://shop.example/open" },
      advice: { heading: "What to do", body: ["Nothing."] },
      links: [{ text: "Help", url: "https://shop.example/help" }],
    });
    expect(text).toBe(`Heading

One.

Two.

- a
- b

Token: laptop
Kind: personal

Open:
https://shop.example/open

What to do

Nothing.

Help:
https://shop.example/help

-- 
Footer.
https://shop.example/
`);
  });

  test("leaves out what is not there", () => {
    expect(letterText(LETTER)).toBe("Heading\n\n-- \nFooter.\n");
  });

  test("breaks lines between words, sets what follows in, and keeps every word and every link whole", () => {
    const link = `https://shop.example/${"a".repeat(200)}`;
    const words = "word ".repeat(40).trim();
    const text = letterText({
      ...LETTER,
      body: [`${words} ${"x".repeat(100)} end`],
      items: [words],
      action: { text: "Open", url: link },
    });
    const lines = text.split("\n");
    expect(lines).toContain(link);
    expect(lines).toContain("x".repeat(100));
    expect(lines.filter((line) => /^word/.test(line)).map(({ length }) => length)).toEqual([
      74, 74, 49,
    ]);
    expect(lines.filter((line) => /^- word/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^ {2}word/.test(line))).toHaveLength(2);
  });

  test("loses nothing, and no line is too long that could be broken", () => {
    const word = fc.stringMatching(/^[a-z]{1,90}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), (words) => {
        const lines = letterText({ ...LETTER, body: [words.join(" ")] })
          .split("\n")
          .slice(2, -4);
        expect(lines.join(" ")).toBe(words.join(" "));
        for (const line of lines) expect(line.length <= 76 || !line.includes(" ")).toBe(true);
      }),
    );
  });
});
