import { describe, expect, test } from "vitest";
import { fanOut } from "../../src/notifiers/fan-out.ts";
import type { Notifier } from "../../src/ports/notifier.ts";
import { recordingNotifier } from "../support/notifier.ts";
import { NOTICE } from "./webhook/notice.ts";

const idle: Notifier = { deliver: async () => undefined };

describe("fanOut", () => {
  test("has a channel for each notifier, in their order", () => {
    expect(fanOut({ webhook: idle, mail: idle }).channels).toEqual(["webhook", "mail"]);
  });

  test("hands a notice to the notifier of its channel alone", async () => {
    const [mail, webhook] = [recordingNotifier(), recordingNotifier()];
    const notifier = fanOut({ mail, webhook });
    await notifier.deliver({ ...NOTICE, channel: "webhook" });
    expect([mail.notices, webhook.notices]).toEqual([[], [{ ...NOTICE, channel: "webhook" }]]);
  });

  test.each(["notifier", "fax", "__proto__", "constructor"])(
    "hands what was committed for the channel %s, which is none, to the first",
    async (channel) => {
      const [mail, webhook] = [recordingNotifier(), recordingNotifier()];
      await fanOut({ mail, webhook }).deliver({ ...NOTICE, channel });
      expect([mail.notices.length, webhook.notices.length]).toEqual([1, 0]);
    },
  );

  test("fails as the notifier does", async () => {
    const webhook = recordingNotifier();
    webhook.failure = new Error("down");
    const notifier = fanOut({ mail: idle, webhook });
    await expect(notifier.deliver({ ...NOTICE, channel: "webhook" })).rejects.toBe(webhook.failure);
    await expect(notifier.deliver({ ...NOTICE, channel: "mail" })).resolves.toBeUndefined();
  });

  test("rejects for a notifier that throws instead", async () => {
    const failure = new Error("down");
    const throwing: Notifier = {
      deliver() {
        throw failure;
      },
    };
    await expect(fanOut({ throwing }).deliver(NOTICE)).rejects.toBe(failure);
  });

  test("does not change with the object that it was made of", async () => {
    const [mail, other] = [recordingNotifier(), recordingNotifier()];
    const notifiers: Record<string, Notifier> = { mail };
    const notifier = fanOut(notifiers);
    notifiers.mail = other;
    await notifier.deliver({ ...NOTICE, channel: "mail" });
    expect([mail.notices.length, other.notices.length]).toEqual([1, 0]);
    expect(Object.isFrozen(notifier.channels)).toBe(true);
  });

  test("takes 1 to 16 notifiers", () => {
    const members = (count: number): Record<string, Notifier> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`channel-${index}`, idle]));
    expect(fanOut(members(1)).channels).toHaveLength(1);
    expect(fanOut(members(16)).channels).toHaveLength(16);
    for (const count of [0, 17])
      expect(() => fanOut(members(count))).toThrow(new RangeError("notifiers must be 1 to 16"));
  });

  test.each(["a", "mail_2-b", "0", "x".repeat(64)])("takes the name %s", (name) => {
    expect(fanOut({ [name]: idle }).channels).toEqual([name]);
  });

  test.each(["", "Mail", "a b", "é", "a.b", "a\n", "x".repeat(65)])(
    "refuses the name %j",
    (name) => {
      expect(() => fanOut({ [name]: idle })).toThrow(RangeError);
      expect(() => fanOut({ [name]: idle })).toThrow("1 to 64 characters of a-z, 0-9, _ and -");
    },
  );

  test("refuses what is no notifier", () => {
    // Casts, as the compiler refuses them too.
    expect(() => fanOut({ mail: {} as Notifier })).toThrow(
      new TypeError("notifiers.mail.deliver must be a function"),
    );
    expect(() => fanOut({ mail: null as unknown as Notifier })).toThrow(TypeError);
    expect(() => fanOut([idle] as unknown as Record<string, Notifier>)).toThrow(
      new TypeError("notifiers must be an object"),
    );
  });

  test("refuses a fan-out in a fan-out", () => {
    expect(() => fanOut({ mail: idle, more: fanOut({ webhook: idle }) })).toThrow(TypeError);
  });
});
