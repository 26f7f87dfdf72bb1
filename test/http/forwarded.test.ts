import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ForwardingHeader, forwardedNodes } from "../../src/http/forwarded.ts";
import { modelNodes } from "./forwarded-model.ts";
import { elements, headerText } from "./forwarding-texts.ts";

const HEADERS: readonly ForwardingHeader[] = ["x-forwarded-for", "forwarded"];

function nodes(header: ForwardingHeader, ...lines: readonly string[]) {
  return forwardedNodes(header, lines);
}

describe("R7239-01 the nodes of Forwarded", () => {
  test.each([
    ["for=192.0.2.60", ["192.0.2.60"]],
    ["for=192.0.2.43, for=198.51.100.17", ["192.0.2.43", "198.51.100.17"]],
    ["for=192.0.2.43,for=198.51.100.17", ["192.0.2.43", "198.51.100.17"]],
    ["for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]],
    ["proto=http;by=203.0.113.43;for=192.0.2.60", ["192.0.2.60"]],
    ['for="192.0.2.60"', ["192.0.2.60"]],
    ['for="192.0.2.60:4711"', ["192.0.2.60"]],
    ['for="[2001:db8:cafe::17]"', ["2001:db8:cafe::17"]],
    ['for="[2001:db8:cafe::17]:4711"', ["2001:db8:cafe::17"]],
    ['for="[::ffff:192.0.2.60]"', ["::ffff:192.0.2.60"]],
    [String.raw`for="\1\9\2.0.2.60"`, ["192.0.2.60"]],
    ['for=192.0.2.60;host="a, for=10.9.9.9"', ["192.0.2.60"]],
    [String.raw`for=192.0.2.60;host="\", for=10.9.9.9"`, ["192.0.2.60"]],
    ['for=192.0.2.60;secret=""', ["192.0.2.60"]],
    ["\t for=192.0.2.60 \t", ["192.0.2.60"]],
  ])("%s", (text, expected) => {
    expect(nodes("forwarded", text)).toEqual(expected);
  });

  test.each(["FOR=192.0.2.60", "For=192.0.2.60;BY=a", "fOr=192.0.2.60"])(
    "R7239-02: names in any case: %s",
    (text) => {
      expect(nodes("forwarded", text)).toEqual(["192.0.2.60"]);
    },
  );

  test.each([
    "for=unknown",
    'for="unknown"',
    "for=_hidden",
    'for="_SEVKISEK:4711"',
    "by=203.0.113.43",
    'for=""',
    'for="2001:db8::1"',
    'for="[192.0.2.60]"',
    'for="[2001:db8::1"',
    'for="2001:db8::1]"',
    'for="[2001:db8::1]:123456"',
    'for="192.0.2.60:"',
    'for="192.0.2.60:80:80"',
    'for=" 192.0.2.60"',
    'for="192.0.2.60 "',
    "for=192.0.2",
    "for=192.0.2.060",
    "for=192.0.2.256",
    "for=192.0.2.60.1",
    "for=3221226044",
    "for=0xc000023c",
    'for="192.0.2.0/24"',
    'for="fe80::1%eth0"',
    'for="[fe80::1%eth0]"',
    "for=localhost",
  ])("R7239-06: no address: %s", (text) => {
    expect(nodes("forwarded", `for=10.0.0.1, ${text}`)).toEqual(["10.0.0.1", undefined]);
  });

  test.each([
    ["192.0.2.60", "no pair"],
    ["for", "a name only"],
    ["for=", "no value"],
    ["=192.0.2.60", "no name"],
    ["for =192.0.2.60", "a blank before the equals sign"],
    ["for= 192.0.2.60", "a blank after the equals sign"],
    ["for=192.0.2.60:80", "a port without quotes"],
    ["for=[2001:db8::1]", "brackets without quotes"],
    ["for=2001:db8::1", "IPv6 without quotes"],
    ['for="192.0.2.60', "an open quote"],
    ['for=192.0.2.60"', "a closing quote"],
    ['for="192.0.2.60"x', "something after a quote"],
    ['x="for=192.0.2.60', "an open quote before"],
    ['for="192.0.2.60\\"', "an escaped closing quote"],
    ["for=192.0.2.60 for=10.9.9.9", "two pairs without a semicolon"],
    ["for=192.0.2.60;for=10.9.9.9", "R7239-02: a name twice"],
    ["for=192.0.2.60;FOR=10.9.9.9", "R7239-02: a name twice in two cases"],
    ["proto=http;proto=https;for=192.0.2.60", "R7239-02: another name twice"],
    ["\u00a0for=192.0.2.60", "a blank that is none of HTTP"],
    ['for="192.0.2.60\u0000"', "a control in quotes"],
    ['for="192.0.2.60\u0100"', "what no field can hold"],
  ])("R7239-06: %j, %s, makes of its line one node of which nothing is known", (text) => {
    expect(nodes("forwarded", text)).toEqual([undefined]);
    expect(nodes("forwarded", `for=10.0.0.1, ${text}`)).toEqual([undefined]);
    const between = nodes("forwarded", "for=10.0.0.1", text, "for=10.0.0.2");
    expect(between).toEqual(["10.0.0.1", undefined, "10.0.0.2"]);
  });

  test.each<[string, readonly (string | undefined)[]]>([
    [", for=10.0.0.1", [undefined, "10.0.0.1"]],
    ["for=10.0.0.1,", ["10.0.0.1", undefined]],
    ["for=10.0.0.1, , for=10.0.0.2", ["10.0.0.1", undefined, "10.0.0.2"]],
    ["for=10.0.0.1;", ["10.0.0.1"]],
    [";for=10.0.0.1;;proto=http", ["10.0.0.1"]],
    ['for="10.0.0.1:_p"', ["10.0.0.1"]],
  ])("R7239-01: %j: what is empty is an element, and never a pair", (text, expected) => {
    expect(nodes("forwarded", text)).toEqual(expected);
  });

  test.each(["", " "])("R7239-06: %j, an empty field, is no node", (text) => {
    expect(nodes("forwarded", text)).toEqual([undefined]);
    expect(nodes("forwarded", "for=10.0.0.1", text).at(-1)).toBeUndefined();
  });

  test("names may come again in the next element", () => {
    expect(nodes("forwarded", "for=10.0.0.1;proto=http, for=10.0.0.2;proto=http")).toEqual([
      "10.0.0.1",
      "10.0.0.2",
    ]);
  });

  test("R7239-03: a quote that a client leaves open swallows no node that a proxy adds", () => {
    for (const [added, node] of [
      ["for=127.0.0.9", "127.0.0.9"],
      ['for="[::1]"', "::1"],
      ['for="127.0.0.9:80";by="_a"', "127.0.0.9"],
    ] as const) {
      expect(nodes("forwarded", `for=10.9.9.9;x=", ${added}`)).toEqual([undefined]);
      expect(nodes("forwarded", 'for=10.9.9.9;x="', added)).toEqual([undefined, node]);
      expect(nodes("forwarded", 'for=10.9.9.9;x="\\', added)).toEqual([undefined, node]);
    }
  });
});

describe("R7239-07 the nodes of X-Forwarded-For", () => {
  test.each([
    ["192.0.2.60", ["192.0.2.60"]],
    ["192.0.2.43, 198.51.100.17", ["192.0.2.43", "198.51.100.17"]],
    ["192.0.2.43,198.51.100.17", ["192.0.2.43", "198.51.100.17"]],
    ["192.0.2.60:4711", ["192.0.2.60"]],
    ["2001:db8::1", ["2001:db8::1"]],
    ["[2001:db8::1]", ["2001:db8::1"]],
    ["[2001:db8::1]:4711", ["2001:db8::1"]],
    ["::ffff:192.0.2.60", ["::ffff:192.0.2.60"]],
    ["2001:db8::1:4711", ["2001:db8::1:4711"]],
    [" \t192.0.2.60\t ", ["192.0.2.60"]],
    ["", [undefined]],
    [",", [undefined, undefined]],
    ["10.0.0.1,", ["10.0.0.1", undefined]],
    [", 10.0.0.1", [undefined, "10.0.0.1"]],
    ["unknown, 10.0.0.1", [undefined, "10.0.0.1"]],
    ["_hidden, 10.0.0.1", [undefined, "10.0.0.1"]],
    ['"10.0.0.1"', [undefined]],
    ['"10.9.9.9, 10.0.0.1', [undefined, "10.0.0.1"]],
    ["for=10.0.0.1", [undefined]],
    ["[10.0.0.1]", [undefined]],
    ["[2001:db8::1", [undefined]],
    ["10.0.0.1 10.0.0.2", [undefined]],
    ["10.0.0.1;10.0.0.2", [undefined]],
    ["010.0.0.1", [undefined]],
    ["10.1", [undefined]],
    ["10.0.0.0/8", [undefined]],
    ["fe80::1%eth0", [undefined]],
    ["10.0.0.1:", [undefined]],
    ["10.0.0.1:123456", [undefined]],
  ])("%j", (text, expected) => {
    expect(nodes("x-forwarded-for", text)).toEqual(expected);
  });
});

describe.each(HEADERS)("%s", (header) => {
  test("has no nodes where there is no line", () => {
    expect(nodes(header)).toEqual([]);
  });

  test("R7239-07: has the elements of several lines in their order", () => {
    const texts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
    const [first = "", ...others] = texts.map((text) =>
      header === "forwarded" ? `for=${text}` : text,
    );
    expect(nodes(header, first, others.join(", "))).toEqual(texts);
    expect(nodes(header, first, ...others)).toEqual(texts);
  });

  test("is read as an independent model reads it", () => {
    const lines = fc.array(headerText(header), { maxLength: 4 });
    const property = fc.property(lines, (texts) => {
      expect(forwardedNodes(header, texts)).toEqual(modelNodes(header, texts));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  test("is the same in one line and in many, but for what makes a whole line unreadable", () => {
    const readable = elements(header).filter((text) => nodes(header, `${text},${text}`).length > 1);
    const property = fc.property(fc.array(readable, { minLength: 1 }), (texts) => {
      expect(forwardedNodes(header, texts)).toEqual(forwardedNodes(header, [texts.join(", ")]));
    });
    fc.assert(property);
  });

  test("is read in a time that grows no faster than its length", () => {
    const long = ['"'.repeat(50_000), `for=${"a".repeat(100_000)}`, `for="${"\\a".repeat(50_000)}`];
    const blank = [" ".repeat(100_000), "for=a;".repeat(20_000), `${" \t".repeat(50_000)}x`];
    for (const text of [...long, ...blank]) {
      const start = performance.now();
      forwardedNodes(header, [text]);
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});
