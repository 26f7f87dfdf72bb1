import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asciiDomain, checkMailbox, isAddress } from "../../../src/notifiers/mail/address.ts";

describe("isAddress", () => {
  test.each([
    "ada@acme.example",
    "ada.lovelace+tokens@mail.acme.example",
    "o'brien_1@acme.example",
    "a@b.c",
    "zoë@büro.example",
    "用户@例子.example",
    "x=y@acme-corp.example",
    `${"a".repeat(64)}@acme.example`,
  ])("%s is one", (text) => {
    expect(isAddress(text)).toBe(true);
  });

  test.each([
    "",
    "ada",
    "@acme.example",
    "ada@",
    "ada@@acme.example",
    "ada@acme.example,mallory@evil.example",
    "ada@acme.example, mallory@evil.example",
    "ada@acme.example;mallory@evil.example",
    "ada@acme.example mallory@evil.example",
    "ada@acme.example\nBcc: mallory@evil.example",
    "ada@acme.example\r\n",
    "Ada <ada@acme.example>",
    "<ada@acme.example>",
    "friends: ada@acme.example;",
    '"mallory@evil.example x"@acme.example',
    '"ada"@acme.example',
    "ada@[127.0.0.1]",
    "ada(comment)@acme.example",
    "ada@acme.example(comment)",
    ".ada@acme.example",
    "ada.@acme.example",
    "a..da@acme.example",
    "ada@acme..example",
    "ada@-acme.example",
    "ada@acme.example-",
    "ada@acme.example.",
    "ada@ac_me.example",
    "ada@\u202eacme.example",
    "ada\0@acme.example",
    `${"a".repeat(65)}@acme.example`,
    `ada@${"a".repeat(250)}.example`,
  ])("%j is none", (text) => {
    expect(isAddress(text)).toBe(false);
  });

  test.each([undefined, null, 7, {}, ["ada@acme.example"]])("%j is none", (value) => {
    expect(isAddress(value)).toBe(false);
  });

  test("no text with a separator, a space, a bracket, a quote or a control character is one", () => {
    const separator = fc.constantFrom(...' ,;:<>()[]\\"\r\n\t\0\u2028\u00a0\u202e');
    const part = fc.stringMatching(/^[a-z.@]{0,12}$/);
    fc.assert(
      fc.property(part, separator, part, (before, hostile, after) => {
        expect(isAddress(`ada${before}${hostile}${after}@acme.example`)).toBe(false);
        expect(isAddress(`ada@acme.example${before}${hostile}${after}`)).toBe(false);
      }),
    );
  });

  test("is quick over a long text that nearly is one", () => {
    const started = performance.now();
    for (const text of ["a.".repeat(100_000), `a@${"a-".repeat(120)}`, `a@${"a".repeat(240)}_`])
      expect(isAddress(text)).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe("checkMailbox", () => {
  test("reads an address with a name, and one alone", () => {
    expect(checkMailbox("Acme, Inc. <no-reply@acme.example>", "from")).toEqual({
      name: "Acme, Inc.",
      address: "no-reply@acme.example",
    });
    expect(checkMailbox('"Acme" <no-reply@acme.example>', "from").name).toBe("Acme");
    expect(checkMailbox("no-reply@acme.example", "from")).toEqual({
      name: "",
      address: "no-reply@acme.example",
    });
  });

  test.each([
    "Acme",
    "Acme <no-reply>",
    "a@b.example, c@d.example",
    "Acme <a@b.example> <c@d.example>",
    "Acme <a@b.example",
  ])("%j is refused", (text) => {
    expect(() => checkMailbox(text, "options.from")).toThrow(
      new RangeError('options.from must be an address, or "Name <address>"'),
    );
  });

  test("what is no text, or has a line end, is refused by its path", () => {
    expect(() => checkMailbox(7, "options.from")).toThrow(
      new TypeError("options.from must be a string"),
    );
    expect(() => checkMailbox("Acme\r\n<a@b.example>", "options.from")).toThrow(RangeError);
  });
});

test("asciiDomain: a domain with other letters becomes the one that servers know", () => {
  expect(asciiDomain("a@acme.example")).toBe("acme.example");
  expect(asciiDomain("a@büro.example")).toBe("xn--bro-hoa.example");
});
