import { describe, expect, test } from "vitest";
import { mount as mountExpress } from "../../src/adapters/express.ts";
import { mount as mountFastify } from "../../src/adapters/fastify.ts";
import { mount as mountFetch } from "../../src/adapters/fetch.ts";
import { mount as mountHono } from "../../src/adapters/hono.ts";
import { mount as mountKoa } from "../../src/adapters/koa.ts";
import { mount as mountNest } from "../../src/adapters/nest.ts";
import { toNodeHandler } from "../../src/adapters/node.ts";
import {
  type Check,
  faults,
  isEmptyList,
  isEmptyObject,
  isFunction,
  never,
  optional,
  withValue,
} from "./option-faults.ts";

type Mount = (handler: never, options?: never) => unknown;

const MOUNTS: Readonly<Record<string, Mount>> = {
  ...{ Express: mountExpress, Koa: mountKoa, Hono: mountHono, Fastify: mountFastify },
  ...{ Nest: mountNest, fetch: mountFetch, "node:http": toNodeHandler },
};

const handler = async (): Promise<Response> => new Response();
const isRanges: Check = (value) =>
  Array.isArray(value) && Array.from(value).every((range) => range === "10.0.0.0/8");
const PROXIES = {
  ...{ origin: "https://auth.example", trustProxy: ["10.0.0.0/8"], forwardedBy: "forwarded" },
};
/** Those where there is no connection that they know of. */
const PEER = { peer: () => "10.0.0.1" };

describe.each(Object.entries(MOUNTS))("mount of %s", (name, mount) => {
  const hasPeer = name === "fetch" || name === "Hono";
  const options = hasPeer ? { ...PROXIES, ...PEER } : PROXIES;

  test("the options are right, each in its place", () => {
    mount(handler as never, options as never);
  });

  test.each([
    ["origin", optional(isFunction)],
    ["trustProxy", optional(isRanges)],
    ["trustProxy.0", never],
    ["forwardedBy", optional(never)],
  ] as const)("refuses by its path what is no right %s", async (path, isRight) => {
    const take = (value: unknown): unknown =>
      mount(handler as never, withValue(options, path.split("."), value) as never);
    const [root = ""] = path.split(".");
    expect(await faults(take, isRight, new RegExp(`^options\\.${root}\\b`))).toEqual([]);
  });

  test("refuses by its path what finds no address", async () => {
    const take = (value: unknown): unknown =>
      mount(handler as never, { clientAddress: value } as never);
    expect(await faults(take, optional(isFunction), /^options\.clientAddress\b/)).toEqual([]);
    const peer = (value: unknown): unknown => mount(handler as never, { peer: value } as never);
    const isRight = hasPeer ? optional(isFunction) : never;
    expect(await faults(peer, isRight, /^options(?:\.peer\b|: there is no "peer")/)).toEqual([]);
  });

  test("refuses what are no options, and what is no handler", async () => {
    const take = (value: unknown): unknown => mount(handler as never, value as never);
    expect(await faults(take, optional(isEmptyObject), /^options\b/)).toEqual([]);
    const handle = (value: unknown): unknown => mount(value as never);
    expect(await faults(handle, isFunction, /^handler\b/)).toEqual([]);
    const paths = (value: unknown): unknown =>
      mount(Object.assign(async () => new Response(), { paths: value }) as never);
    expect(await faults(paths, optional(isEmptyList), /^handler\.paths\b/)).toEqual([]);
    const prefix = (value: unknown): unknown =>
      mount(Object.assign(async () => new Response(), { prefix: value }) as never);
    expect(await faults(prefix, optional(never), /^handler\.prefix\b/)).toEqual([]);
  });
});
