import { describe, expect, inject, test } from "vitest";
import { isInstalled, notRun, type ProgramName, type ServerName } from "./names.ts";

/** A server for the whole run: make a database (`freshDatabase`) or use keys of your own on it, and do not stop it. */
export interface SharedServer {
  /** Of a Redis Cluster: of one of its nodes. */
  readonly url: string;
}

/** `undefined` where its program is not installed and no environment variable names a server. */
export function sharedServer(name: ServerName): SharedServer | undefined {
  const url = inject("servers")[name];
  return url === undefined ? undefined : { url };
}

/** `describe` with a shared server's URL. Where there is none, one test says so, and fails if `TOKENRY_REQUIRE_SERVERS` is 1. */
export function describeWithServer(
  name: ServerName,
  title: string,
  body: (url: string) => void,
): void {
  const server = sharedServer(name);
  if (server === undefined) describeMissing(name, title);
  else describe(title, () => body(server.url));
}

/** The same for tests that start servers of their own (`startPostgres`): they need the program, whatever server is shared. */
export function describeWithBinary(name: ProgramName, title: string, body: () => void): void {
  if (isInstalled(name)) describe(title, body);
  else describeMissing(name, title);
}

function describeMissing(name: ProgramName, title: string): void {
  test(notRun(title, name), () => {
    expect(process.env.TOKENRY_REQUIRE_SERVERS, "servers are required").not.toBe("1");
  });
}
