import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTokenry, singleFixed, TokenryError } from "../src/index.ts";
import { managementApi } from "../src/manage/index.ts";
import { tellOutage, warnOfOutages } from "../src/outages.ts";

const outage = (cause: unknown) => new TokenryError("unavailable", { cause });

describe("where the host named nobody to be told of outages", () => {
  const emitWarning = vi.fn<typeof process.emitWarning>();
  beforeEach(() => {
    vi.spyOn(process, "emitWarning").mockImplementation(emitWarning);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    emitWarning.mockReset();
  });
  const told = (): string[] => emitWarning.mock.calls.map(([message]) => String(message));

  test("the process is told, of each reason once, with its cause", () => {
    const tell = warnOfOutages();
    for (const cause of [new Error("no such table: tokenry_tokens"), new Error("timeout"), 5]) {
      tell(outage(cause));
      tell(outage(cause));
    }
    expect(told()).toEqual([
      expect.stringContaining("no such table: tokenry_tokens"),
      expect.stringContaining("timeout"),
      expect.stringContaining("could not be done now"),
    ]);
    expect(emitWarning.mock.calls[0]?.[1]).toBe("TokenryWarning");
  });

  test("without the passwords of URLs", () => {
    warnOfOutages()(outage(new Error("no way to postgres://app:hunter2@db.internal/app")));
    expect(told()).toEqual([expect.stringContaining("no way to postgres://…@db.internal/app")]);
  });

  test("and of no more than twenty reasons, as a reason may differ each time", () => {
    const tell = warnOfOutages();
    for (let id = 0; id < 100; id += 1) tell(outage(new Error(`connection ${id} is lost`)));
    expect(told()).toHaveLength(20);
  });

  test("by a tokenry and by the management API", async () => {
    const find = () => Promise.reject(new Error("ldap is away"));
    const tokens = createTokenry({
      kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
      apis: { orders: { limit: 600, window: { minutes: 1 } } },
      directory: { find },
      cache: { ttl: { seconds: 5 } },
      observer: {
        verified() {
          throw new Error("metrics are away");
        },
      },
    });
    await tokens.verify("acme_pat_x", { api: "orders", method: "GET", address: "192.0.2.1" });
    const manage = managementApi(tokens, { actor: () => Promise.reject(new Error("no sessions")) });
    const answer = await manage(new Request("http://app.example/tokenry/context"));
    expect(answer.status).toBe(503);
    await vi.waitFor(() =>
      expect(told().sort()).toEqual([
        expect.stringContaining("metrics are away"),
        expect.stringContaining("no sessions"),
      ]),
    );
  });

  test("nobody else is told once somebody is named", () => {
    const onError = vi.fn();
    tellOutage(onError)(new Error("gone"));
    expect(onError).toHaveBeenCalledOnce();
    expect(told()).toEqual([]);
  });
});
