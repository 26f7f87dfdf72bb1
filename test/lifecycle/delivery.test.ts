import { describe, expect, test } from "vitest";
import { resolveDelivery } from "../../src/lifecycle/delivery.ts";

describe("resolveDelivery", () => {
  test("eight at once for 30 seconds each, unless told", () => {
    expect(resolveDelivery({}, "delivery")).toEqual({ concurrency: 8, timeoutMs: 30_000 });
    const told = { concurrency: 100, timeout: { minutes: 1 } };
    expect(resolveDelivery(told, "delivery")).toEqual({ concurrency: 100, timeoutMs: 60_000 });
  });

  test.each([
    [{ concurrency: 0 }, "delivery.concurrency"],
    [{ concurrency: 101 }, "delivery.concurrency"],
    [{ concurrency: 1.5 }, "delivery.concurrency"],
    [{ timeout: { seconds: 61 } }, "delivery.timeout"],
    [{ timeout: { months: 1 } }, "delivery.timeout"],
    [{ timeouts: 1 }, "delivery"],
  ])("%o names its path", (delivery, path) => {
    expect(() => resolveDelivery(delivery as object, "delivery")).toThrow(path);
  });
});
