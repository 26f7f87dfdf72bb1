import { Secret } from "../../src/index.ts";

/** A value that no caller should pass, and may. Made anew each time, as some can be used but once. */
export interface HostileValue {
  readonly label: string;
  readonly make: () => unknown;
}

const MEBIBYTE = 1024 * 1024;
const large = "x".repeat(MEBIBYTE);
const huge = large.repeat(10);

class Unreadable {
  get length(): never {
    throw new Unreadable.Refusal("no length");
  }
  static Refusal = class extends Error {};
}

function refuse(): never {
  throw new Unreadable.Refusal("not to be read");
}

/** An object each of whose fields throws when it is read. */
function unreadableFields(): object {
  const names = [
    "include",
    "exclude",
    "days",
    "months",
    "orders",
    "kind",
    "owner",
    "actor",
    "name",
  ];
  const read = { get: refuse, enumerable: true };
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, read])));
}

/** A proxy that refuses whatever is asked of it. */
function refusingProxy(target: object): object {
  return new Proxy(target, {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
    getPrototypeOf: refuse,
  });
}

function revokedProxy(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `${typeof value} ${text.slice(0, 24)}`;
}

const plain: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -0, 1, -1, 1.5, 201, 2 ** 53, 1n],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...["", " ", "\u0000", "a\u0000b", "a\r\nb", "\u001b[31m", "\ud800", "a\udc00b"],
  ...["\u202eabc", "\u200f", "\u2066", "\ufeff", "ａｄａ", "ada\u0301"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "SYSTEM", "null", "0"],
  ...["' OR 1=1 --", "{{7*7}}", "../../etc/passwd", "%00", "zone:", "zone:__proto__"],
];

const made: Readonly<Record<string, () => unknown>> = {
  "1 MiB": () => large,
  "10 MiB": () => huge,
  "10 MiB of NUL": () => "\u0000".repeat(10 * MEBIBYTE),
  "10 MiB of blanks": () => " ".repeat(10 * MEBIBYTE),
  "an array": () => [],
  "an array with a hole": () => new Array(3),
  "an array of undefined": () => [undefined],
  "an array of arrays": () => [[["GET"]]],
  "an array of __proto__": () => ["__proto__"],
  "an array of 1 MiB": () => [large],
  "a long array": () => new Array(10_000).fill("10.0.0.0/8"),
  "an array of a symbol": () => [Symbol("s")],
  "an object": () => ({}),
  "an object with __proto__": () => JSON.parse('{"__proto__": {"months": 3}}'),
  "an object with constructor": () => ({ constructor: "full", toString: "full" }),
  "an object without prototype": () => Object.create(null),
  "an object with a symbol": () => ({ [Symbol("s")]: 1 }),
  "an object with a key of 1 MiB": () => ({ [large]: 1 }),
  "an object that inherits": () =>
    Object.create({ months: 3, include: ["10.0.0.0/8"], orders: 90 }),
  "a promise": () => Promise.resolve("ada"),
  "a function": () => () => "ada",
  "a class": () => Secret,
  "a symbol": () => Symbol("tokenry.system"),
  "a date": () => new Date(0),
  "a date that is none": () => new Date(Number.NaN),
  "a regular expression": () => /x/,
  "a map": () => new Map([["orders", 50]]),
  "a boxed string": () => new String("ada"),
  "a boxed number": () => new Number(1),
  "a secret": () => new Secret("t_0"),
  bytes: () => new Uint8Array(8),
  "a text made on demand": () => ({ toString: () => "ada", valueOf: () => 1 }),
  "fields that throw": unreadableFields,
  "a length that throws": () => new Unreadable(),
  "a proxy that throws": () => refusingProxy({}),
  "a proxy of an array that throws": () => refusingProxy([]),
  "a revoked proxy": () => revokedProxy({}),
  "a revoked proxy of an array": () => revokedProxy([]),
};

export const HOSTILE_VALUES: readonly HostileValue[] = [
  ...plain.map((value) => ({ label: shown(value), make: () => value })),
  ...Object.entries(made).map(([label, make]) => ({ label, make })),
];
