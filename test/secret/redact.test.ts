import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateSecret } from "../../src/secret/generate.ts";
import { redacted } from "../../src/secret/redact.ts";

const CODE = `0199a5c0-0000-7000-8000-000000000001_${"0f".repeat(32)}`;

describe("redacted", () => {
  test("T-15 cuts secrets of any prefix, codes of links and hashes out of any text", () => {
    const text = fc.string().filter((around) => !/[0-9A-Za-z_]$|^[0-9A-Za-z_]/.test(around));
    const prefixes = fc.constantFrom("pt", "acme_pat", "a1_b2_c3", `a${"b".repeat(31)}`);
    fc.assert(
      fc.property(text, text, prefixes, (before, after, prefix) => {
        for (const hidden of [generateSecret(prefix), CODE, "0123456789abcdef".repeat(4)]) {
          const shown = redacted(`${before} ${hidden} ${after}`, 10_000);
          expect(shown).not.toContain(hidden);
          expect(shown).toContain("…");
        }
      }),
    );
  });

  test("cuts them out of what is percent-encoded", () => {
    const secret = generateSecret("acme_pat");
    for (const prefix of ["%3D", "%20", "%22", "%3d", "x", "9", "A"]) {
      const shown = redacted(`https://x.example/?q=${prefix}${secret}`, 2048);
      expect(shown).not.toContain(secret.slice(-38));
    }
    const encoded = secret.replaceAll("_", "%5F");
    expect(redacted(`?q=${encoded}`, 2048)).not.toContain(secret.slice(-38));
  });

  test("leaves no half of one where a long text is cut", () => {
    for (let count = 1; count < 25; count++) {
      const secrets = Array.from({ length: count }, () => generateSecret("acme_pat"));
      for (const most of [64, 500]) {
        const shown = redacted(secrets.join(" "), most);
        for (const secret of secrets) expect(shown).not.toContain(secret.slice(9, 20));
      }
    }
  });

  test("cuts them also where they end beyond what is kept", () => {
    const secret = generateSecret("acme_pat");
    for (let room = 0; room <= secret.length; room++) {
      const shown = redacted(`${"-".repeat(20)}${secret}`, 20 + room);
      expect(shown.replaceAll("-", "").length).toBeLessThanOrEqual(1);
    }
  });

  test("cuts them out of addresses", () => {
    const secret = generateSecret("acme_pat");
    expect(redacted(`https://paste.example/?token=${secret}#L1`, 2048)).toBe(
      "https://paste.example/?token=…#L1",
    );
  });

  test("has no control characters, and no more than asked for", () => {
    expect(redacted("550 no\r\nsuch\u0000user\u0085", 500)).toBe("550 no such user ");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(50), (text, most) => {
        const shown = redacted(text, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test("leaves other text as it is", () => {
    for (const text of [
      "connect ECONNREFUSED 127.0.0.1:25",
      "user_name_of_38_characters_or_even_more",
    ])
      expect(redacted(text, 500)).toBe(text);
  });
});
