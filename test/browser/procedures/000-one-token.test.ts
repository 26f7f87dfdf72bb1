// The procedures of "Managing an API Token for your Account" and of "Manage API Tokens", by their own words and numbers.
import { expect, test } from "vitest";
import { call, mailsTo } from "../support/calls.ts";
import { describeWithChromium } from "../support/chromium.ts";
import { openDesk } from "../support/desk.ts";
import { copied, noDialog, openDialog, press, takeSecret } from "../support/dialogs.ts";
import { generate, userMenu } from "../support/steps.ts";

describeWithChromium("the one personal token", () => {
  test("000: Creating an API Token, steps 1–7", async () => {
    await using desk = await openDesk();
    // 1. Sign in to your account.
    const page = await desk.signIn("uma");
    // 2. From the user dropdown menu on the upper right-hand corner, go to Edit Profile.
    await userMenu(page, "Edit Profile");
    // 3. At the bottom of the API Token section, click Generate.
    await press(page.getByRole("region", { name: "API Token" }), "Generate");
    // 4. The New API Token dialog box appears.
    const dialog = await openDialog(page, "New API Token");
    // 5. The newly generated personal API Token appears (hidden) in the field.
    const value = dialog.locator(".value");
    expect(await value.textContent()).toMatch(/^•+$/);
    // If you want to view the hidden API token string, click the view icon.
    await press(dialog, "View token");
    const shown = (await value.textContent())?.trim() ?? "";
    expect(shown).toMatch(/^acme_pat_\w+$/);
    await press(dialog, "Hide token");
    expect(await value.textContent()).toMatch(/^•+$/);
    // 6. Click Copy to copy the token into your clipboard.
    await press(dialog, "Copy");
    await dialog.getByRole("button", { name: "Copied" }).waitFor();
    const secret = await copied(page);
    expect(secret).toBe(shown);
    await dialog.getByText("For security reasons, the token appears only once.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await noDialog(page);
    expect(await page.content()).not.toContain(secret);
    // 7. An email will be sent to the user, confirming the creation of a new API Token.
    expect(await mailsTo(desk, "uma", 1)).toEqual(["You have a new token: API token"]);
    // 8. Insert the new access key generated into the script in the API.
    expect(await call(desk, secret)).toBe(200);
    expect(await page.getByRole("button", { name: "Generate" }).count()).toBe(0);
  });

  test("OWN-10, ASVS 10.4.9, ASVS 7.5.2: 000: Revoking an Existing API Token, steps 1–5", async () => {
    await using desk = await openDesk();
    // 1. Sign in to your account.
    const page = await desk.signIn("uma");
    await generate(page);
    const secret = await takeSecret(page);
    // 2. From the user dropdown menu on the upper right-hand corner, go to the Edit Profile page, and click Revoke.
    await userMenu(page, "Edit Profile");
    await press(page, "Revoke");
    // 3. The Revoke API token confirmation dialog box appears.
    const dialog = await openDialog(page, "Revoke API token");
    // 4. Read the warning message, and then click Revoke, to confirm revoking the API token.
    await dialog.getByText("not reversible, and holds across all regions").waitFor();
    await press(dialog, "Revoke");
    await noDialog(page);
    await page.getByRole("button", { name: "Generate" }).waitFor();
    expect(await call(desk, secret)).toBe(401);
    // 5. You receive an email message confirming that your API token has been revoked.
    expect(await mailsTo(desk, "uma", 2)).toEqual([
      "Your token was revoked: API token",
      "You have a new token: API token",
    ]);
  });

  test("000: to replace a token, revoke it first; the new one works, the old one never again", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await generate(page);
    const first = await takeSecret(page);
    await press(page, "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke");
    await noDialog(page);
    await press(page, "Generate");
    const second = await takeSecret(page);
    expect([await call(desk, first), await call(desk, second)]).toEqual([401, 200]);
  });

  test("000: If the options aren't available on your profile, contact your Master Admin", async () => {
    await using desk = await openDesk();
    desk.app.people.change("uma", { apiAccess: false });
    const page = await desk.signIn("uma", "/profile/edit");
    await page.getByText("API access is switched off for you").waitFor();
    expect(await page.getByRole("button", { name: "Generate" }).count()).toBe(0);
  });

  test("001: Create an API Token, from Edit Profile in the lower left navigation bar to Copy", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    // From the lower left navigation bar, click Edit Profile.
    const bar = page.getByRole("navigation", { name: "Profile" });
    const place = await bar.boundingBox();
    expect(place?.x).toBe(0);
    expect(place?.y).toBeGreaterThan(400);
    await bar.getByRole("link", { name: "Edit Profile" }).click();
    // At the bottom of the API Token section, click Generate. The New API Token dialog box appears.
    await press(page.getByRole("region", { name: "API Token" }), "Generate");
    const dialog = await openDialog(page, "New API Token");
    // The token appears (hidden) in the field; click the view icon; click Copy.
    await press(dialog, "View token");
    const secret = await takeSecret(page);
    // An email will be sent to the user.
    expect(await mailsTo(desk, "uma", 1)).toEqual(["You have a new token: API token"]);
    expect(await call(desk, secret)).toBe(200);
  });

  test("001: Revoke an Existing API Token, from the user drop-down menu to the email", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await generate(page);
    const secret = await takeSecret(page);
    await userMenu(page, "Edit Profile");
    await press(page, "Revoke");
    const dialog = await openDialog(page, "Revoke API token");
    await press(dialog, "Revoke");
    await noDialog(page);
    expect(await call(desk, secret)).toBe(401);
    expect(await mailsTo(desk, "uma", 2)).toContain("Your token was revoked: API token");
  });
});
