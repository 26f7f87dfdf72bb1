import type { Page } from "playwright-core";

/** What has the focus, within shadow roots too: how it is called, or its text. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement;
    if (active === null || active === document.body) return "";
    // The cast: of what can have the focus, all that has labels has them so.
    const labels = "labels" in active ? (active as HTMLInputElement).labels : null;
    const label = labels?.[0]?.cloneNode(true);
    if (label instanceof HTMLElement)
      for (const part of label.querySelectorAll("select, .hint, .fault")) part.remove();
    const name = active.getAttribute("aria-label") ?? (label ?? active).textContent ?? "";
    return name.replace(/\s+/g, " ").trim();
  });
}

/** Presses Tab until what is called so has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (now === name) return;
    passed.push(now);
  }
  throw new Error(`Tab does not lead to “${name}”, but to ${[...new Set(passed)].join(", ")}`);
}

/** Goes to what is called so, and presses Enter. */
export async function enter(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}
