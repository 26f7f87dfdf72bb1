import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Address,
  compareAddresses,
  formatAddress,
  parseAddress,
} from "../../src/network/address.ts";
import { formatRange, parseRange } from "../../src/network/range.ts";

function canonical(text: string): string | undefined {
  const range = parseRange(text);
  return range && formatRange(range);
}

const addressTexts = fc.oneof(fc.ipV4(), fc.ipV6());

describe("parseRange", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["10.1.2.3/32", "10.1.2.3"],
    ["10.1.2.3-10.1.2.3", "10.1.2.3"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["10.0.0.0-10.255.255.255", "10.0.0.0/8"],
    ["10.0.0.0-10.255.255.254", "10.0.0.0-10.255.255.254"],
    ["10.0.0.1-10.255.255.255", "10.0.0.1-10.255.255.255"],
    ["10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"],
    ["128.0.0.0/1", "128.0.0.0/1"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["0.0.0.0-255.255.255.255", "0.0.0.0/0"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["2001:db8:8000::/33", "2001:db8:8000::/33"],
    ["2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["2001:db8::1-2001:db8::2", "2001:db8::1-2001:db8::2"],
    ["::/0", "::/0"],
    ["::/80", "::/80"],
    ["::fffe:0:0/95", "::fffe:0:0/95"],
  ])("OKT-41 CORE-55 reads %s as %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:a00:0/104", "10.0.0.0/8"],
    ["::ffff:10.1.2.3/128", "10.1.2.3"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["::ffff:10.0.0.1-::ffff:10.0.0.2", "10.0.0.1-10.0.0.2"],
    ["10.0.0.1-::ffff:10.0.0.2", "10.0.0.1-10.0.0.2"],
    [
      "0000:0000:0000:0000:0000:ffff:192.168.100.100-0000:0000:0000:0000:0000:ffff:192.168.100.200",
      "192.168.100.100-192.168.100.200",
    ],
  ])("IP-02 reads the mapped %s as %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    ["host bits set", ["10.0.0.1/8", "10.0.0.0/6", "2001:db8::1/32", "::1/127", "128.0.0.0/0"]],
    ["a mapped block of both families", ["::ffff:0:0/95", "::ffff:0:0/0", "::ffff:0.0.0.0/80"]],
    ["mapped host bits", ["::ffff:10.0.0.1/104", "::ffff:10.0.0.0/8"]],
    ["a prefix too long", ["10.0.0.0/33", "10.0.0.0/104", "10.0.0.0/128", "::/129", "::/999"]],
    ["a prefix too long for mapped", ["::ffff:10.0.0.0/129"]],
    [
      "a prefix that is no plain number",
      [
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/8.0",
        "10.0.0.0/8 ",
        "10.0.0.0/ 8",
        "10.0.0.0/8\n",
        "10.0.0.0/0x8",
        "10.0.0.0/8e0",
        "10.0.0.0/８",
        "10.0.0.0/٨",
        "0.0.0.0/00",
        "0.0.0.0/-0",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0//8",
        "/8",
        "/",
        "1.2.3.4/8 ",
      ],
    ],
    ["octal, short and hexadecimal blocks", ["010.0.0.0/8", "10/8", "10.0/16", "0xa.0.0.0/8"]],
    ["a range that ends before it starts", ["10.0.0.2-10.0.0.1", "::2-::1", "1::-::ffff:ffff"]],
    ["a range across families", ["10.0.0.1-::1", "::1-10.0.0.1", "::-::ffff:10.0.0.1"]],
    [
      "a range of anything but two addresses",
      [
        "10.0.0.1-",
        "-10.0.0.1",
        "-",
        "10.0.0.1-5",
        "10.0.0.1 - 10.0.0.2",
        "10.0.0.1--10.0.0.2",
        "10.0.0.1-10.0.0.2-10.0.0.3",
        "10.0.0.0/8-10.0.0.1",
        "10.0.0.1-10.0.0.0/8",
        "10.0.0.1–10.0.0.2",
        "10.0.0.1,10.0.0.2",
      ],
    ],
    ["wildcards and words", ["*", "10.*", "any", "all", "", " ", "zone:office", "\0"]],
    ["a zone id", ["fe80::1%eth0", "fe80::%eth0/64", "fe80::/64%eth0", "fe80::1%1-fe80::2%1"]],
  ])("IP-04 refuses %s", (_name, texts) => {
    for (const text of texts) {
      expect([text, parseRange(text)]).toEqual([text, undefined]);
    }
  });

  test("AP-4 refuses a text of 1 MiB by its length", () => {
    for (const filler of ["1", "-", "/", "1.2.3.4-"]) {
      const text = filler.repeat(1 << 20);
      const startedAt = performance.now();
      for (let call = 0; call < 1_000; call += 1) {
        expect(parseRange(text) === undefined).toBe(true);
      }
      expect(performance.now() - startedAt).toBeLessThan(200);
    }
  });

  test("never throws", () => {
    const parts = fc.oneof(addressTexts, fc.constantFrom("-", "/", "8", "-1", " "), fc.string());
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 5 }), (texts) => {
        expect(() => parseRange(texts.join(""))).not.toThrow();
      }),
    );
  });

  test("reads a block as the addresses that share its prefix", () => {
    fc.assert(
      fc.property(addressTexts, fc.nat(128), (text, bits) => {
        const address = addressOf(text);
        const size = address.length * 32;
        const prefixBits = Math.min(bits, size);
        const hostBits = BigInt(size - prefixBits);
        const start = (numberOf(address) >> hostBits) << hostBits;
        // A block of IPv6 may start or end on a mapped address, which has no text as IPv6.
        fc.pre(size === 32 || (!isMapped(start) && !isMapped(numberOf(address))));
        const range = parseRange(`${textOf(start, size)}/${prefixBits}`);
        expect(range && numberOf(range.start)).toBe(start);
        expect(range && numberOf(range.end)).toBe(start + (1n << hostBits) - 1n);
      }),
    );
  });
});

describe("formatRange", () => {
  test("CORE-55 is undone by parseRange, and the same for equal ranges", () => {
    fc.assert(
      fc.property(addressTexts, addressTexts, (one, other) => {
        const [start, end] = [one, other].map(addressOf).sort(compareAddresses);
        fc.pre(start !== undefined && end !== undefined && start.length === end.length);
        const range = { start, end };
        expect(parseRange(formatRange(range))).toEqual(range);
        expect(canonical(`${formatAddress(start)}-${formatAddress(end)}`)).toBe(formatRange(range));
      }),
    );
  });
});

function addressOf(text: string): Address {
  return parseAddress(text) ?? expect.fail(text);
}

function numberOf(address: readonly number[]): bigint {
  return address.reduce((number, word) => number * 0x100000000n + BigInt(word), 0n);
}

function isMapped(number: bigint): boolean {
  return number >> 32n === 0xffffn;
}

/** A number as an address in full, without any of the short forms. */
function textOf(number: bigint, bits: number): string {
  const octets = Array.from({ length: bits / 8 }, (_, index) =>
    Number((number >> BigInt(bits - 8 - index * 8)) & 0xffn),
  );
  return bits === 32
    ? octets.join(".")
    : octets
        .map((octet) => octet.toString(16).padStart(2, "0"))
        .join("")
        .replace(/(.{4})(?!$)/g, "$1:");
}
