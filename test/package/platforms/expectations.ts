import { bearer, type Line } from "./call.ts";
import type { PlatformName } from "./processes.ts";

/** What differs from platform to platform. */
export interface Platform {
  readonly name: PlatformName;
  readonly adapters: readonly ("fetch" | "hono")[];
  /** The lines with which a call comes from an address; of a call without any it is the connection's where the platform tells it. */
  readonly from: (address: string) => readonly Line[];
  readonly tellsConnection: boolean;
  /** Whether a `process` of Node's is there, by adapter. */
  readonly hasProcess: { readonly fetch: boolean; readonly hono: boolean };
  /** What becomes of two Authorization lines of which the platform does not hand on both: all others are refused with 400. */
  readonly ofTwoLines: Readonly<Partial<Record<TwoLines, number>>>;
}

/** Two Authorization lines. */
type TwoLines =
  | "good, good"
  | "good, bad"
  | "bad, good"
  | "good, basic"
  | "basic, good"
  | "good, empty"
  | "empty, good";

/** By what they hold, from the one that is good. */
export function twoLines(good: Line): Readonly<Record<TwoLines, readonly Line[]>> {
  const [name] = good;
  const bad = bearer("unknown");
  const basic: Line = [name, "Basic YTpi"];
  const empty: Line = [name, ""];
  return {
    "good, good": [good, good],
    "good, bad": [good, bad],
    "bad, good": [bad, good],
    "good, basic": [good, basic],
    "basic, good": [basic, good],
    "good, empty": [good, empty],
    "empty, good": [empty, good],
  };
}

const KNOWS_CONNECTION = {
  adapters: ["fetch", "hono"],
  from: () => [],
  tellsConnection: true,
  hasProcess: { fetch: true, hono: true },
  ofTwoLines: {},
} as const satisfies Omit<Platform, "name">;

export const PLATFORMS: readonly Platform[] = [
  { name: "Bun", ...KNOWS_CONNECTION },
  { name: "Deno", ...KNOWS_CONNECTION },
  {
    name: "workerd",
    adapters: ["fetch", "hono"],
    from: (address) => [["CF-Connecting-IP", address]],
    tellsConnection: false,
    hasProcess: { fetch: false, hono: true },
    // It drops an empty line before another one.
    ofTwoLines: { "empty, good": 200 },
  },
  {
    name: "Next.js",
    adapters: ["fetch"],
    from: (address) => [["X-Forwarded-For", address]],
    // It writes the connection's address into X-Forwarded-For where there is none.
    tellsConnection: true,
    hasProcess: { fetch: true, hono: true },
    // It hands on the first line alone.
    ofTwoLines: {
      "good, good": 200,
      "good, bad": 200,
      "bad, good": 401,
      "good, basic": 200,
      "basic, good": 401,
      "good, empty": 200,
      "empty, good": 401,
    },
  },
];
