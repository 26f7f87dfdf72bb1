import { BlockList, isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddressOptions,
  createFindAddress,
  createSuspicion,
} from "../../src/http/client-address.ts";
import type { ForwardingHeader } from "../../src/http/forwarded.ts";
import { modelNodes } from "./forwarded-model.ts";
import { headerText, PROXIES } from "./forwarding-texts.ts";
import { type TestRequest, testReader } from "./request.ts";

const HEADERS: readonly ForwardingHeader[] = ["x-forwarded-for", "forwarded"];
const CLIENT = "192.0.2.99";
const FORGED = "198.51.100.1";
const TRUSTED = ["10.0.0.0/24", "10.1.0.5-10.1.0.7", "2001:db8:f::/48"];

interface Finder {
  find(request: TestRequest): string | undefined;
  readonly warnings: readonly string[];
}

function finder(options: AddressOptions<TestRequest>, reader = testReader): Finder {
  const warnings: string[] = [];
  const find = createFindAddress(options, reader, (message) => warnings.push(message));
  return { find, warnings };
}

/** Two lines of X-Forwarded-For are two texts. */
function forwardedFor(peer: string | undefined, ...texts: readonly string[]): TestRequest {
  const fields = texts.map((text) => ["x-forwarded-for", text] as const);
  return peer === undefined ? { fields } : { peer, fields };
}

describe("CORE-56, ASVS 4.1.3 without trusted proxies", () => {
  test.each<[string, AddressOptions<TestRequest>]>([
    ["the default", {}],
    ["an empty list", { trustProxy: [] }],
    ["Forwarded", { forwardedBy: "forwarded" }],
  ])("%s: the peer counts, and no header is read", (_name, options) => {
    const { find, warnings } = finder(options, {
      ...testReader,
      lines: () => {
        throw new Error("a header was read");
      },
    });
    expect(find({ peer: CLIENT })).toBe(CLIENT);
    expect(find({})).toBeUndefined();
    expect(warnings).toEqual([]);
  });
});

describe("R7239-05 with trusted proxies", () => {
  test.each<[string, string | undefined, readonly string[], string | undefined]>([
    ["one proxy", "10.0.0.1", [CLIENT], CLIENT],
    ["three proxies", "10.0.0.1", [`${CLIENT}, 10.1.0.6, 2001:db8:f::1`], CLIENT],
    ["three lines", "10.0.0.1", [CLIENT, "10.1.0.6", "2001:db8:f::1"], CLIENT],
    ["R7239-08 not the left-most", "10.0.0.1", [`${FORGED}, ${CLIENT}, 10.1.0.6`], CLIENT],
    ["R7239-08 not the first line", "10.0.0.1", [FORGED, CLIENT], CLIENT],
    ["a peer that is not trusted", CLIENT, [FORGED], CLIENT],
    ["a peer next to those trusted", "10.1.0.8", [FORGED], "10.1.0.8"],
    ["no peer", undefined, [FORGED], undefined],
    ["a peer that is no address", "fe80::1%eth0", [FORGED], "fe80::1%eth0"],
    ["a mapped peer", "::ffff:10.0.0.1", [CLIENT], CLIENT],
    ["a mapped proxy in the header", "10.0.0.1", [`${CLIENT}, ::ffff:10.1.0.5`], CLIENT],
    ["a proxy with a port", "10.0.0.1", [`${CLIENT}:4711, 10.1.0.5:80`], CLIENT],
    ["IPv6 in brackets", "10.0.0.1", ["[2001:db8::9]:4711, [2001:db8:f::2]"], "2001:db8::9"],
    ["a header that is absent", "10.0.0.1", [], undefined],
    ["DEC-09 all trusted", "10.0.0.1", ["10.1.0.5, 10.0.0.2"], undefined],
    ["R7239-06 an empty header", "10.0.0.1", [""], undefined],
    ["R7239-06 an empty element", "10.0.0.1", [`${FORGED}, , 10.1.0.5`], undefined],
    ["R7239-06 unknown", "10.0.0.1", [`${FORGED}, unknown, 10.1.0.5`], undefined],
    ["R7239-06 an obfuscated name", "10.0.0.1", [`${FORGED}, _a, 10.1.0.5`], undefined],
    ["R7239-06 malformed", "10.0.0.1", [`${FORGED}, 010.1.0.5`], undefined],
    ["what is never reached", "10.0.0.1", [`unknown, , x, ${CLIENT}, 10.1.0.5`], CLIENT],
  ])("%s", (_name, peer, texts, expected) => {
    const { find } = finder({ trustProxy: TRUSTED });
    expect(find(forwardedFor(peer, ...texts))).toBe(expected);
  });

  test("Forwarded is walked in the same way", () => {
    const { find } = finder({ trustProxy: TRUSTED, forwardedBy: "forwarded" });
    const found = (...texts: readonly string[]): string | undefined =>
      find({ peer: "10.0.0.1", fields: texts.map((text) => ["forwarded", text] as const) });
    expect(found(`for=${FORGED}, for=${CLIENT};proto=https, for="[2001:db8:f::1]:80"`)).toBe(
      CLIENT,
    );
    expect(found(`for=${FORGED}`, `for=${CLIENT}`, "for=10.1.0.7")).toBe(CLIENT);
    expect(found(`for=${FORGED}, for=unknown`)).toBeUndefined();
    expect(found(`for=${FORGED}, by=10.0.0.2`)).toBeUndefined();
    expect(found(`for=${FORGED};x="`, `for=${CLIENT}`)).toBe(CLIENT);
    expect(found(`for=${FORGED};x=", for=${CLIENT}`)).toBeUndefined();
    expect(found("for=10.0.0.2")).toBeUndefined();
    expect(found()).toBeUndefined();
  });

  test.each(HEADERS)("R7239-09: only %s is read", (header) => {
    const { find } = finder({ trustProxy: TRUSTED, forwardedBy: header });
    const [other] = HEADERS.filter((name) => name !== header);
    const text = (address: string): string => (header === "forwarded" ? `for=${address}` : address);
    const others = ["x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip", `${other}`];
    const forged = others.map((name) => [name, `for=${FORGED}`] as const);
    expect(find({ peer: "10.0.0.1", fields: [...forged, [header, text(CLIENT)]] })).toBe(CLIENT);
    expect(find({ peer: "10.0.0.1", fields: forged })).toBeUndefined();
  });
});

/** A model of the walk: Node's own lists of addresses, and a loop that pops. */
function modelAddress(
  header: ForwardingHeader,
  peer: string,
  lines: readonly string[],
): string | undefined {
  const trusted = new BlockList();
  for (const proxy of PROXIES) trusted.addAddress(proxy, isIPv4(proxy) ? "ipv4" : "ipv6");
  const hops = [...modelNodes(header, lines), peer];
  let hop = hops.pop();
  while (hop !== undefined && (isIPv4(hop) || isIPv6(hop))) {
    if (!trusted.check(hop, isIPv4(hop) ? "ipv4" : "ipv6")) return hop;
    hop = hops.pop();
  }
  return undefined;
}

describe.each(HEADERS)("any %s", (header) => {
  const { find } = finder({ trustProxy: PROXIES, forwardedBy: header });
  const lines = fc.array(headerText(header), { maxLength: 3 });
  const asFields = (texts: readonly string[]) => texts.map((text) => [header, text] as const);
  const proxies = fc.constantFrom(...PROXIES);
  const element = (address: string): string => {
    if (header === "x-forwarded-for") return address;
    return address.includes(":") ? `for="[${address}]"` : `for=${address}`;
  };

  test("leads where an independent model leads", () => {
    const peers = fc.oneof(proxies, fc.constantFrom(CLIENT, "::ffff:10.0.0.2", "2001:db8::9"));
    const property = fc.property(peers, lines, (peer, texts) => {
      expect(find({ peer, fields: asFields(texts) })).toBe(modelAddress(header, peer, texts));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  test("R7239-03: what a client sends leads nowhere but to itself", () => {
    const clients = fc.oneof(
      fc.ipV4().filter((address) => !PROXIES.includes(address)),
      fc.constantFrom("2001:db8::9", "::1"),
    );
    const inOneLine = fc.boolean();
    const chains = fc.array(proxies, { minLength: 1, maxLength: 3 });
    const property = fc.property(
      ...[lines, clients, chains, inOneLine],
      (sent, client, chain, isJoined) => {
        const added = [client, ...chain.slice(1)].map(element);
        const texts = isJoined ? [[...sent, ...added].join(", ")] : [...sent, ...added];
        const found = find({ peer: chain[0] ?? "", fields: asFields(texts) });
        expect(header === "forwarded" ? [client, undefined] : [client]).toContain(found);
        // A client loses its address only by what it sends in the very line to which the proxy adds.
        const line = isJoined ? [...sent, element(client)].join(", ") : element(client);
        expect(found).toBe(modelNodes(header, [line]).at(-1));
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test("R7239-05: a client that comes without a proxy is itself, whatever it sends", () => {
    const property = fc.property(lines, (texts) => {
      expect(find({ peer: CLIENT, fields: asFields(texts) })).toBe(CLIENT);
    });
    fc.assert(property);
  });
});

describe("a socket of the file system", () => {
  const trustProxy = ["unix", "10.0.0.0/24"];

  test("is a proxy where it is named: its peer has no address", () => {
    const { find, warnings } = finder({ trustProxy }, { ...testReader, isUnixSocket: () => true });
    expect(find(forwardedFor(undefined, `${FORGED}, ${CLIENT}, 10.0.0.1`))).toBe(CLIENT);
    expect(find({})).toBeUndefined();
    expect(find(forwardedFor(CLIENT, FORGED))).toBe(CLIENT);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["a connection of TCP that was reset", { ...testReader, isUnixSocket: () => false }],
    ["a platform on which nobody can tell", testReader],
  ])("is not believed to be %s, though its peer has no address either", (_name, reader) => {
    const { find, warnings } = finder({ trustProxy }, reader);
    expect(find(forwardedFor(undefined, FORGED))).toBeUndefined();
    expect(find(forwardedFor("10.0.0.1", CLIENT))).toBe(CLIENT);
    expect(warnings).toEqual([expect.stringContaining("no address to go on from")]);
  });

  test("is none where it is not named, and is warned of once: it may be a platform that tells no address", () => {
    const { find, warnings } = finder({ trustProxy: TRUSTED });
    for (let time = 0; time < 3; time += 1)
      expect(find(forwardedFor(undefined, FORGED))).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("no address to go on from")]);
  });
});

describe("a list without end", () => {
  test("is looked at from its end, no further than any chain is long", () => {
    const { find } = finder({ trustProxy: TRUSTED });
    const hops = Array.from({ length: 64 }, () => "10.0.0.1").join(", ");
    expect(find(forwardedFor("10.0.0.1", `${CLIENT}, ${hops}`))).toBeUndefined();
    expect(find(forwardedFor("10.0.0.1", `${",".repeat(16_000)}, ${CLIENT}`))).toBe(CLIENT);
  });
});

describe("createSuspicion", () => {
  function warned(options: AddressOptions<TestRequest>, requests: readonly TestRequest[]): number {
    let warnings = 0;
    const suspect = createSuspicion(options, testReader, () => {
      warnings += 1;
    });
    for (const request of requests) suspect(request);
    return warnings;
  }

  test("warns once of a proxy that nobody has named", () => {
    const forwarded: TestRequest = { peer: "10.0.0.1", fields: [["forwarded", "for=_x"]] };
    expect(warned({}, [forwarded, forwardedFor("10.0.0.1", CLIENT), forwarded])).toBe(1);
    expect(warned({}, [{ peer: CLIENT }])).toBe(0);
  });

  test.each<AddressOptions<TestRequest>>([
    { trustProxy: [] },
    { trustProxy: TRUSTED },
    { clientAddress: () => CLIENT },
  ])("says nothing where somebody has thought of it: %j", (options) => {
    expect(warned(options, [forwardedFor("10.0.0.1", CLIENT)])).toBe(0);
  });
});

describe("clientAddress", () => {
  test("is believed, and nothing is no address", () => {
    const { find } = finder({ clientAddress: ({ peer }) => peer });
    expect(find({ peer: CLIENT })).toBe(CLIENT);
    expect(find({})).toBeUndefined();
    // A cast, as frameworks without types answer so.
    const other = finder({ clientAddress: () => null as never });
    expect(other.find({ peer: CLIENT })).toBeUndefined();
  });

  test.each([
    ["a number", () => 7],
    ["an object", () => ({ address: CLIENT })],
    ["a promise", async () => CLIENT],
    ["a promise that rejects", () => Promise.reject(new Error("no address"))],
  ])("that answers with %s is an error, and nothing is left to reject", (_name, answer) => {
    // A cast, as a host without types may do so. What rejects unheard fails the run of the tests.
    const { find } = finder({ clientAddress: answer as () => never });
    expect(() => find({ peer: CLIENT })).toThrow(
      new TypeError("options.clientAddress must answer with a text or undefined, at once"),
    );
  });

  test("warns once of a framework that believes every client", () => {
    const reader = { ...testReader, believesAnyone: () => true };
    const { find, warnings } = finder({ clientAddress: ({ peer }) => peer }, reader);
    expect(warnings).toEqual([]);
    for (let call = 0; call < 3; call += 1) find({ peer: CLIENT });
    expect(warnings).toEqual([expect.stringMatching(/trusts every proxy.+client-address/)]);
  });

  test("does not warn of a framework that believes its proxies", () => {
    const reader = { ...testReader, believesAnyone: () => false };
    const { find, warnings } = finder({ clientAddress: ({ peer }) => peer }, reader);
    find({ peer: CLIENT });
    expect(warnings).toEqual([]);
  });
});

describe("options", () => {
  test.each(["0.0.0.0/0", "::/0", "0.0.0.0-255.255.255.255"])("warns of %s", (range) => {
    const { find, warnings } = finder({ trustProxy: ["10.0.0.1", range] });
    expect(warnings).toEqual([expect.stringMatching(/trusts every address.+client-address/)]);
    if (!range.includes(":")) expect(find(forwardedFor("10.0.0.1", FORGED))).toBeUndefined();
  });

  test.each<[object, string]>([
    [{ trustProxy: ["10.0.0.1", "10.0.0.0/33"] }, "options.trustProxy[1]"],
    [{ trustProxy: ["010.0.0.1"] }, "options.trustProxy[0]"],
    [{ trustProxy: ["10.0.0.1/8"] }, "options.trustProxy[0]"],
    [{ trustProxy: ["loopback"] }, "options.trustProxy[0]"],
    [{ trustProxy: [1] }, "options.trustProxy[0]"],
    [{ trustProxy: true }, "options.trustProxy"],
    [{ trustProxy: "10.0.0.1" }, "options.trustProxy"],
    [{ forwardedBy: "x-real-ip" }, "options.forwardedBy"],
    [{ forwardedBy: "Forwarded" }, "options.forwardedBy"],
    [{ clientAddress: "request.ip" }, "options.clientAddress"],
    [{ clientAddress: () => CLIENT, trustProxy: [] }, "options.clientAddress"],
    [{ clientAddress: () => CLIENT, forwardedBy: "forwarded" }, "options.clientAddress"],
  ])("%j is refused by the option's name", (options, path) => {
    expect(() => finder(options as AddressOptions<TestRequest>)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(path) }),
    );
  });
});
