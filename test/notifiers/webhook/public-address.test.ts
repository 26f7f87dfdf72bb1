import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { isPublicAddress, mayBePublicHost } from "../../../src/notifiers/webhook/public-address.ts";

/** The first and the last address of each range, and their neighbours outside where these are public. */
const IPV4_EDGES = [
  { first: "0.0.0.0", last: "0.255.255.255", after: "1.0.0.0" },
  { before: "9.255.255.255", first: "10.0.0.0", last: "10.255.255.255", after: "11.0.0.0" },
  { before: "100.63.255.255", first: "100.64.0.0", last: "100.127.255.255", after: "100.128.0.0" },
  { before: "126.255.255.255", first: "127.0.0.0", last: "127.255.255.255", after: "128.0.0.0" },
  {
    before: "169.253.255.255",
    first: "169.254.0.0",
    last: "169.254.255.255",
    after: "169.255.0.0",
  },
  { before: "172.15.255.255", first: "172.16.0.0", last: "172.31.255.255", after: "172.32.0.0" },
  { before: "191.255.255.255", first: "192.0.0.0", last: "192.0.0.255", after: "192.0.1.0" },
  { before: "192.0.1.255", first: "192.0.2.0", last: "192.0.2.255", after: "192.0.3.0" },
  {
    before: "192.31.195.255",
    first: "192.31.196.0",
    last: "192.31.196.255",
    after: "192.31.197.0",
  },
  {
    before: "192.52.192.255",
    first: "192.52.193.0",
    last: "192.52.193.255",
    after: "192.52.194.0",
  },
  { before: "192.88.98.255", first: "192.88.99.0", last: "192.88.99.255", after: "192.88.100.0" },
  {
    before: "192.167.255.255",
    first: "192.168.0.0",
    last: "192.168.255.255",
    after: "192.169.0.0",
  },
  {
    before: "192.175.47.255",
    first: "192.175.48.0",
    last: "192.175.48.255",
    after: "192.175.49.0",
  },
  { before: "198.17.255.255", first: "198.18.0.0", last: "198.19.255.255", after: "198.20.0.0" },
  { before: "198.51.99.255", first: "198.51.100.0", last: "198.51.100.255", after: "198.51.101.0" },
  { before: "203.0.112.255", first: "203.0.113.0", last: "203.0.113.255", after: "203.0.114.0" },
  { before: "223.255.255.255", first: "224.0.0.0", last: "255.255.255.255" },
];

const IPV6_EDGES = [
  { first: "2001::", last: "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", after: "2001:200::" },
  {
    before: "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    first: "2001:db8::",
    last: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    after: "2001:db9::",
  },
  {
    before: "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    first: "2002::",
    last: "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    after: "2003::",
  },
  {
    before: "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
    first: "2620:4f:8000::",
    last: "2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
    after: "2620:4f:8001::",
  },
  {
    before: "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    first: "3fff::",
    last: "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    after: "3fff:1000::",
  },
  { first: "::", last: "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", after: "2000::" },
  {
    before: "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    first: "4000::",
    last: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  },
];

describe("isPublicAddress", () => {
  test.each([...IPV4_EDGES, ...IPV6_EDGES])("knows the edges of $first to $last", (range) => {
    const verdicts = [range.before, range.first, range.last, range.after].map(
      (address) => address && isPublicAddress(address),
    );
    expect(verdicts).toEqual([range.before && true, false, false, range.after && true]);
  });

  test.each([
    [
      "the metadata of clouds",
      ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192"],
    ],
    ["unspecified and loopback", ["0.0.0.0", "127.0.0.1", "127.1.2.3", "::", "::1"]],
    ["unique local", ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
    ["link-local", ["fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
    ["site-local", ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
    ["multicast", ["224.0.0.1", "239.255.255.250", "ff00::", "ff02::1", "ff0e::1"]],
    ["discard-only", ["100::", "100::ffff:ffff:ffff:ffff"]],
    ["IPv4-mapped", ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"]],
    ["IPv4-translated", ["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"]],
    ["IPv4-compatible", ["::127.0.0.1", "::8.8.8.8", "::2"]],
    ["6to4", ["2002:7f00:1::", "2002:a00:1::1", "2002:808:808::"]],
    ["Teredo", ["2001:0:4136:e378:8000:63bf:3fff:fdd2"]],
    [
      "NAT64 of what is not public",
      ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1"],
    ],
    ["NAT64 of a network's own", ["64:ff9b:1::", "64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff::808:808"]],
    ["beside NAT64", ["64:ff9b::1:808:808", "64:ff9a::808:808", "64:ff9c::808:808"]],
  ])("refuses %s", (_name, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test.each([
    ["IPv4", ["1.1.1.1", "8.8.8.8", "93.184.215.14", "223.255.255.254"]],
    ["IPv6", ["2606:4700:4700::1111", "2a00:1450:4001::", "2001:4860:4860::8888", "2400::1"]],
    ["NAT64 of public IPv4", ["64:ff9b::8.8.8.8", "64:ff9b::808:808", "64:FF9B::101:101"]],
  ])("accepts %s", (_name, addresses) => {
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test.each([
    "",
    "8.8.8",
    "8.8.8.8.",
    "8.8.8.256",
    "08.8.8.8",
    "8.8.8.8/32",
    " 8.8.8.8",
    "8.8.8.8\n",
    "0x8.8.8.8",
    "134744072",
    "hooks.example",
    "fe80::1%eth0",
    "2606:4700:4700::1111%1",
    "[2606:4700:4700::1111]",
    "2606:4700:4700::1111]/[",
    "2606::4700::1111",
    ":",
    "2606:4700:4700:0:0:0:0:0:1111",
    "undefined",
  ])("refuses %j, which is no address", (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  test("agrees with ipaddr.js on all IPv4", () => {
    const near = fc
      .constantFrom(...IPV4_EDGES.flatMap(({ first, last }) => [first, last]))
      .chain((edge) =>
        fc.integer({ min: -300, max: 300 }).map((step) => {
          const bytes = ipaddr.IPv4.parse(edge).toByteArray();
          const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0) + step;
          return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) & 255).join(".");
        }),
      );
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), near), (text) => {
        expect([text, isPublicAddress(text)]).toEqual([
          text,
          ipaddr.IPv4.parse(text).range() === "unicast",
        ]);
      }),
      { numRuns: 20_000 },
    );
  });

  test("agrees with ipaddr.js on IPv6, but for what nobody was given and public IPv4 by NAT64", () => {
    const group = fc.oneof(
      fc.nat(0xffff),
      fc.constantFrom(0, 1, 0x64, 0xff9b, 0xffff, 0x2001, 0x2002, 0xdb8, 0x2620, 0x4f, 0x8000),
    );
    const first = fc.oneof(
      group,
      fc.integer({ min: 0x2000, max: 0x3fff }),
      fc.constantFrom(0x2001, 0x2002, 0x3fff, 0xfc00, 0xfe80, 0xfec0, 0xff00, 0x100, 0),
    );
    const rest = fc.array(group, { minLength: 7, maxLength: 7 });
    const words = fc.tuple(first, rest).map(([head, tail]) => [head, ...tail]);
    fc.assert(
      fc.property(words, (parts) => {
        const address = new ipaddr.IPv6(parts);
        const text = address.toString();
        expect([text, isPublicAddress(text)]).toEqual([text, expectedOf(address)]);
        expect(isPublicAddress(address.toNormalizedString().toUpperCase())).toBe(
          isPublicAddress(text),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  test("judges IPv4 by NAT64 as it judges it alone, and by no other form", () => {
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        expect(isPublicAddress(`64:ff9b::${ipv4}`)).toBe(isPublicAddress(ipv4));
        for (const form of ["::", "::ffff:", "::ffff:0:", "64:ff9b:1::"])
          expect([form, isPublicAddress(`${form}${ipv4}`)]).toEqual([form, false]);
      }),
    );
  });
});

function expectedOf(address: ipaddr.IPv6): boolean {
  const text = address.toNormalizedString();
  if (text.startsWith("64:ff9b:0:0:0:0:"))
    return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === "unicast";
  const isGivenOut = ((address.parts[0] as number) & 0xe000) === 0x2000;
  return isGivenOut && address.range() === "unicast";
}

describe("mayBePublicHost", () => {
  test.each(["hooks.example", "a.b.c.example", "xn--bcher-kva.example", "localhost.example"])(
    "accepts the name %s, whatever it resolves to",
    (host) => expect(mayBePublicHost(host)).toBe(true),
  );

  test.each(["8.8.8.8", "[2606:4700:4700::1111]", "[64:ff9b::808:808]"])(
    "accepts the public address %s",
    (host) => expect(mayBePublicHost(host)).toBe(true),
  );

  test.each([
    "",
    "localhost",
    "api.localhost",
    "redis",
    "printer.local",
    "metadata.google.internal",
    "nas.home.arpa",
    "127.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:7f00:1]",
    "[fd00:ec2::254]",
  ])("refuses %j", (host) => expect(mayBePublicHost(host)).toBe(false));
});
