import type { Browser } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { findChromium, launchBrowser } from "./launch.ts";

let launched: Promise<Browser> | undefined;

/** The browser of a test file, which is started by the first test that needs it. */
export function openBrowser(): Promise<Browser> {
  launched ??= launchBrowser();
  return launched;
}

/** `describe` with a browser. Where there is none, one test says so, and fails if `TOKENRY_REQUIRE_SERVERS` is 1. */
export function describeWithChromium(title: string, body: () => void): void {
  if (findChromium() === undefined) {
    test(`${title} was not run: no Chromium found`, () => {
      expect(process.env.TOKENRY_REQUIRE_SERVERS, "servers are required").not.toBe("1");
    });
    return;
  }
  describe(title, () => {
    afterAll(async () => (await launched)?.close());
    body();
  });
}
