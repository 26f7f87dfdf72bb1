import dns from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { afterEach, describe, expect, test, vi } from "vitest";
import { nodeModules } from "../../../src/notifiers/webhook/node-modules.ts";

afterEach(() => vi.unstubAllGlobals());

describe("nodeModules", () => {
  test("finds Node's own", () => {
    expect(nodeModules()).toEqual({ http, https, dns });
    expect(nodeModules()?.https).toBe(process.getBuiltinModule("node:https"));
  });

  test.each<[string, unknown]>([
    ["no process", undefined],
    ["a process that loads nothing", {}],
    ["a process without these modules", { getBuiltinModule: () => undefined }],
    [
      "a process without one of them",
      { getBuiltinModule: (name: string) => (name === "node:https" ? undefined : http) },
    ],
    [
      "functions of Node only to throw",
      {
        getBuiltinModule() {
          throw new Error("A Node.js API is used which is not supported in the Edge Runtime.");
        },
      },
    ],
  ])("finds none where there is %s", (_name, platform) => {
    vi.stubGlobal("process", platform);
    expect(nodeModules()).toBeUndefined();
  });

  test("finds none on workerd, whose node:https lets nobody choose the address", () => {
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    expect(nodeModules()).toBeUndefined();
  });
});
