import { isIP } from "node:net";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import {
  type Address,
  compareAddresses,
  formatAddress,
  parseAddress,
} from "../../src/network/address.ts";

const ipv4Addresses: fc.Arbitrary<Address> = fc.tuple(fc.nat(0xffffffff));
const ipv6Addresses: fc.Arbitrary<Address> = fc
  .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff))
  .filter(([first, second, third]) => first !== 0 || second !== 0 || third !== 0xffff);

/** Texts that are addresses, and texts that nearly are. */
const pieces = fc.oneof(
  fc.constantFrom(":", "::", ".", "::ffff:", "0", "00", "01", "1.2.3.4", "256", "%eth0", " ", "g"),
  fc.nat(0x1ffff).map((group) => group.toString(16)),
  fc.nat(300).map(String),
);
const nearlyAddresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(pieces, { maxLength: 18 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom("1", "0", "ab", ""), { maxLength: 10 }).map((parts) => parts.join(":")),
  fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(40), pieces, fc.nat(3))
    .map(([text, at, piece, dropped]) => text.slice(0, at) + piece + text.slice(at + dropped)),
);

/** Any UTF-16 code units, lone surrogates included. */
const anyTexts = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));

function canonical(text: string): string | undefined {
  const address = parseAddress(text);
  return address && formatAddress(address);
}

describe("formatAddress", () => {
  test.each([
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["::ffff:c000:0201", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:ABCD", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:abcd"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
  ])("TV-06 IP-01 writes %s as %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test("CORE-55 is undone by parseAddress", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Addresses, ipv6Addresses), (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });
});

describe("parseAddress", () => {
  test.each([
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::ffff:a01:203", "10.1.2.3"],
    ["::FfFf:10.1.2.3", "10.1.2.3"],
    ["0:0:0:0:0:ffff:a01:203", "10.1.2.3"],
    ["0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
  ])("IP-02 reads the mapped %s as %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
    expect(parseAddress(text)).toEqual(parseAddress(expected));
  });

  test.each([
    "::10.1.2.3",
    "::ffff:0:10.1.2.3",
    "1:0:0:0:0:ffff:10.1.2.3",
    "0:0:0:1:0:ffff:10.1.2.3",
    "0:0:0:0:1:ffff:10.1.2.3",
    "::fffe:10.1.2.3",
    "1::ffff:10.1.2.3",
    "64:ff9b::a01:203",
    "64:ff9b::10.1.2.3",
    "2002:a01:203::",
    "::1",
    "::",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7.7.7.7",
  ])("IP-01 IP-03 reads %s as IPv6", (text) => {
    expect(parseAddress(text)).toHaveLength(4);
  });

  test.each([
    [
      "IP-07 CVE-2021-28918, octal",
      ["010.1.1.1", "10.01.1.1", "0177.0.0.1", "1.2.3.04", "00.0.0.0"],
    ],
    [
      "IP-07 CVE-2023-42282, hexadecimal",
      ["0x7f.1", "0x7f.0.0.1", "0x7f000001", "0x0a.1.1.1", "127.0x0.0.1", "::ffff:0x7f.1"],
    ],
    [
      "IP-07 CVE-2024-29415, short, integer and octal inside mapped",
      ["127.1", "10.1", "1.2.3", "127", "0", "2130706433", "167837953", "01200034567"],
    ],
    [
      "octal inside IPv6",
      ["::ffff:01.2.3.4", "::ffff:127.0.0.01", "::fFFf:127.0.0.01", "::01.2.3.4"],
    ],
    ["dots", ["1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.4.5", "1.2.3.", "...", ".", "::1."]],
    ["a number that is too large", ["256.1.1.1", "1.1.1.999", "1.1.1.1111111111", "::12345"]],
    [
      "blanks",
      [" 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\r", "\t::1", "::1 ", "1 .2.3.4", " ", ""],
    ],
    ["a NUL", ["1.2.3.4\0", "\0", "::1\0", "1.2.3.4\0.5"]],
    [
      "other digits",
      ["１.2.3.4", "１２７.０.０.１", "١.٢.٣.٤", "::１", "²55.1.1.1", "1。2。3。4", "::ａ"],
    ],
    [
      "what stands beside the digits in ASCII",
      ["/.1.2.3", "1.2.3.:", "::/", "::@", "::`", "::G", "::g"],
    ],
    ["signs", ["+1.2.3.4", "-1.2.3.4", "1.2.3.-4", "::-1", "1e1.2.3.4", "::+1"]],
    ["brackets and ports", ["[::1]", "[::1]:80", "1.2.3.4:80", "[1.2.3.4]", "http://1.2.3.4"]],
    ["T-01 T-03 a zone id", ["fe80::1%eth0", "::1%", "::1%0", "1.2.3.4%eth0", "::ffff:1.2.3.4%1"]],
    [
      "colons",
      [
        ":",
        ":::",
        "1:",
        ":1",
        "1::2::3",
        "1:::2",
        "::1:",
        ":1::",
        "1:2",
        "::ffff:",
        ":ffff:1.2.3.4",
      ],
    ],
    [
      "a wrong number of groups",
      [
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "1:2:3:4:5:6::1.2.3.4",
        "1:2:3:4:5:6:::1.2.3.4",
      ],
    ],
    ["a quad that is not at the end", ["1.2.3.4::", "::1.2.3.4:5", "1.2.3.4:5:6:7:8:9:a"]],
    ["words", ["localhost", "unknown", "_hidden", "null", "undefined", "__proto__"]],
  ])("IP-04 TV-07 refuses %s", (_name, texts) => {
    for (const text of texts) {
      expect([text, parseAddress(text)]).toEqual([text, undefined]);
    }
  });

  test("accepts what Node accepts but for zone ids, and reads it as ipaddr.js does", () => {
    fc.assert(
      fc.property(nearlyAddresses, (text) => {
        expect([text, canonical(text)]).toEqual([text, reference(text)]);
      }),
      { numRuns: 5_000 },
    );
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(anyTexts, nearlyAddresses), (text) => {
        expect(() => parseAddress(text)).not.toThrow();
      }),
    );
  });

  test("AP-4 refuses a text of 1 MiB by its length", () => {
    for (const filler of ["1", ":", "0:", "1.", "f", "\0"]) {
      const text = filler.repeat(1 << 20);
      const startedAt = performance.now();
      for (let call = 0; call < 1_000; call += 1) {
        expect(parseAddress(text) === undefined).toBe(true);
      }
      expect(performance.now() - startedAt).toBeLessThan(200);
    }
  });
});

function reference(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) {
    return undefined;
  }
  if (family === 4) {
    return ipaddr.IPv4.parse(text).toString();
  }
  // ipaddr.js unwraps "::1.2.3.4", which IP-03 forbids, unless it is written so.
  const address = ipaddr.IPv6.parse(text.replace(/^::(?=\d+\.)/, "0::"));
  return address.isIPv4MappedAddress()
    ? address.toIPv4Address().toString()
    : address.toRFC5952String();
}

describe("compareAddresses", () => {
  test("orders addresses as numbers, IPv4 before IPv6", () => {
    const numberOf = (address: Address): bigint =>
      address.reduce((number, word) => number * 0x100000000n + BigInt(word), 0n);
    const addresses = fc.oneof(ipv4Addresses, ipv6Addresses);
    fc.assert(
      fc.property(addresses, addresses, (left, right) => {
        const difference = numberOf(left) - numberOf(right);
        const expected =
          left.length === right.length ? Number(difference) : left.length - right.length;
        expect(Math.sign(compareAddresses(left, right))).toBe(Math.sign(expected));
      }),
    );
  });

  test("finds an address equal to itself", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Addresses, ipv6Addresses), (address) => {
        expect(compareAddresses(address, [...address])).toBe(0);
      }),
    );
  });
});
