// The procedures of "Web Services REST API Token", by their own words and numbers.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call, mailsTo } from "../support/calls.ts";
import { describeWithChromium } from "../support/chromium.ts";
import { type Desk, openDesk } from "../support/desk.ts";
import { openDialog, press, takeSecret } from "../support/dialogs.ts";
import { userDetail, userMenu } from "../support/steps.ts";

/** The first primary token, by the screens; its mail is there then. */
async function generateFirst(desk: Desk, page: Page): Promise<string> {
  await userMenu(page, "View Profile");
  await press(page, "Generate");
  const secret = await takeSecret(page);
  await mailsTo(desk, "uma", 1);
  return secret;
}

/** Saves the form of the page "User Detail", which is loaded anew by that. */
async function save(page: Page): Promise<void> {
  const loaded = page.waitForEvent("load");
  await press(page, "Save");
  await loaded;
}

/** "To generate a new primary token", steps 1–6. */
async function generateNewPrimary(desk: Desk, page: Page): Promise<string> {
  const before = desk.app.outbox.mails("uma@acme.example").length;
  // 1. Navigate to your profile by clicking View Profile from the user settings menu.
  await userMenu(page, "View Profile");
  // 2. Click Edit.
  await press(page, "Edit");
  // 3. Click Generate New Primary.
  await press(page, "Generate New Primary");
  // 4. When prompted, confirm that a new primary token should be generated.
  const prompt = await openDialog(page, "Generate a new primary token?");
  await press(prompt, "Generate New Primary");
  await page.getByText("A new primary token will be requested when you save.").waitFor();
  expect(desk.app.outbox.mails("uma@acme.example")).toHaveLength(before);
  // 5. Click Save.
  await press(page, "Save");
  await page.getByText("Waiting for confirmation: open the link in the mail.").waitFor();
  // 6. Open the verification email and then follow the verification link.
  await mailsTo(desk, "uma", before + 1);
  await page.getByRole("link", { name: "Outbox" }).click();
  await page.locator("article").first().getByRole("link").filter({ hasText: "#rotation=" }).click();
  const question = await openDialog(page, "Make a new primary token?");
  expect(new URL(page.url()).hash).toBe("");
  await press(question, "Generate New Primary");
  return takeSecret(page);
}

/** "To delete a backup token", steps 1–5. */
async function deleteBackup(page: Page): Promise<void> {
  // 1. Navigate to your profile by clicking View Profile from the user settings menu.
  await userMenu(page, "View Profile");
  // 2. Click Edit.
  await press(page, "Edit");
  // 3. Click Delete Backup.
  await press(page, "Delete Backup");
  // 4. When prompted, confirm that the backup token should be deleted.
  await press(await openDialog(page, "Delete the backup token?"), "Delete Backup");
  await page.getByText("The backup token will be deleted when you save.").waitFor();
  // 5. Click Save.
  await press(page, "Save");
  await page.getByText("The backup token was deleted.").waitFor();
}

describeWithChromium("the primary and the backup token", () => {
  test("004: To generate a new primary token, steps 1–6", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    const old = await generateFirst(desk, page);
    const renewed = await generateNewPrimary(desk, page);
    // The current primary token will be set as a backup token.
    await page.getByText("Backup", { exact: true }).waitFor();
    expect([await call(desk, old), await call(desk, renewed)]).toEqual([200, 200]);
    expect(await mailsTo(desk, "uma", 3)).toEqual([
      "Your token was replaced: API token",
      "Confirm the replacement of your token: API token",
      "You have a new token: API token",
    ]);
  });

  test("004: To delete a backup token, steps 1–5", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    const old = await generateFirst(desk, page);
    const renewed = await generateNewPrimary(desk, page);
    await deleteBackup(page);
    expect([await call(desk, old), await call(desk, renewed)]).toEqual([401, 200]);
  });

  test("004: a token value has been compromised, steps 1–4", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    const compromised = await generateFirst(desk, page);
    // 1. Generate a new primary token.
    const renewed = await generateNewPrimary(desk, page);
    // The steps are on the screen as long as there is a backup.
    const steps = await page.getByRole("listitem").allTextContents();
    expect(steps.map((step) => step.trim())).toEqual(
      expect.arrayContaining([
        "Generate a new primary token.",
        "Update the programs that use the old one.",
        "Distribute them to where they run.",
        "Delete the backup token.",
      ]),
    );
    // 2. and 3. Update and distribute the applications: both tokens work meanwhile.
    expect([await call(desk, compromised), await call(desk, renewed)]).toEqual([200, 200]);
    // 4. Delete the backup token.
    await deleteBackup(page);
    expect([await call(desk, compromised), await call(desk, renewed)]).toEqual([401, 200]);
  });

  test("004: an administrator grants API access and defines the set of HTTP methods", async () => {
    await using desk = await openDesk();
    const master = await desk.signIn("mia");
    await userDetail(master, "uma", "General");
    await master.getByLabel("API access", { exact: true }).uncheck();
    await save(master);
    const page = await desk.signIn("uma");
    await page.getByText("API access is switched off for you").waitFor();
    expect(await page.getByRole("button", { name: "Generate" }).count()).toBe(0);
    await master.getByLabel("API access", { exact: true }).check();
    await master.getByLabel("POST").uncheck();
    await save(master);
    await page.reload();
    const secret = await generateFirst(desk, page);
    expect(await call(desk, secret)).toBe(200);
    expect(await call(desk, secret, { method: "POST" })).toBe(403);
  });

  test("004: a request can be cancelled, and a link that was turned down opens nothing", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await generateFirst(desk, page);
    await press(page, "Edit");
    await press(page, "Generate New Primary");
    await press(await openDialog(page, "Generate a new primary token?"), "Generate New Primary");
    await press(page, "Save");
    await page.getByText("Waiting for confirmation").waitFor();
    await mailsTo(desk, "uma", 2);
    await press(page, "Cancel request");
    await page.getByText("The request was cancelled. Nothing has changed.").waitFor();
    await page.getByRole("link", { name: "Outbox" }).click();
    await page.getByRole("link").filter({ hasText: "#rotation=" }).first().click();
    const question = await openDialog(page, "Make a new primary token?");
    await press(question, "Generate New Primary");
    await question.getByText("This link was used, replaced, or is too old.").waitFor();
  });
});
