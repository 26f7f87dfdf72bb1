import type { CDPSession, Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeWithChromium } from "./support/chromium.ts";
import { type Desk, openDesk } from "./support/desk.ts";
import { openDialog, press, takeSecret } from "./support/dialogs.ts";

const COUNT = 10_000;
const BATCH = 100;

/** Issues very many tokens to one owner. */
async function fill({ app }: Desk, count: number): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        app.tokens.issue({
          ...{ kind: "service", owner: "uma", actor: "uma" },
          name: `build ${first + index + 1}`,
        }),
      ),
    );
  }
}

interface Figures {
  readonly nodes: number;
  readonly heapMiB: number;
}

/** What the page holds, after garbage was collected. */
async function figuresOf(session: CDPSession): Promise<Figures> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  return { nodes: metric("Nodes"), heapMiB: metric("JSHeapUsedSize") / 2 ** 20 };
}

/** Scrolls down until a part of the list is there. */
async function scrollTo(page: Page, part: string): Promise<void> {
  const wanted = page.getByRole("list", { name: part, exact: true });
  while ((await wanted.count()) === 0)
    await page.evaluate(async () => {
      window.scrollTo(0, document.documentElement.scrollHeight);
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
}

describeWithChromium("a very long list", () => {
  test("10,000 tokens scroll to the end, and the page does not grow with them", async () => {
    await using desk = await openDesk();
    const fillBegun = performance.now();
    await fill(desk, COUNT);
    console.log(
      `${COUNT} tokens issued in ${((performance.now() - fillBegun) / 1000).toFixed(1)} s`,
    );
    const page = await desk.signIn("uma");
    const first = page.getByRole("list", { name: "Tokens 1 to 50", exact: true });
    const begun = performance.now();
    await page.goto("/tokens");
    await first.waitFor();
    const firstMs = performance.now() - begun;
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");

    await scrollTo(page, "Tokens 951 to 1,000");
    const early = await figuresOf(session);
    const scrollBegun = performance.now();
    await scrollTo(page, "Tokens 9,951 to 10,000");
    const scrollMs = performance.now() - scrollBegun;
    await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
    const late = await figuresOf(session);
    console.log(
      `first tokens after ${firstMs.toFixed(0)} ms; from 1,000 to 10,000 in ${(scrollMs / 1000).toFixed(1)} s; ` +
        `at 1,000: ${early.nodes} nodes, ${early.heapMiB.toFixed(1)} MiB; at 10,000: ${late.nodes} nodes, ${late.heapMiB.toFixed(1)} MiB`,
    );
    // Every part that is far is one spacer.
    expect(late.nodes).toBeLessThan(early.nodes * 1.5);
    expect(late.nodes).toBeLessThan(60_000);
    // What is known of a token stays, at about a kilobyte; what was drawn of it goes.
    expect(late.heapMiB - early.heapMiB).toBeLessThan(20);

    await page.evaluate(() => window.scrollTo(0, 0));
    await first.waitFor();
  }, 600_000);

  test("shows a new token at once, and at its place when that is there", async () => {
    await using desk = await openDesk();
    await fill(desk, 2 * BATCH);
    const page = await desk.signIn("uma", "/tokens");
    await page.getByRole("list", { name: "Tokens 1 to 50", exact: true }).waitFor();
    await press(page, "Create token");
    const form = await openDialog(page, "Create token");
    await form.getByLabel("Name").fill("newest");
    await press(form, "Create token");
    await takeSecret(page);
    const ahead = page.getByRole("list", { name: "New." });
    const newest = page.getByRole("article", { name: "newest" });
    await ahead.getByRole("article", { name: "newest" }).waitFor();
    const { tokens } = await desk.app.tokens.list({ owner: "uma", actor: "uma", limit: 200 });
    expect(tokens.map(({ name }) => name)).not.toContain("newest");
    await scrollTo(page, "Tokens 201 to 201");
    await ahead.waitFor({ state: "detached" });
    expect(await newest.count()).toBe(1);
  });
});
