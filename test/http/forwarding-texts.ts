import fc from "fast-check";
import type { ForwardingHeader } from "../../src/http/forwarded.ts";

/** Proxies of the tests, and addresses that none of them has. */
export const PROXIES: readonly string[] = ["10.0.0.1", "10.0.0.2", "2001:db8:f::1"];

const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(...PROXIES),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.constantFrom("::FFFF:10.0.0.1", "::ffff:a00:2", "010.0.0.1", "10.1", "0x0a000001", "::"),
);

const bracketed = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
const port = fc.oneof(fc.constantFrom("", ":", ":0", ":65535", ":123456", ":_a"), fc.constant(""));

const nodes = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(bracketed, port).map((parts) => parts.join("")) },
  { weight: 2, arbitrary: addresses },
  { weight: 1, arbitrary: fc.constantFrom("unknown", "_hidden", "", "localhost", "[10.0.0.1]") },
);

const names = fc.constantFrom("for", "For", "FOR", "by", "proto", "host", "secret");

/** With some characters escaped that need not be. */
const quoted = fc
  .tuple(nodes, fc.nat(3))
  .map(([node, step]) => `"${[...node].map((one, index) => escaped(one, index, step)).join("")}"`);

function escaped(character: string, index: number, step: number): string {
  return step > 0 && index % step === 0 ? `\\${character}` : character;
}

const pairs = fc
  .tuple(names, fc.oneof(nodes, quoted, fc.constantFrom('", "', '";"', '"\\""', "a")))
  .map((parts) => parts.join("="));

const forwardedElements = fc
  .array(pairs, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(";"));

/** One element as a proxy may write it, though not always a valid one. */
export function elements(header: ForwardingHeader): fc.Arbitrary<string> {
  return header === "forwarded" ? forwardedElements : nodes;
}

const pieces = fc.constantFrom(
  ...["for=", "by=", '"', "\\", ",", ";", " ", "\t", "=", "[", "]", ":", ".", "10.0.0.1", "::1"],
  ...["unknown", "_x", "\u00a0", "\u00ff", "\v", "%", "1", "a", "F"],
);
const garbage = fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join(""));

const separators = fc.constantFrom(",", ", ", " ,\t", ",,", ";", "");

/** A line of a header: elements, with garbage now and then, in a list that may be broken. */
export function headerText(header: ForwardingHeader): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 6, arbitrary: elements(header) },
    { weight: 1, arbitrary: garbage },
  );
  const rest = fc.array(fc.tuple(fc.oneof(fc.constant(", "), separators), part), { maxLength: 3 });
  return fc.tuple(part, rest).map(([first, others]) => [first, ...others.flat()].join(""));
}
