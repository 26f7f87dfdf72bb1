import { describe, expect, test } from "vitest";
import { type Channel, channelsOf, createChannel } from "../../src/state/channels.ts";

const NOW = 1_800_000_000_000;
const deliver = async (): Promise<void> => undefined;

function namesOf(channels?: readonly string[]): readonly (readonly string[])[] {
  const notifier = channels === undefined ? { deliver } : { deliver, channels };
  return channelsOf(notifier).map(({ names }) => names);
}

/** A channel that has failed so often, each time at once. */
function failing(times: number): Channel {
  const channel = createChannel(["mail"]);
  for (let count = 0; count < times; count++) channel.failed(NOW, 0);
  return channel;
}

describe("channelsOf", () => {
  test("a notifier without channels is one, and no notifier is none", () => {
    expect(namesOf()).toEqual([["notifier"]]);
    expect(channelsOf(undefined)).toEqual([]);
  });

  test("the first channel also gets what was committed before there were channels", () => {
    expect(namesOf(["mail", "webhook"])).toEqual([["mail", "notifier"], ["webhook"]]);
  });

  test("a channel that is called as the one without channels keeps its own", () => {
    expect(namesOf(["mail", "notifier"])).toEqual([["mail"], ["notifier"]]);
    expect(namesOf(["notifier", "mail"])).toEqual([["notifier"], ["mail"]]);
  });
});

describe("a channel", () => {
  test("admits all until it has failed five times in a row", () => {
    expect([0, 1, 4].map((times) => failing(times).admits(200, NOW))).toEqual([200, 200, 200]);
    expect(failing(5).admits(200, NOW)).toBe(0);
  });

  test("admits one when its pause is over, and all once that one was delivered", () => {
    const channel = failing(5);
    expect(channel.pausedUntil).toBe(NOW + 5000);
    expect(channel.admits(200, NOW + 4999)).toBe(0);
    expect(channel.admits(200, NOW + 5000)).toBe(1);
    channel.failed(NOW + 5000, 0);
    expect(channel.admits(200, NOW + 14_999)).toBe(0);
    expect(channel.admits(200, NOW + 15_000)).toBe(1);
    channel.succeeded();
    expect(channel.admits(200, NOW + 15_000)).toBe(200);
  });

  test("a success in between begins the count anew", () => {
    const channel = failing(4);
    channel.succeeded();
    for (let count = 0; count < 4; count++) channel.failed(NOW, 0);
    expect(channel.isPaused(NOW)).toBe(false);
  });

  test("a clock that is set back ends a pause instead of making it longer", () => {
    expect(failing(5).isPaused(NOW - 1)).toBe(false);
  });
});
