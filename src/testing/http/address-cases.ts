import { assertEqual } from "../assert.ts";
import type { HttpSettings } from "./app.ts";
import type { Field, HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertRefused } from "./expect.ts";

/** Lines of the field, or whole fields. */
type Sent = readonly (string | Field)[];

/** Fails unless the network rules saw exactly this address. */
async function assertSeen(
  bench: HttpBench,
  fields: readonly Field[],
  address: string,
): Promise<void> {
  const { world } = bench;
  world.runs.length = 0;
  const only = await world.issue({ network: { include: [address] } });
  const others = await world.issue({ network: { exclude: [address] } });
  assertRefused(bench, await bench.askWith(others.secret, { fields }), "network_denied");
  assertAccepted(await bench.askWith(only.secret, { fields }), only);
}

/** Fails unless no address was seen: whatever the rule, it refuses, and without a rule the token works (IP-06). */
async function assertUnseen(bench: HttpBench, fields: readonly Field[]): Promise<void> {
  const { world } = bench;
  const anywhere = await world.issue({ network: { include: ["0.0.0.0/0", "::/0"] } });
  const notThere = await world.issue({ network: { exclude: ["192.0.2.254"] } });
  const free = await world.issue();
  assertRefused(bench, await bench.askWith(anywhere.secret, { fields }), "network_denied");
  assertRefused(bench, await bench.askWith(notThere.secret, { fields }), "network_denied");
  assertAccepted(await bench.askWith(free.secret, { fields }), free);
}

/** One case for each: the fields sent, and the address that is to be seen, or `undefined`. */
function seen(
  header: string,
  table: Readonly<Record<string, readonly [address: string | undefined, ...sent: Sent]>>,
): HttpCases {
  const cases: Record<string, (bench: HttpBench) => Promise<void>> = {};
  for (const [name, [address, ...sent]] of Object.entries(table)) {
    const fields = sent.map((item): Field => (typeof item === "string" ? [header, item] : item));
    cases[name] = (bench) =>
      address === undefined ? assertUnseen(bench, fields) : assertSeen(bench, fields, address);
  }
  return cases;
}

const CLIENT = "203.0.113.7";
const CLIENT6 = "2001:db8::7";

const byForwardedFor = seen("X-Forwarded-For", {
  "one hop: what the proxy says": [CLIENT, CLIENT],
  "R7239-08: what stands left of the client's address is its own invention": [
    CLIENT,
    `198.51.100.1, 127.0.0.1, ${CLIENT}`,
  ],
  "two hops: a trusted address is stepped over": [CLIENT, `${CLIENT}, 10.0.0.1`],
  "three hops and an invention": [CLIENT, `198.51.100.1, ${CLIENT}, 10.9.9.9, 10.0.0.1`],
  "an untrusted address among the hops is the client": [
    CLIENT,
    `198.51.100.1, ${CLIENT}, 10.0.0.1`,
  ],
  "several lines are one list, in order": [CLIENT, "198.51.100.1", CLIENT],
  "several lines are walked from the last": [CLIENT, `198.51.100.1, ${CLIENT}`, "10.0.0.1"],
  "lines that differ in the case of the name are one list": [
    CLIENT,
    ["x-forwarded-for", "198.51.100.1"],
    ["X-FORWARDED-FOR", CLIENT],
  ],
  "blanks and tabs around an address are none of it": [CLIENT, `198.51.100.1 ,\t ${CLIENT} \t`],
  "no blank stands after the comma": [CLIENT, `198.51.100.1,${CLIENT},10.0.0.1`],
  "R7239-07: IPv4 with a port": [CLIENT, `${CLIENT}:4711`],
  IPv6: [CLIENT6, CLIENT6],
  "IPv6 in another spelling": [CLIENT6, "2001:0DB8:0:0::0007"],
  "R7239-07: IPv6 in brackets": [CLIENT6, `[${CLIENT6}]`],
  "R7239-07: IPv6 in brackets with a port": [CLIENT6, `[${CLIENT6}]:4711`],
  "a trusted IPv6 hop is stepped over": [CLIENT6, `${CLIENT6}, 2001:db8:ffff::1`],
  "IP-02: an IPv4-mapped client is its IPv4 address": [CLIENT, `::ffff:${CLIENT}`],
  "IP-02: an IPv4-mapped hop is its IPv4 address": [CLIENT, `${CLIENT}, ::ffff:10.0.0.1`],
  "nonsense left of the client is never reached": [CLIENT, `nonsense, , _x, unknown, ${CLIENT}`],
  "R7239-09: Forwarded is not read where X-Forwarded-For is configured": [
    CLIENT,
    ["Forwarded", "for=198.51.100.1"],
    CLIENT,
  ],
  "no header from a trusted proxy: no address": [undefined],
  "Forwarded alone: no address": [undefined, ["Forwarded", `for=${CLIENT}`]],
  "fields of platforms are not read": [
    undefined,
    ["X-Real-IP", CLIENT],
    ["X-Client-IP", CLIENT],
    ["CF-Connecting-IP", CLIENT],
    ["True-Client-IP", CLIENT],
    ["X-Forwarded", `for=${CLIENT}`],
  ],
  "DEC-09: nothing but trusted addresses: no address": [undefined, "10.0.0.2, 10.0.0.1"],
  "an empty header: no address": [undefined, ""],
  "R7239-06: an empty element at the end": [undefined, `${CLIENT},`],
  "R7239-06: an empty element on the way": [undefined, `${CLIENT}, , 10.0.0.1`],
  "R7239-06: an empty second line": [undefined, CLIENT, ""],
  "R7239-06: unknown": [undefined, `${CLIENT}, unknown`],
  "R7239-06: unknown behind a trusted hop": [undefined, `${CLIENT}, unknown, 10.0.0.1`],
  "R7239-06: an obfuscated name": [undefined, `${CLIENT}, _hidden`],
  "IP-04: an octet over 255": [undefined, `${CLIENT}, 10.0.0.256`],
  "IP-04: octal octets": [undefined, `${CLIENT}, 012.0.0.1`],
  "IP-04: short forms": [undefined, `${CLIENT}, 10.1`],
  "IP-04: one number": [undefined, "3405803783"],
  "IP-04: an IPv6 zone": [undefined, "fe80::1%eth0"],
  "a CIDR block is no address": [undefined, `${CLIENT}/32`],
  "quotes are none of X-Forwarded-For": [undefined, `"${CLIENT}"`],
  "a name is no address": [undefined, "localhost"],
  "a port that is none": [undefined, `${CLIENT}:port`],
  "bytes over 0x7f": [undefined, `${CLIENT}\xa0`],
});

const byForwarded = seen("Forwarded", {
  "R7239-01: for of one element": [CLIENT, `for=${CLIENT}`],
  "R7239-02: the parameter's name in any case, among others": [
    CLIENT,
    `proto=https;FOR=${CLIENT};by=10.0.0.1;host=a`,
  ],
  "R7239-01: a quoted address with a port": [CLIENT, `for="${CLIENT}:4711"`],
  "R7239-01: IPv6 in quotes and brackets": [CLIENT6, `for="[${CLIENT6}]"`],
  "R7239-01: IPv6 with a port": [CLIENT6, `For="[${CLIENT6}]:4711"`],
  "R7239-05: elements are walked from the last": [
    CLIENT,
    `for=198.51.100.1, for=${CLIENT};proto=https, for=10.0.0.1`,
  ],
  "lines of Forwarded are one list": [CLIENT, "for=198.51.100.1", `for=${CLIENT}`, "for=10.0.0.1"],
  "a comma in quotes ends no element": [CLIENT, `for=${CLIENT};host="a, for=198.51.100.1"`],
  "X-Forwarded-For is not read where Forwarded is configured": [
    CLIENT,
    ["X-Forwarded-For", "198.51.100.1"],
    `for=${CLIENT}`,
  ],
  "X-Forwarded-For alone: no address": [undefined, ["X-Forwarded-For", CLIENT]],
  "for=unknown": [undefined, `for=${CLIENT}, for=unknown`],
  "an obfuscated for": [undefined, `for=${CLIENT}, for=_hidden`],
  "an obfuscated port hides no address": [CLIENT, `for="${CLIENT}:_x"`],
  "an element without for": [undefined, `for=${CLIENT}, proto=https`],
  "by is not for": [undefined, `by=${CLIENT}`],
  "R7239-02: for twice in one element": [undefined, `for=${CLIENT};for=${CLIENT}`],
  "IPv6 without quotes": [undefined, `for=${CLIENT6}`],
  "IPv6 without brackets": [undefined, `for="${CLIENT6}"`],
  "an address alone is no element": [undefined, CLIENT],
  "a blank before the equals sign": [undefined, `for =${CLIENT}`],
});

/** What a proxy adds in a line of its own is believed, or, where a platform joins the lines, nothing is: never what the client makes of it. */
const openQuote: HttpCases = {
  "an open quote swallows nothing that a proxy adds": async (bench) => {
    const fields: readonly Field[] = [
      ["Forwarded", 'for="198.51.100.1'],
      ["Forwarded", `for=${CLIENT}`],
    ];
    const { secret } = await bench.world.issue({ network: { include: [CLIENT] } });
    const { status } = await bench.askWith(secret, { fields });
    if (status === 200) await assertSeen(bench, fields, CLIENT);
    else await assertUnseen(bench, fields);
  },
};

/** What a client may send to be taken for another. */
const FORGERIES: readonly Field[] = [
  ["X-Forwarded-For", CLIENT],
  ["Forwarded", `for=${CLIENT}`],
  ["X-Real-IP", CLIENT],
];

function byConnection(name: string): HttpCases {
  return {
    [`CORE-56: ${name}`]: async (bench) => {
      await assertSeen(bench, FORGERIES, "127.0.0.1");
      await assertSeen(bench, [], "127.0.0.1");
      const { secret } = await bench.world.issue({ network: { include: [CLIENT] } });
      bench.world.runs.length = 0;
      assertRefused(bench, await bench.askWith(secret, { fields: FORGERIES }), "network_denied");
      assertEqual(bench.world.runs.length, 0, "handlers that ran");
    },
  };
}

const trustProxy = ["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"];
const forwarded: HttpSettings = { trustProxy, forwardedBy: "forwarded" };

/** From where a request comes, as its network rules see it. */
export const addressGroups: HttpGroups = {
  "addresses by X-Forwarded-For": { settings: { trustProxy }, cases: byForwardedFor },
  "addresses by Forwarded": { settings: forwarded, cases: { ...byForwarded, ...openQuote } },
  "addresses without trusted proxies": {
    settings: {},
    cases: byConnection("without trusted proxies the connection's address counts, and no header"),
  },
  "addresses of an untrusted peer": {
    settings: { trustProxy: ["10.0.0.1-10.0.0.9", "192.0.2.0/24"] },
    cases: byConnection("the headers of a peer that is not trusted are not read"),
  },
};
