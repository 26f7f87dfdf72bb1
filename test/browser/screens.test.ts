// What holds for the screens on a page, beside each other and by themselves.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { violationsOf } from "./support/axe.ts";
import { describeWithChromium } from "./support/chromium.ts";
import { openDesk } from "./support/desk.ts";
import { noDialog, openDialog, press, takeSecret } from "./support/dialogs.ts";
import { focused } from "./support/keyboard.ts";
import { show } from "./support/show.ts";

/** The titles of the sections, as they are read. */
async function titles(page: Page): Promise<readonly string[]> {
  const headings = page.getByRole("main").getByRole("heading", { level: 2 });
  return (await headings.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
}

/** Comes back to the page. */
function comeBack(page: Page): Promise<unknown> {
  return page.evaluate(() => window.dispatchEvent(new Event("focus")));
}

const colour = "rgb(1, 2, 3)";

describeWithChromium("screens on a page", () => {
  test("have titles that differ, where there are several kinds", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam", "/tokens");
    await show(page, [{ kind: "service" }, { kind: "application" }]);
    await expect.poll(() => titles(page)).toEqual(["API Tokens service", "API Tokens application"]);
    expect(await violationsOf(page)).toEqual([]);
    await show(page, [{ kind: "service", heading: "Robots" }]);
    await expect.poll(() => titles(page)).toEqual(["Robots"]);
    await show(page, [{ heading: "Keys" }]);
    await expect
      .poll(() => titles(page))
      .toEqual(["Keys personal", "Keys service", "Keys application", "Keys web"]);
  });

  test("say once that the session has ended, offer nothing, and go on when it is back", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    await page.getByRole("button", { name: "Create token" }).waitFor();
    desk.app.sessions.endAll();
    await comeBack(page);
    await page.getByRole("alert").first().waitFor();
    await page.getByRole("button", { name: "Create token" }).waitFor({ state: "detached" });
    expect((await page.getByRole("alert").allInnerTexts()).join().trim()).toBe(
      "You are signed out. Sign in",
    );

    // Where the page says nothing, the screen does.
    const other = await desk.signIn("uma", "/tokens");
    await show(other, [{}]);
    await other.getByRole("button", { name: "Create token" }).waitFor();
    desk.app.sessions.endAll();
    await comeBack(other);
    await other.getByText("You are signed out. Sign in again to go on.").waitFor();
    await other.getByRole("button", { name: "Create token" }).waitFor({ state: "detached" });
    expect(await other.getByRole("alert").count()).toBe(1);
    const again = await other.context().newPage();
    await again.goto("/sign-in");
    await press(again, "Uma Berg user");
    await again.waitForURL("/profile");
    await press(other, "Try again");
    await other.getByRole("button", { name: "Create token" }).waitFor();
    expect(await other.getByRole("alert").count()).toBe(0);
  });

  test("that say that the session has ended keep a new token on the screen", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    await press(page, "Generate");
    await openDialog(page, "New API Token");
    desk.app.sessions.endAll();
    await comeBack(page);
    await page.locator("#signed-out:not([hidden])").waitFor({ state: "attached" });
    expect(await takeSecret(page)).toMatch(/^acme_pat_/);
  });

  test("can be styled by their parts, those of dialogs too", async () => {
    await using desk = await openDesk();
    await desk.app.tokens.issue({ kind: "personal", owner: "adam", actor: "adam", name: "one" });
    await desk.app.tokens.zones.put({
      ...{ account: "acme", actor: "adam", name: "office", ranges: ["192.0.2.0/24"] },
    });
    const page = await desk.signIn("adam", "/tokens");
    await page.evaluate((wanted) => {
      const sheet = new CSSStyleSheet();
      const parts = ["section", "token", "state", "zones", "events", "filter", "notices"];
      const ofDialogs = ["dialog", "dialog-header", "dialog-content", "dialog-actions", "error"];
      for (const part of [...parts, ...ofDialogs])
        sheet.insertRule(`::part(${part}) { outline-color: ${wanted}; }`);
      document.adoptedStyleSheets.push(sheet);
    }, colour);
    const styled = (part: string) =>
      page
        .locator(`[part="${part}"]`)
        .first()
        .evaluate((element) => getComputedStyle(element).outlineColor);
    const events = { is: "tokenry-events", notices: "" };
    await show(page, [{ kind: "personal" }, { is: "tokenry-zones" }, events]);
    for (const part of ["section", "token", "state", "zones", "events", "filter", "notices"])
      expect(await styled(part), part).toBe(colour);
    await page.route("**/tokenry/**", (route) => route.abort());
    for (const [button, title, action] of [
      ["Revoke", "Revoke API token", "Revoke"],
      ["Edit office", "Edit zone “office”", "Save"],
      ["Remove office", "Remove zone “office”", "Remove zone"],
    ] as const) {
      await press(page, button);
      const dialog = await openDialog(page, title);
      await press(dialog, action);
      await dialog.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
      for (const part of ["dialog", "dialog-header", "dialog-content", "dialog-actions", "error"])
        expect(await styled(part), `${title}: ${part}`).toBe(colour);
      await press(dialog, "Cancel");
      await noDialog(page);
      await expect.poll(() => focused(page)).toBe(button);
    }
  });

  test("say that tokens open nothing while no method is left", async () => {
    await using desk = await openDesk();
    desk.app.people.change("uma", { methods: [] });
    const page = await desk.signIn("uma", "/profile/edit");
    await page
      .getByText("No HTTP method is allowed to you now: your tokens open nothing.")
      .waitFor();
    const adam = await desk.signIn("adam", "/security/users/uma");
    await adam.getByRole("tab", { name: "API Tokens" }).click();
    await adam.getByText("No HTTP method is allowed to this user now").waitFor();
  });
});
