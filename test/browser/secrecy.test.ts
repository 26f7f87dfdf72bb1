import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeWithChromium } from "./support/chromium.ts";
import { openDesk } from "./support/desk.ts";
import { copied, noDialog, openDialog, press } from "./support/dialogs.ts";

/** Everything that the page shows or keeps, as one text: shadow roots, attributes, entered values, address, history, storage. */
function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const parts: unknown[] = [location.href, document.title, history.state, document.cookie];
    const read = (root: Document | ShadowRoot): void => {
      parts.push(root instanceof Document ? root.documentElement.outerHTML : root.innerHTML);
      for (const element of root.querySelectorAll("*")) {
        if ("value" in element) parts.push(element.value);
        if (element.shadowRoot !== null) read(element.shadowRoot);
      }
    };
    read(document);
    parts.push({ ...localStorage }, { ...sessionStorage }, await indexedDB.databases());
    // The entry of the navigation is the browser's own: it ends with the page, and scripts cannot take the address from it.
    const requests = performance.getEntriesByType("resource");
    parts.push(
      await caches.keys(),
      requests.map(({ name }) => name),
    );
    return JSON.stringify(parts);
  });
}

/** Listens to all that leaves the page: requests, and what is written to the console. */
function listen(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => void heard.push(message.text()));
  page.on("request", (request) => {
    heard.push(request.url(), request.postData() ?? "", JSON.stringify(request.headers()));
  });
  return heard;
}

/** Collects what the screens tell the page, in a variable of the page. */
async function collectEvents(page: Page): Promise<void> {
  await page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    for (const type of ["issued", "regenerated", "changed", "revoked", "rotation-requested"])
      document.addEventListener(`tokenry-${type}`, (event) => {
        if (event instanceof CustomEvent) told.push(type, event.detail);
      });
  });
}

/** Views, hides and copies the secret of the dialog, and looks at each step where it is. */
async function lookAt(page: Page): Promise<string> {
  const dialog = await openDialog(page, "New API Token");
  const value = dialog.locator(".value");
  expect(await value.textContent()).toMatch(/^•+$/);
  const hidden = await kept(page);
  await press(dialog, "View token");
  const secret = (await value.textContent())?.trim() ?? "";
  expect(secret.length).toBeGreaterThan(40);
  expect(hidden).not.toContain(secret);
  const shown = await kept(page);
  expect(shown.split(secret)).toHaveLength(2);
  // What reads the page aloud says that it is shown, not what it is.
  expect(await page.locator("body").ariaSnapshot()).not.toContain(secret);
  await press(dialog, "Hide token");
  expect(await kept(page)).not.toContain(secret);
  await press(dialog, "Copy");
  await expect.poll(() => copied(page)).toBe(secret);
  expect(await kept(page)).not.toContain(secret);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await noDialog(page);
  expect(await kept(page)).not.toContain(secret);
  return secret;
}

describeWithChromium("the secret", () => {
  test("OWN-07 is in the page only while it is shown, and nowhere else at any time", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    await collectEvents(page);
    const heard = listen(page);
    await press(page, "Generate");
    const secret = await lookAt(page);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await press(page, "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke");
    await noDialog(page);
    const told = await page.evaluate(() => JSON.stringify(Reflect.get(window, "told")));
    expect(told).toContain("issued");
    expect([told, await kept(page), ...heard].join("\n")).not.toContain(secret);
    await page.goto("/profile");
    await page.goBack();
    await page.getByRole("button", { name: "Generate" }).waitFor();
    expect(await kept(page)).not.toContain(secret);
  });

  test("of a regenerated token is no more anywhere than that of a new one", async () => {
    await using desk = await openDesk();
    await desk.app.tokens.issue({
      ...{ kind: "application", owner: "carol", actor: "adam", name: "till", access: "read" },
    });
    const page = await desk.signIn("adam", "/security/users/carol");
    await page.getByRole("tab", { name: "API Tokens" }).click();
    await collectEvents(page);
    const heard = listen(page);
    await press(page, "Regenerate");
    await press(await openDialog(page, "Regenerate API token"), "Regenerate");
    const secret = await lookAt(page);
    await page.getByRole("tab", { name: "Events" }).click();
    const told = await page.evaluate(() => JSON.stringify(Reflect.get(window, "told")));
    expect(told).toContain("regenerated");
    expect([told, ...heard].join("\n")).not.toContain(secret);
  });

  test("and the code of a link leave the address, the history and the page once they are used", async () => {
    await using desk = await openDesk();
    const { app } = desk;
    await app.tokens.issue({ kind: "web", owner: "uma", actor: "uma", name: "site" });
    await app.tokens.rotate({ kind: "web", owner: "uma", actor: "uma" });
    const page = await desk.signIn("uma", "/outbox");
    await expect.poll(() => app.outbox.mails("uma@acme.example").length).toBe(2);
    await page.reload();
    const heard = listen(page);
    const link = page.getByRole("link").filter({ hasText: "#rotation=" });
    const code = new URL((await link.getAttribute("href")) ?? "").hash.slice("#rotation=".length);
    await link.click();
    const question = await openDialog(page, "Make a new primary token?");
    expect(await kept(page)).not.toContain(code);
    expect(await page.evaluate(() => history.length)).toBeGreaterThan(1);
    await press(question, "Generate New Primary");
    const secret = await lookAt(page);
    expect(heard.join("\n")).not.toContain(secret);
    // The code is sent once, in the body of the request that uses it up.
    expect(heard.filter((text) => text.includes(code))).toEqual([JSON.stringify({ code })]);
  });
});
