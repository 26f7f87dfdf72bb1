// The procedures of "Application Users - API Tokens", by their own words.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../support/calls.ts";
import { describeWithChromium } from "../support/chromium.ts";
import { type Desk, openDesk } from "../support/desk.ts";
import { noDialog, openDialog, press, takeSecret } from "../support/dialogs.ts";
import { securityMenu, userDetail } from "../support/steps.ts";

/** In the Access column, select the radio button of an API. */
async function choose(form: Locator, api: string, level: string): Promise<void> {
  await form
    .getByRole("radiogroup", { name: `Access: ${api}` })
    .getByRole("radio", { name: level })
    .check();
}

/** Adds a token that may read orders, by the screens. */
async function add(page: Page, name: string): Promise<string> {
  await press(page, "Add");
  const form = await openDialog(page, "Add token");
  await form.getByLabel("Name").fill(name);
  await choose(form, "orders", "Read Access");
  await press(form, "Save");
  return takeSecret(page);
}

function card(page: Page, name: string): Locator {
  return page.getByRole("article", { name });
}

/** How long each of Carol's tokens lives, in months. */
async function monthsLeft(desk: Desk): Promise<readonly number[]> {
  const { tokens } = await desk.app.tokens.list({ owner: "carol", actor: "adam" });
  return tokens.map(({ createdAt, expiresAt }) => {
    const lifeMs = (expiresAt?.getTime() ?? Number.NaN) - createdAt.getTime();
    return Math.round(lifeMs / (30.4375 * 86_400_000));
  });
}

describeWithChromium("the tokens of application users", () => {
  test("002: steps 1–4: Security, Application Users, the User ID, the Menu icon's Tabs, the tab", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    // Under the Security menu, click Application Users.
    await securityMenu(page, "Application Users");
    // Click on the User ID hyperlink of the user. The User Detail screen will open.
    await page.getByRole("link", { name: "carol", exact: true }).click();
    await page.getByRole("heading", { name: "User Detail: Carol Diaz" }).waitFor();
    // All tabs are visible by default.
    const tabs = page.getByRole("tab");
    expect(await tabs.allTextContents()).toEqual(["General", "API Tokens", "Access", "Events"]);
    // To show/hide a tab, click on the Menu icon and select the Tabs option.
    const toggle = async (label: string): Promise<void> => {
      await page.getByLabel("Menu", { exact: true }).click();
      await press(page, "Tabs");
      // From the pop-up menu, check to show or uncheck to hide the desired tab(s).
      await page.getByRole("dialog", { name: "Tabs" }).getByLabel(label).click();
      await press(page, "Done");
    };
    await toggle("Access");
    expect(await tabs.filter({ visible: true }).allTextContents()).not.toContain("Access");
    await toggle("Access");
    expect(await tabs.filter({ visible: true }).allTextContents()).toContain("Access");
    // Click on the API Tokens tab.
    await page.getByRole("tab", { name: "API Tokens" }).click();
    await page.getByRole("button", { name: "Add", exact: true }).waitFor();
  });

  test("002: create a new token: Add, Expiration (Months), the Access column, Save", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    // To create a new token, click the Add button.
    await press(page, "Add");
    const form = await openDialog(page, "Add token");
    await form.getByLabel("Name").fill("night shift");
    // Choose the number of Expiration (Months); options include '3', '6' (default), or '12'.
    const months = form.getByLabel("Expiration (Months)");
    expect((await months.locator("option").allTextContents()).map((each) => each.trim())).toEqual([
      ...["3", "6", "12"],
    ]);
    expect(await months.locator("option:checked").textContent()).toContain("6");
    await months.selectOption({ label: "12" });
    // In the Access column, select the appropriate radio button; 'No Access' is the default.
    const invoices = form.getByRole("radiogroup", { name: "Access: invoices" });
    expect(await invoices.getByRole("radio", { name: "No Access" }).isChecked()).toBe(true);
    await choose(form, "orders", "Full Access (GET & POST)");
    await choose(form, "invoices", "Read Access (GET)");
    // When ready, click Save.
    await press(form, "Save");
    const secret = await takeSecret(page);
    await card(page, "night shift").waitFor();
    expect(await monthsLeft(desk)).toEqual([12]);
    expect(await call(desk, secret, { method: "POST" })).toBe(201);
    expect(await call(desk, secret, { api: "invoices" })).toBe(200);
    expect(await call(desk, secret, { api: "invoices", method: "POST" })).toBe(403);
    expect(await call(desk, secret, { api: "menu" })).toBe(403);
  });

  test("002: create/update all: Access Level from the drop-down, Apply to all APIs", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    await press(page, "Add");
    const form = await openDialog(page, "Add token");
    await form.getByLabel("Name").fill("everything");
    await form.getByLabel("Access Level").selectOption({ label: "Read Access" });
    await form.getByLabel("Apply to all APIs").check();
    for (const api of ["orders", "invoices", "menu"]) {
      const row = form.getByRole("radiogroup", { name: `Access: ${api}` });
      expect(await row.getByRole("radio", { name: "Read Access" }).isChecked()).toBe(true);
    }
    await press(form, "Save");
    const secret = await takeSecret(page);
    expect(await call(desk, secret, { api: "menu" })).toBe(200);
    expect(await call(desk, secret, { api: "menu", method: "POST" })).toBe(403);
  });

  test("002: edit an existing token: its Edit link, Access, Save; what was not touched stays", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    const secret = await add(page, "night shift");
    const before = await desk.app.tokens.list({ owner: "carol", actor: "adam" });
    // To edit an existing token, click the Edit link for that token.
    await press(card(page, "night shift"), "Edit");
    const form = await openDialog(page, "Edit token");
    await choose(form, "orders", "No Access");
    await choose(form, "menu", "Full Access");
    await press(form, "Save");
    await noDialog(page);
    const after = await desk.app.tokens.list({ owner: "carol", actor: "adam" });
    expect(after.tokens[0]?.expiresAt).toEqual(before.tokens[0]?.expiresAt);
    expect(after.tokens[0]?.name).toBe("night shift");
    expect(await call(desk, secret)).toBe(403);
    expect(await call(desk, secret, { api: "menu", method: "POST" })).toBe(201);
  });

  test("002: regenerate a token: its link, Expiration (Months) in the pop-up, Regenerate", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    const before = await add(page, "night shift");
    expect(await monthsLeft(desk)).toEqual([6]);
    // Click the Regenerate link for that token.
    await press(card(page, "night shift"), "Regenerate");
    const popUp = await openDialog(page, "Regenerate API token");
    // In the pop-up, choose the number of Expiration (Months); options include '3', '6' (default), or '12'.
    const months = popUp.getByLabel("Expiration (Months)");
    expect(await months.locator("option:checked").textContent()).toContain("6");
    await months.selectOption({ label: "3" });
    // Click the Regenerate button.
    await press(popUp, "Regenerate");
    const after = await takeSecret(page);
    expect(await monthsLeft(desk)).toEqual([3]);
    expect([await call(desk, before), await call(desk, after)]).toEqual([401, 200]);
  });

  test("002: revoke a specific token: its Revoke link, Revoke Token in the pop-up", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    const [ended, kept] = [await add(page, "night shift"), await add(page, "day shift")];
    await press(card(page, "night shift"), "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke Token");
    await noDialog(page);
    await card(page, "night shift").waitFor({ state: "detached" });
    expect([await call(desk, ended), await call(desk, kept)]).toEqual([401, 200]);
  });

  test("002: revoke all tokens: Revoke All, Revoke All Tokens in the pop-up", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    const secrets = [await add(page, "night shift"), await add(page, "day shift")];
    await press(page, "Revoke All");
    const popUp = await openDialog(page, "Revoke all API tokens");
    // So much at once asks for the owner's name.
    await press(popUp, "Revoke All Tokens");
    await popUp.getByText("This is not “Carol Diaz”.").waitFor();
    await popUp.getByRole("textbox").fill("Carol Diaz");
    await press(popUp, "Revoke All Tokens");
    await noDialog(page);
    await page.getByText("There are no API tokens yet.").first().waitFor();
    for (const secret of secrets) expect(await call(desk, secret)).toBe(401);
  });

  test("002: last steps: any other tab, then the X (Close) icon to return to the summary screen", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await userDetail(page, "carol", "API Tokens");
    await add(page, "night shift");
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText("made the token “night shift”").waitFor();
    await page.getByRole("link", { name: "Close", exact: true }).click();
    await page.getByRole("heading", { name: "Application Users" }).waitFor();
  });

  test("002: the user sees and ends what an administrator made, and makes none", async () => {
    await using desk = await openDesk();
    const { secret } = await desk.app.tokens.issue({
      ...{ kind: "application", owner: "uma", actor: "adam", name: "till", access: "read" },
    });
    const page = await desk.signIn("uma", "/tokens");
    await page.getByText("An administrator makes these tokens for you.").waitFor();
    expect(await page.getByRole("button", { name: "Add", exact: true }).count()).toBe(0);
    await press(card(page, "till"), "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke Token");
    await noDialog(page);
    expect(await call(desk, secret.reveal())).toBe(401);
  });
});
