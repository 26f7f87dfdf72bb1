// What pages do to elements beside drawing them once: set, change and take away attributes, move them, put them into any box.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeWithChromium } from "./support/chromium.ts";
import { type Desk, openDesk } from "./support/desk.ts";
import { noDialog, openDialog, press, takeSecret } from "./support/dialogs.ts";
import { show } from "./support/show.ts";

function issueTo({ app }: Desk, owner: string) {
  const made = { kind: "application", owner, actor: "adam", name: `till of ${owner}` } as const;
  return app.tokens.issue({ ...made, access: "read" });
}

/** Sets an attribute of the screen, or takes it away. */
function set(page: Page, name: string, value: string | null): Promise<void> {
  return page
    .locator("main > *")
    .last()
    .evaluate(
      (element, [key, to]) => {
        if (to === null) element.removeAttribute(key);
        else element.setAttribute(key, to);
      },
      [name, value] as const,
    );
}

describeWithChromium("an element whose attributes change", () => {
  test("shows the owner that it has now, whenever that was said", async () => {
    await using desk = await openDesk();
    for (const owner of ["carol", "uma"]) await issueTo(desk, owner);
    const page = await desk.signIn("adam");
    await show(page, [{ is: "tokenry-owner-tokens", owner: "" }]);
    await page.getByRole("alert").first().waitFor();
    await set(page, "owner", "carol");
    await page.getByRole("article", { name: "till of carol" }).waitFor();
    await set(page, "owner", null);
    await page.getByRole("article").first().waitFor({ state: "detached" });
    await set(page, "owner", "uma");
    await page.getByRole("article", { name: "till of uma" }).waitFor();
  });

  test("shows all kinds once none is named, and asks where it always does once no place is", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "service" }]);
    await page.getByRole("button", { name: "Create token" }).waitFor();
    await page.getByRole("button", { name: "Generate" }).first().waitFor({ state: "detached" });
    await set(page, "kind", null);
    await page.getByRole("button", { name: "Generate" }).first().waitFor();
    await set(page, "api", "/nowhere");
    await page.getByRole("alert").first().waitFor();
    await set(page, "api", null);
    await page.getByRole("button", { name: "Generate" }).first().waitFor();
  });

  test.each(["de_DE", "c", " de ", "{{ locale }}"])("is drawn in the language %j", async (lang) => {
    await using desk = await openDesk();
    await desk.app.tokens.issue({ kind: "service", owner: "uma", actor: "uma", name: "build" });
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "service", lang }]);
    await page.getByRole("article", { name: "build" }).waitFor();
  });

  test.each([
    "display: flex",
    "display: flex; flex-direction: column; align-items: center",
    "display: grid; justify-items: start",
    "display: inline-block",
    "float: left",
    "position: absolute",
  ])("has a width in a box that is as wide as its content: %s", async (style) => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "service" }]);
    await page.getByRole("button", { name: "Create token" }).waitFor();
    for (const width of [360, 1000]) {
      await page.setViewportSize({ width, height: 700 });
      const [own, whole] = await page.locator("main").evaluate((main, css) => {
        main.style.cssText = css;
        const element = main.querySelector("tokenry-tokens");
        return [element?.clientWidth ?? 0, document.documentElement.scrollWidth];
      }, style);
      expect(own).toBeGreaterThan(200);
      expect(whole).toBeLessThanOrEqual(width);
    }
  });

  test("keeps a new token when it is moved, and a question when it comes back later", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "personal" }]);
    await press(page, "Generate");
    await press(await openDialog(page, "New API Token"), "View token");
    await page.evaluate(() => document.body.append(document.querySelector("tokenry-tokens") ?? ""));
    const dialog = await openDialog(page, "New API Token");
    expect(await dialog.evaluate((element) => element.matches(":modal"))).toBe(true);
    expect(await takeSecret(page)).toMatch(/^acme_pat_/);
    await press(page, "Revoke");
    await page.evaluate(async () => {
      const element = document.querySelector("tokenry-tokens");
      element?.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      document.body.append(element ?? "");
    });
    await openDialog(page, "Revoke API token");
  });

  test("shows no token again that it let go of", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "personal" }]);
    await press(page, "Generate");
    await openDialog(page, "New API Token");
    await page.evaluate(async () => {
      const element = document.querySelector("tokenry-tokens");
      element?.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      document.body.append(element ?? "");
    });
    await noDialog(page);
    await page.getByRole("button", { name: "Revoke", exact: true }).waitFor();
  });

  test("says nothing in capitals that is not so", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await show(page, [{ kind: "personal" }]);
    await page.locator("main").evaluate((main) => {
      main.style.textTransform = "uppercase";
    });
    await press(page, "Generate");
    const dialog = await openDialog(page, "New API Token");
    await press(dialog, "View token");
    const shown = dialog.locator(".value");
    expect(await shown.textContent()).toMatch(/acme_pat_/);
    expect(await shown.evaluate((value) => getComputedStyle(value).textTransform)).toBe("none");
  });
});
