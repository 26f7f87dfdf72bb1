import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { LOOKS, SCENES } from "./scenes/index.ts";
import { violationsOf } from "./support/axe.ts";
import { describeWithChromium } from "./support/chromium.ts";
import { openDesk } from "./support/desk.ts";

/** What is wider than its place: the page, and what a dialog holds. */
async function tooWide(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const place of await page.locator("html, dialog[open] .content").all()) {
    const over = await place.evaluate((box) => box.scrollWidth - box.clientWidth);
    if (over > 0)
      found.push(`${over} px too wide: ${await place.evaluate((box) => box.localName)}`);
  }
  return found;
}

describeWithChromium("accessibility", () => {
  describe("axe-core finds nothing, and nothing overflows, light and dark, wide and narrow", () => {
    test.each(SCENES)("$name", async ({ person, path, prepare, before, act }) => {
      await using desk = await openDesk();
      await prepare?.(desk.app);
      const page = person === undefined ? await desk.open(path) : await desk.signIn(person);
      await before?.(page);
      await page.goto(path);
      await act(page, desk.app);
      const found: string[] = [];
      for (const { name, colorScheme, width, height } of LOOKS) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height });
        for (const place of await tooWide(page)) found.push(`${name}: ${place}`);
        for (const violation of await violationsOf(page)) found.push(`${name}: ${violation}`);
      }
      expect(found).toEqual([]);
    });
  });
});
