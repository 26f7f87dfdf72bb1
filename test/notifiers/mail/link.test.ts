import { describe, expect, test } from "vitest";
import { safeLink, webAddress } from "../../../src/notifiers/mail/link.ts";

describe("safeLink", () => {
  test.each([
    ["https://shop.example/tokens?a=1&b=2#c", "https://shop.example/tokens?a=1&b=2#c"],
    ["https://shop.example", "https://shop.example/"],
    ["https://büro.example/ä", "https://xn--bro-hoa.example/%C3%A4"],
    ["mailto:help@shop.example", "mailto:help@shop.example"],
    ["http://localhost:3000/tokens", "http://localhost:3000/tokens"],
    ["http://shop.localhost/", "http://shop.localhost/"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000/"],
    ["http://[::1]:3000/", "http://[::1]:3000/"],
    ['https://shop.example/"><script>', "https://shop.example/%22%3E%3Cscript%3E"],
    ["https://shop.example/a\r\nb", "https://shop.example/ab"],
  ])("%s is taken", (link, expected) => {
    expect(safeLink(link)).toBe(expected);
  });

  test.each([
    "http://shop.example/",
    "http://localhost.evil.example/",
    "http://127.0.0.1.evil.example/",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://shop.example/",
    "//shop.example/",
    "/tokens",
    "shop.example",
    "https://shop.example@evil.example/",
    "https://shop.example:secret@evil.example/",
    "https://:secret@evil.example/",
    "mailto:help desk@shop.example",
    "",
    `https://shop.example/${"a".repeat(2000)}`,
  ])("%j is left out", (link) => {
    expect(safeLink(link)).toBeUndefined();
  });

  test.each([undefined, null, 7, {}, new URL("https://shop.example")])("%j is no text", (value) => {
    expect(safeLink(value)).toBeUndefined();
  });
});

test("webAddress: of where a leak was found, only an address of the Web is shown", () => {
  expect(webAddress("https://github.com/a/b#L1")).toBe("https://github.com/a/b#L1");
  expect(webAddress("http://pastebin.example/x")).toBe("http://pastebin.example/x");
  expect(webAddress("https://a.example/…/é")).toBe("https://a.example/…/é");
  for (const text of ["javascript:alert(1)", "call 555-0100 now", "https://a b", "https://"])
    expect(webAddress(text)).toBeUndefined();
});
