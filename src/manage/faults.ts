import type * as z from "zod";
import { quoted } from "../checks.ts";
import type { Fault } from "./refusal.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** More are told to nobody: who sends a thousand faults reads none of them. */
const MOST = 20;

/** What is wrong with a body, by JSON Pointers (RFC 6901). Values are never repeated, names only as far as they can hold no secret. */
export function faultsOf({ issues }: z.core.$ZodError): readonly Fault[] {
  return issues
    .slice(0, MOST)
    .flatMap((issue) => faultsIn(issue, []))
    .slice(0, MOST);
}

function faultsIn(issue: Issue, above: Path): readonly Fault[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: pointerOf(path),
      message: `there is no ${quoted(key)}`,
    }));
  const branch = issue.code === "invalid_union" ? branchOf(issue.errors) : undefined;
  if (branch !== undefined) return branch.flatMap((each) => faultsIn(each, path));
  return [{ path: pointerOf(path), message: messageOf(issue) }];
}

/** Of what may be one of several: the one that it nearly is, as something deep in it is wrong. */
function branchOf(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) => issues.length > 0 && issues.every(isDeep));
}

function isDeep(issue: Issue): boolean {
  if (issue.path.length > 0 || issue.code === "unrecognized_keys") return true;
  return issue.code === "invalid_union" && branchOf(issue.errors) !== undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: "a string", array: "an array", object: "an object", record: "an object" },
  ...{ boolean: "true or false", number: "a number", int: "a whole number" },
};

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? "of another type"}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).map(quoted).join(", ")}`;
    case "invalid_format":
      return issue.format === "datetime"
        ? "must be a time in ISO 8601, in UTC"
        : "is not in its form";
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "unrecognized_keys":
    case "not_multiple_of":
    case "custom":
      return "is of a wrong type or value";
  }
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " elements long" : "";
}

/** A JSON Pointer. Names that a client has made up may be secrets in the wrong place. */
function pointerOf(path: Path): string {
  return path.map((part) => `/${escaped(shown(String(part)))}`).join("");
}

function shown(name: string): string {
  // Without its quotes: they are of a message.
  return quoted(name).slice(1, -1);
}

function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * The place in a body that a message of an operation begins with, `access.orders` say, as a fault; `undefined` where it begins with none.
 *
 * @example
 * faultAt({ network: { include: ["x"] } }, "network.include[0] must be …"); // { path: "/network/include/0", message: … }
 */
export function faultAt(body: unknown, message: string): Fault | undefined {
  const path: PropertyKey[] = [];
  let rest = message;
  for (let at = body; ; ) {
    const name = longestName(at, rest, path.length > 0);
    if (name === undefined) break;
    rest = rest.slice(name.written.length);
    path.push(name.key);
    at = name.value;
  }
  return path.length === 0 ? undefined : { path: pointerOf(path), message };
}

interface Name {
  readonly key: string;
  /** As a message writes it. */
  readonly written: string;
  readonly value: unknown;
}

/** Names may hold dots: the longest that fits is meant. */
function longestName(at: unknown, rest: string, isInner: boolean): Name | undefined {
  if (typeof at !== "object" || at === null) return undefined;
  const isList = Array.isArray(at);
  const written = (key: string): string => {
    if (isList) return `[${key}]`;
    return isInner ? `.${key}` : key;
  };
  const names = Object.entries(at).map(([key, value]) => ({ key, written: written(key), value }));
  return names
    .filter(
      (name) =>
        rest.startsWith(name.written) && /^(?:[.: [])/.test(rest.slice(name.written.length)),
    )
    .sort((left, right) => right.written.length - left.written.length)[0];
}
