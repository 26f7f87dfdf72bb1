import type { Page } from "playwright-core";

/** Puts screens in the place of what the page shows. */
export async function show(page: Page, screens: readonly Readonly<Record<string, string>>[]) {
  await page.evaluate((wanted) => {
    const made = wanted.map(({ is = "tokenry-tokens", ...attributes }) => {
      const element = document.createElement(is);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    });
    const main = document.querySelector("main");
    const title = main?.querySelector("h1");
    main?.replaceChildren(...(title == null ? [] : [title]), ...made);
  }, screens);
}
