import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanLine, escapeHtml } from "../../../src/notifiers/mail/clean.ts";

const anyText = fc.string({ unit: "binary", maxLength: 400 });
/** Made of what lines must not hold, far more often than chance would. */
const hostileText = fc
  .array(
    fc.constantFrom(
      ..."\r\n\t\0\u001b\u0085\u00a0\u2028\u2029\u200e\u202e\u2066\u061c\ufeff",
      ...["\ud800", "\udc00", "😀", "a", " ", "é", "👩\u200d👩\u200d👧"],
    ),
    { maxLength: 200 },
  )
  .map((parts) => parts.join(""));

describe("cleanLine", () => {
  test("makes one line: no control character, no line end, no mark of direction, no lone surrogate", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostileText), (text) => {
        const line = cleanLine(text, 100);
        expect(line).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
        );
        expect(line).not.toMatch(/\p{Cs}/u);
        expect(line).not.toMatch(/^\s|\s$|\s\s/);
      }),
    );
  });

  test("is never longer than it may be, and cuts no character in two", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostileText), fc.integer({ min: 2, max: 50 }), (text, most) => {
        expect(cleanLine(text, most).length).toBeLessThanOrEqual(most);
        expect(cleanLine(text, most)).not.toMatch(/\p{Cs}/u);
      }),
    );
    expect(cleanLine("😀".repeat(100), 10)).toBe("😀😀😀😀…");
    expect(cleanLine("x".repeat(100), 10)).toBe("xxxxxxxxx…");
    expect(cleanLine("x".repeat(10), 10)).toBe("xxxxxxxxxx");
  });

  test("leaves plain text as it is, also of other scripts and emoji of several parts", () => {
    for (const text of ["laptop", "Zoë’s büro", "家のパソコン", "لپ‌تاپ", "👩‍👩‍👧 family"])
      expect(cleanLine(text, 100)).toBe(text);
  });

  test("a line end becomes a space, so that what comes after it is no header", () => {
    expect(cleanLine("laptop\r\nBcc: mallory@evil.example", 100)).toBe(
      "laptop Bcc: mallory@evil.example",
    );
    expect(cleanLine("cod\u202egpj.exe", 100)).toBe("codgpj.exe");
  });
});

describe("escapeHtml", () => {
  test("leaves nothing that opens or closes a tag, an attribute or an entity", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const html = escapeHtml(text);
        expect(html).not.toMatch(/[<>"']/);
        expect(html.replace(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
      }),
    );
    expect(escapeHtml(`<a href="x" id='y'>&amp;`)).toBe(
      "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;",
    );
  });
});
