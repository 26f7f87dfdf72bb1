// What forwarded.ts does, by other means: characters instead of a grammar, and Node's own reader of addresses.
import { isIPv4, isIPv6 } from "node:net";
import type { ForwardingHeader } from "../../src/http/forwarded.ts";

type Nodes = readonly (string | undefined)[];

/** The nodes of a header with these lines. */
export function modelNodes(header: ForwardingHeader, lines: readonly string[]): Nodes {
  return lines.flatMap((line) => nodesOfLine(header, line));
}

function nodesOfLine(header: ForwardingHeader, line: string): Nodes {
  if (header === "x-forwarded-for")
    return line
      .split(",")
      .map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ""))
      .map((part) => withoutPort(part) ?? address(part));
  const elements = split(line, ",");
  const nodes = elements?.map(nodeOf);
  return nodes === undefined || nodes.includes("broken") ? [undefined] : (nodes as Nodes);
}

/** Cuts at a character outside of quotes; `undefined` for a quote that is never closed. */
function split(text: string, at: string): readonly string[] | undefined {
  const parts = [""];
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    let character = text.charAt(index);
    if (character === at && !isQuoted) {
      parts.push("");
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "\\" && isQuoted) {
      index += 1;
      character += text.charAt(index);
    }
    parts[parts.length - 1] += character;
  }
  return isQuoted ? undefined : parts;
}

function nodeOf(element: string): string | undefined | "broken" {
  const values = new Map<string, string>();
  for (const pair of split(element, ";") ?? []) {
    const text = pair.replace(/^[ \t]+|[ \t]+$/g, "");
    if (text === "") continue;
    const [name, value] = parsePair(text);
    if (value === undefined || values.has(name)) return "broken";
    values.set(name, value);
  }
  const node = values.get("for");
  return node === undefined ? undefined : withoutPort(node);
}

function parsePair(pair: string): readonly [string, string | undefined] {
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at).toLowerCase(), pair.slice(at + 1)];
  if (at < 0 || !isToken(name)) return [name, undefined];
  if (isToken(value)) return [name, value];
  const inner = /^"(.*)"$/s.exec(value)?.[1];
  return [name, inner === undefined ? undefined : unescaped(inner)];
}

function isToken(text: string): boolean {
  return (
    text !== "" &&
    [...text].every((one) => /[!-~]/.test(one) && !'"(),/:;<=>?@[\\]{}'.includes(one))
  );
}

/** `undefined` for what no quoted string can hold. */
function unescaped(inner: string): string | undefined {
  let text = "";
  for (let index = 0; index < inner.length; index += 1) {
    let character = inner.charAt(index);
    if (character === '"') return undefined;
    if (character === "\\") {
      index += 1;
      character = inner.charAt(index);
    }
    if (!/^[\t -~\u0080-\u00ff]$/.test(character)) return undefined;
    text += character;
  }
  return text;
}

/** IPv4, or IPv6 in brackets. */
function withoutPort(node: string): string | undefined {
  const [host = "", digits] = node.startsWith("[")
    ? cut(node.slice(1), "]:", "]")
    : cut(node, ":", "");
  if (digits !== undefined && !/^(\d{1,5}|_[\w.-]+)$/.test(digits)) return undefined;
  return (node.startsWith("[") ? isIPv6(host) : isIPv4(host)) ? address(host) : undefined;
}

/** What is before and after the first separator; without one, what is before the end that has to be there. */
function cut(text: string, separator: string, end: string): readonly [string?, string?] {
  const at = text.indexOf(separator);
  if (at >= 0) return [text.slice(0, at), text.slice(at + separator.length)];
  return text.endsWith(end) ? [text.slice(0, text.length - end.length)] : [];
}

function address(text: string): string | undefined {
  return (isIPv4(text) || isIPv6(text)) && !text.includes("%") ? text : undefined;
}
