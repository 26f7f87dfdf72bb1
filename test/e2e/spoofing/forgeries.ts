import fc from "fast-check";

/** Where the proxies of the chains are, and the client. */
export const FIRST_PROXY = "127.0.0.2";
export const SECOND_PROXY = "127.0.0.3";
export const CLIENT = "127.0.0.9";
export const OTHER_CLIENT = "127.0.0.8";

/** What the client would like to be. */
const FORGED = "10.9.9.9";
const FORGED_IPV6 = "2001:db8::bad";

/** Ranges that hold every address that a forgery names, but not the client's. */
export const FORGED_RANGES: readonly string[] = [
  "10.0.0.0/8",
  "2001:db8::/32",
  "127.0.0.1",
  FIRST_PROXY,
  SECOND_PROXY,
  "0.0.0.0",
  "::1",
];

/** Header lines: names and values take turns. */
export type Lines = readonly string[];

export interface Forgery {
  readonly name: string;
  readonly lines: Lines;
  /** No element can be made out in its `Forwarded`. Where a proxy passes that on as it came, its client has no address. */
  readonly isGarbled?: boolean;
}

const XFF = "X-Forwarded-For";
const FWD = "Forwarded";

/** The same elements in both headers. */
const both = (...addresses: readonly string[]): Lines => [
  ...[XFF, addresses.join(", ")],
  ...[FWD, addresses.map(element).join(", ")],
];

function element(address: string): string {
  return address.includes(":") ? `for="[${address}]"` : `for=${address}`;
}

const plain: readonly Forgery[] = [
  { name: "nothing", lines: [] },
  { name: "a forged address", lines: both(FORGED) },
  { name: "a forged list", lines: both(FORGED, FORGED, "10.1.1.1") },
  { name: "a proxy's address", lines: both(FIRST_PROXY) },
  { name: "all proxies' addresses", lines: both(FIRST_PROXY, SECOND_PROXY) },
  { name: "a forged address through the proxies", lines: both(FORGED, FIRST_PROXY, SECOND_PROXY) },
  { name: "the proxies, then a forged address", lines: both(SECOND_PROXY, FORGED) },
  { name: "this machine", lines: both("127.0.0.1") },
  { name: "any address", lines: both("0.0.0.0") },
  { name: "IPv6", lines: both(FORGED_IPV6, "::1") },
  { name: "a mapped address", lines: both("::ffff:10.9.9.9", "::ffff:a09:909") },
  { name: "mapped proxies", lines: both(FORGED, "::ffff:127.0.0.2", "::ffff:7f00:3") },
  { name: "one's own address in between", lines: both(FORGED, "127.0.0.9", FIRST_PROXY) },
  { name: "8 KiB of forged addresses", lines: both(...longList(FORGED)) },
  { name: "8 KiB of proxies", lines: both(...longList(SECOND_PROXY)) },
];

/** As many as fit into 8 KiB. */
function longList(address: string): readonly string[] {
  return Array.from({ length: Math.floor(8192 / `${element(address)}, `.length) }, () => address);
}

const lines: readonly Forgery[] = [
  { name: "many lines", lines: [...both(FORGED), ...both("10.1.1.1"), ...both(FIRST_PROXY)] },
  { name: "upper and lower case", lines: [...upper(both(FORGED)), ...lower(both("10.1.1.1"))] },
  { name: "lower and upper case", lines: [...lower(both("10.1.1.1")), ...upper(both(FORGED))] },
  {
    name: "one header, then the other",
    lines: [XFF, FORGED, FWD, `for=${SECOND_PROXY}`],
  },
  { name: "the other header first", lines: [FWD, `for=${FORGED}`, XFF, SECOND_PROXY] },
  {
    name: "headers of others",
    lines: [
      "X-Real-IP",
      "CF-Connecting-IP",
      "True-Client-IP",
      "X-Client-IP",
      "X-Cluster-Client-IP",
      "Fastly-Client-IP",
      "X-Forwarded",
      "Forwarded-For",
      "X-Originating-IP",
      "X-Remote-Addr",
    ].flatMap((name) => [name, FORGED]),
  },
  // nginx drops what has an underscore; Node keeps it apart.
  { name: "an underscore", lines: ["X_Forwarded_For", FORGED, "X-Forwarded_For", FORGED] },
];

function upper(some: Lines): Lines {
  return some.map((text, index) => (index % 2 === 0 ? text.toUpperCase() : text));
}

function lower(some: Lines): Lines {
  return some.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
}

const nodes: readonly Forgery[] = [
  ["unknown", "unknown"],
  ["an obfuscated name", "_hidden"],
  ["a quoted unknown", '"unknown"'],
  ["a quoted address", `"${FORGED}"`],
  ["an address with a port", `"${FORGED}:4711"`],
  ["escapes", String.raw`"\1\0.9.9.9"`],
  ["an escaped quote", String.raw`"\"${FORGED}\""`],
  ["commas within quotes", `"${FORGED}, for=${FORGED}, "`],
  ["an octal address", "012.9.9.9"],
  ["a short address", "10.9"],
  ["a number", "168364297"],
  ["a host's name", "localhost"],
  ["a block", '"10.0.0.0/8"'],
].map(([name = "", node = ""]) => ({
  name,
  lines: [XFF, `${node}, ${FIRST_PROXY}`, FWD, `for=${node}, for=${FIRST_PROXY}`],
}));

const garbled: readonly Forgery[] = [
  ["an unbalanced quote", `for="${FORGED}`],
  ["an unbalanced quote behind an address", `for=${FORGED};by="`],
  ["an unbalanced quote with an escape", `for=${FORGED};by="\\`],
  ["two unbalanced quotes", `for="${FORGED}", for="`],
  ["a comma in quotes left open", `for=${FORGED};x=", for=${FORGED}`],
  ["for twice in an element", `for=${FORGED};for=10.1.1.1`],
  ["FOR twice in an element", `for=${FORGED};FOR=10.1.1.1`],
  ["a semicolon at the end", `for=${FORGED};`],
  ["a comma at the end", `for=${FORGED},`],
  ["commas only", ",,,"],
  ["a pair without a value", "for="],
  ["no pair", FORGED],
  ["a bare IPv6 address", `for=[${FORGED_IPV6}]`],
  ["a bare port", `for=${FORGED}:4711`],
  ["a blank before the equals sign", `for =${FORGED}`],
  ["bytes above ASCII", `for=${FORGED}\u00e9`],
  ["a blank that is none of HTTP", `\u00a0for=${FORGED}`],
].map(([name = "", text = ""]) => ({ name, lines: [XFF, text, FWD, text], isGarbled: true }));

/** What a client can send to appear as another. */
export const FORGERIES: readonly Forgery[] = [...plain, ...lines, ...nodes, ...garbled];

const pieces = fc.constantFrom(
  ...["for=", "For=", "by=", "x=", '"', "\\", ",", ", ", ";", " ", "\t", "=", "[", "]", ":", "/"],
  ...[FORGED, FORGED_IPV6, FIRST_PROXY, SECOND_PROXY, CLIENT, "127.0.0.1", "::ffff:127.0.0.2"],
  ...["unknown", "_x", "\u00a0", "\u00ff", "10.9.9.9:80", `"[${FORGED_IPV6}]:1"`],
);
/** What a header field may hold: no controls but the tab (RFC 9110 section 5.5). */
const bytes = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })))
  .map((codes) => String.fromCharCode(...codes));
const garbage = fc
  .array(fc.oneof({ weight: 5, arbitrary: pieces }, { weight: 1, arbitrary: bytes }), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
const names = fc.constantFrom(XFF, FWD, XFF.toLowerCase(), FWD.toUpperCase(), "X-Real-IP");

/** Up to four lines of anything. */
export const anyLines: fc.Arbitrary<Lines> = fc
  .array(fc.tuple(names, garbage), { maxLength: 4 })
  .map((fields) => fields.flat());
