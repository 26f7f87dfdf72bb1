import fc from "fast-check";
import { SYSTEM, type Tokenry } from "../../src/index.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { outcomeOf } from "../support/world.ts";
import { type Document, type Operation, operationsOf, type Schema } from "./document.ts";
import { ORIGIN } from "./world.ts";

/** Texts that have broken servers before, beside what the schema knows nothing of. */
const HOSTILE = [
  ...["", " ", "\0", "..", ".", "%", "%zz", "a/b", "a%2Fb", "//", "\u202e", "\ud800", "null"],
  ...["__proto__", "constructor", "toString", "SYSTEM", "-1", "1e9", "9".repeat(40), "'; --"],
  ...["é".repeat(100), "x".repeat(10_000), "<script>", "{{7*7}}", "zone:x", "0.0.0.0/0", "\r\n"],
];
const KNOWN = [
  ...[ADA, BOB, MANAGER, STRANGER, "nobody", "personal", "service", "application", "web"],
  ...["direct", "orders", "invoices", "office", "token.issued", "notifier", "GET", "10.0.0.0/8"],
];
const RANGES = ["192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "198.51.100.1-198.51.100.9"];
const KINDS = ["personal", "service", "application", "web", "direct"];

/** What fits by the name of a place: by chance alone next to nothing would be carried out. */
function usual(name: string, ids: readonly string[]): fc.Arbitrary<unknown> | undefined {
  const ranges = fc.array(fc.constantFrom(...RANGES), { minLength: 1, maxLength: 4 });
  const known: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    ...{ ranges, include: ranges, exclude: ranges },
    kind: fc.constantFrom(...KINDS),
    owner: fc.constantFrom(ADA, BOB, STRANGER),
    tokenId: fc.constantFrom(...ids),
    name: fc.constantFrom("office", "home"),
  };
  return known[name];
}

/** A value for a named place: usual ones, twice in three times where there are any. */
function named(
  [name, schema]: readonly [string, Schema],
  document: Document,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  const value = anyOf(schema, document, ids);
  const arbitrary = usual(name, ids);
  return arbitrary === undefined
    ? value
    : fc.oneof({ weight: 2, arbitrary }, { weight: 1, arbitrary: value });
}

/** Values by a schema of the document and, one time in twelve, off it. */
function anyOf(schema: Schema, document: Document, ids: readonly string[]): fc.Arbitrary<unknown> {
  const anything = fc.oneof(
    fc.constantFrom<unknown>(...HOSTILE, null, true, -1, 1.5, 2 ** 60, [], {}, [[]], [null]),
    fc.jsonValue(),
  );
  const { value } = fc.letrec<{ value: unknown }>(() => ({
    value: fc.oneof(
      { weight: 11, arbitrary: fitting(schema, document, ids) },
      { weight: 1, arbitrary: anything },
    ),
  }));
  return value;
}

function fitting(
  schema: Schema,
  document: Document,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  const inner = (part: Schema): fc.Arbitrary<unknown> => anyOf(part, document, ids);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return fitting(document.components.schemas[name] ?? {}, document, ids);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map(inner));
  switch (schema.type) {
    case "object":
      return objectOf(schema, document, ids);
    case "array":
      return fc.array(inner(schema.items ?? {}), { maxLength: 4 });
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 500, 500) });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...KNOWN, ...ids) },
        { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
      );
  }
}

function objectOf(
  { properties, required = [], additionalProperties }: Schema,
  document: Document,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  if (properties === undefined) {
    const part = typeof additionalProperties === "object" ? additionalProperties : {};
    const values = anyOf(part, document, ids);
    return fc.dictionary(fc.constantFrom("orders", "invoices", ...HOSTILE), values, { maxKeys: 3 });
  }
  const parts = Object.entries(properties).map(
    (part) => [part[0], named(part, document, ids)] as const,
  );
  const needed = parts.filter(([name]) => required.includes(name));
  const known = fc.oneof(
    fc.record(Object.fromEntries(parts), { requiredKeys: [...required] }),
    fc.record(Object.fromEntries(needed)),
  );
  const more = fc.dictionary(fc.constantFrom(...HOSTILE), fc.jsonValue(), { maxKeys: 1 });
  return fc.oneof(
    { weight: 9, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, more).map(([one, other]) => ({ ...one, ...other })) },
  );
}

const HEADERS = fc.record(
  {
    "if-match": fc.constantFrom('"1"', "*", 'W/"1"', '"a", "2"', "1", '"', ",", '"\u00e9"'),
    "if-none-match": fc.constantFrom('"1"', "*", 'W/"1"', "x"),
    "idempotency-key": fc.constantFrom("k1", '"k1"', "k2", "a b", '"', "x".repeat(256), "é"),
    "content-type": fc.constantFrom("text/plain", "application/json; charset=utf-8", "x"),
    origin: fc.constantFrom("null", "https://evil.example", ORIGIN),
    "sec-fetch-site": fc.constantFrom("cross-site", "same-site", "same-origin", "none"),
    authorization: fc.constantFrom("Bearer x", "Basic eDp4"),
    accept: fc.constantFrom("text/html", "*/*"),
  },
  { requiredKeys: [] },
);
const ACTORS = fc.constantFrom(ADA, BOB, MANAGER, MANAGER, STRANGER, FOREIGN_MANAGER, "ghost", "");

/** What is sent for an operation. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly as: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export function requestsOf(document: Document, ids: readonly string[]): fc.Arbitrary<Asked> {
  const each = operationsOf(document).map(({ path, method, operation }) => {
    const parts = operation.parameters
      .filter((parameter) => parameter.in !== "header")
      .map(({ name, schema }) => [name, named([name, schema], document, ids)] as const);
    const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
    const requiredKeys = inPath.map(({ name }) => name);
    const needed = parts.filter(([name]) => requiredKeys.includes(name));
    const schema = operation.requestBody?.content["application/json"]?.schema;
    return fc.record({
      ...{
        path: fc.constant(path),
        method: fc.constant(method),
        operation: fc.constant(operation),
      },
      as: ACTORS,
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        { weight: 2, arbitrary: HEADERS },
      ),
      // Half of them without what may be left out: of many parameters one is nearly always refused.
      parts: fc.oneof(
        fc.record(Object.fromEntries(parts), { requiredKeys }),
        fc.record(Object.fromEntries(needed)),
      ),
      body:
        schema === undefined
          ? fc.constantFrom(undefined, undefined, undefined, "{}")
          : fc.oneof(
              { weight: 9, arbitrary: anyOf(schema, document, ids) },
              {
                weight: 1,
                arbitrary: fc.constantFrom("{", "", "nul", '{"__proto__":{}}', "[".repeat(9999)),
              },
            ),
    });
  });
  return fc.oneof(...each);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** One part of a path or query, encoded as often as a client encodes it; what cannot be is sent as it is. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return "%ed%a0%80";
  }
}

export function sentOf(
  { path, method, operation, as, headers, parts, body }: Asked,
  supply: Supply,
): Request {
  const where = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(textOf(parts[name])));
  const query = operation.parameters
    .filter(({ name, in: place }) => place === "query" && parts[name] !== undefined)
    .flatMap(({ name }) => [parts[name]].flat().map((each) => `${name}=${encoded(textOf(each))}`));
  const isReading = method === "GET" || method === "HEAD";
  const usual = isReading ? {} : { origin: ORIGIN, "content-type": "application/json" };
  const session = { "sec-fetch-site": "same-origin", cookie: `session=${as}` };
  const search = query.length > 0 ? `?${query.join("&")}` : "";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request(`${ORIGIN}/tokenry${supply.filled(where + search)}`, {
    method,
    headers: { ...usual, ...session, ...headers },
    ...(isReading || body === undefined ? {} : { body: supply.filled(text) }),
  });
}

/** The tokens that there are while the requests come, made anew where they have ended. */
export class Supply {
  readonly #tokens: Tokenry;
  readonly #ids = new Map<string, string>();

  constructor(tokens: Tokenry) {
    this.#tokens = tokens;
  }

  static readonly #MADE = [
    ...[["personal", ADA] as const, ["service", ADA] as const, ["service", STRANGER] as const],
    ...[["application", ADA] as const, ["application", BOB] as const],
    ...[["application", MANAGER] as const, ["web", ADA] as const, ["direct", BOB] as const],
  ];

  /** What requests name them by before they are sent. */
  static readonly NAMES: readonly string[] = Supply.#MADE.map((_, index) => `token-no-${index}`);

  async renew(): Promise<void> {
    const actor: typeof SYSTEM = SYSTEM;
    for (const [index, [kind, owner]] of Supply.#MADE.entries()) {
      const name = Supply.NAMES[index] ?? "";
      const tokenId = this.#ids.get(name) ?? "";
      if ((await outcomeOf(this.#tokens.get({ tokenId, actor }))) === "ok") continue;
      const issued = this.#tokens.issue({ kind, owner, actor, name: "one" });
      // A request may have issued another in its place.
      if ((await outcomeOf(issued)) === "ok") this.#ids.set(name, (await issued).token.id);
    }
  }

  filled(text: string): string {
    return text.replace(/token-no-\d/g, (name) => this.#ids.get(name) ?? name);
  }
}
