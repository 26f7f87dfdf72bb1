import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";

interface StaticFile {
  readonly type: string;
  readonly content: Uint8Array;
}

export type StaticFiles = ReadonlyMap<string, StaticFile>;

const TYPES = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" } as const;

/** Reads what pages refer to: the console's own files, and the screens of tokenry. */
export async function readStaticFiles(elements: URL): Promise<StaticFiles> {
  const asset = (name: string): URL => new URL(`assets/${name}`, import.meta.url);
  const files = await Promise.all([
    read("/tokenry/elements.js", elements, "js"),
    read("/assets/frame.css", asset("frame.css"), "css"),
    read("/assets/content.css", asset("content.css"), "css"),
    read("/assets/console.js", asset("console.js"), "js"),
    read("/assets/icon.svg", asset("icon.svg"), "svg"),
  ]);
  return new Map(files);
}

export function sendFile(response: ServerResponse, { type, content }: StaticFile): void {
  response
    .writeHead(200, {
      "Content-Type": `${type}; charset=utf-8`,
      "Cache-Control": "no-cache",
      "X-Content-Type-Options": "nosniff",
    })
    .end(content);
}

async function read(
  path: string,
  file: URL,
  type: keyof typeof TYPES,
): Promise<[string, StaticFile]> {
  return [path, { type: TYPES[type], content: await readFile(file) }];
}
