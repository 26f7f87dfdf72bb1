// What the guide to API tokens of seed 003 tells in prose, done in the screens.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { movableClock } from "../../support/clock.ts";
import { call } from "../support/calls.ts";
import { describeWithChromium } from "../support/chromium.ts";
import { openDesk } from "../support/desk.ts";
import { noDialog, openDialog, press, takeSecret } from "../support/dialogs.ts";
import { securityMenu } from "../support/steps.ts";

const HERE = "127.0.0.0/8";
const ELSEWHERE = "203.0.113.0/24";

async function restrictTo(form: Locator, entry: string): Promise<void> {
  await form.getByRole("radio", { name: "Only from…", exact: true }).check();
  await form.getByRole("textbox", { name: "Only from" }).fill(entry);
  await form.getByRole("textbox", { name: "Only from" }).press("Enter");
}

async function create(page: Page, name: string): Promise<string> {
  await press(page, "Create token");
  const form = await openDialog(page, "Create token");
  await form.getByLabel("Name").fill(name);
  await press(form, "Create token");
  return takeSecret(page);
}

function card(page: Page, name: string): Locator {
  return page.getByRole("article", { name });
}

describeWithChromium("service tokens", () => {
  test("003: Create the token, with the network zones that API calls can originate from", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam");
    await securityMenu(page, "Network Zones");
    await press(page, "Add zone");
    const zone = await openDialog(page, "Add zone");
    await zone.getByLabel("Name").fill("office");
    await zone.getByLabel("Ranges").fill(`${HERE}\n192.0.2.1-192.0.2.9`);
    await press(zone, "Save");
    await noDialog(page);
    await page.getByText("Zone “office” is saved.").waitFor();

    await page.goto("/tokens");
    await press(page, "Create token");
    const form = await openDialog(page, "Create token");
    await form.getByLabel("Name").fill("nightly build");
    await form.getByRole("radio", { name: "Only from…", exact: true }).check();
    await form.getByRole("checkbox", { name: "office" }).check();
    await press(form, "Create token");
    const secret = await takeSecret(page);
    await card(page, "nightly build").getByText("Only from office").waitFor();
    expect(await call(desk, secret)).toBe(200);
    await desk.app.tokens.zones.put({
      ...{ account: "acme", actor: "adam", name: "office", ranges: [ELSEWHERE] },
    });
    expect(await call(desk, secret)).toBe(403);
  });

  test("003: Token network restrictions: modify an existing token to specify a network range", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const secret = await create(page, "nightly build");
    expect(await call(desk, secret)).toBe(200);
    await press(card(page, "nightly build"), "Edit");
    const form = await openDialog(page, "Edit token");
    await restrictTo(form, ELSEWHERE);
    await press(form, "Save");
    await noDialog(page);
    await card(page, "nightly build").getByText(`Only from ${ELSEWHERE}`).waitFor();
    expect(await call(desk, secret)).toBe(403);
    await press(card(page, "nightly build"), "Edit");
    const again = await openDialog(page, "Edit token");
    await again.getByRole("radio", { name: "Any IP" }).check();
    await press(again, "Save");
    await noDialog(page);
    expect(await call(desk, secret)).toBe(200);
  });

  test("003: Token rate limits: 50 percent of each API's maximum, adjusted by editing the section", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const secret = await create(page, "nightly build");
    await press(card(page, "nightly build"), "Edit");
    const form = await openDialog(page, "Edit token");
    await form.getByText("Token rate limits").waitFor();
    await form.getByText("50 % = 300 of 600 calls a minute").waitFor();
    await form.getByText("50 % = 30 of 60 calls a minute").waitFor();
    await form.getByLabel("Share of menu in percent").fill("5");
    await form.getByLabel("Share of menu in percent").press("Tab");
    await form.getByText("5 % = 3 of 60 calls a minute", { exact: true }).waitFor();
    await press(form, "Save");
    await noDialog(page);
    await card(page, "nightly build").getByText("menu: 3 calls a minute").waitFor();
    const statuses: number[] = [];
    for (let calls = 0; calls < 4; calls += 1)
      statuses.push(await call(desk, secret, { api: "menu" }));
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test("003: Token expiration: 30 days from creation or last use, refreshed with each API call", async () => {
    const clock = movableClock();
    await using desk = await openDesk({ clock });
    const page = await desk.open("/sign-in");
    await page.clock.setFixedTime(clock.now());
    await press(page, "Uma Berg user");
    await page.goto("/tokens");
    const secret = await create(page, "nightly build");
    const shown = card(page, "nightly build");
    await shown.getByText("Expires in 30 days unless used").waitFor();
    clock.pass({ days: 20 });
    await page.clock.setFixedTime(clock.now());
    await page.reload();
    await shown.getByText("Expires in 10 days unless used").waitFor();
    expect(await call(desk, secret)).toBe(200);
    await page.reload();
    await shown.getByText("Expires in 30 days unless used").waitFor();
    clock.pass({ days: 30, minutes: 2 });
    await page.clock.setFixedTime(clock.now());
    expect(await call(desk, secret)).toBe(401);
    await page.reload();
    await page.getByText("There are no API tokens yet.").first().waitFor();
  });

  test("003: Token deactivation: a token can be deactivated at any time, and with its user", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const [first, second] = [await create(page, "nightly build"), await create(page, "report")];
    await press(card(page, "nightly build"), "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke");
    await noDialog(page);
    expect([await call(desk, first), await call(desk, second)]).toEqual([401, 200]);
    const master = await desk.signIn("mia", "/security/users/uma");
    await master.getByLabel("Active", { exact: true }).uncheck();
    await press(master, "Save");
    await master.getByText("not active").first().waitFor();
    expect(await call(desk, second)).toBe(401);
  });
});
