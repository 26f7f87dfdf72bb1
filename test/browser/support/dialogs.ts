import type { Locator, Page } from "playwright-core";

/** The dialog of a heading, once it is there. */
export async function openDialog(page: Page, heading: string): Promise<Locator> {
  const dialog = page.getByRole("dialog", { name: heading, exact: true });
  await dialog.waitFor();
  return dialog;
}

/** Clicks a button by its whole name. */
export async function press(within: Page | Locator, name: string): Promise<void> {
  await within.getByRole("button", { name, exact: true }).click();
}

/** Waits until no dialog is open. */
export async function noDialog(page: Page): Promise<void> {
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Copies the new token of the dialog "New API Token", and closes it. */
export async function takeSecret(page: Page): Promise<string> {
  const dialog = await openDialog(page, "New API Token");
  await press(dialog, "Copy");
  await dialog.getByRole("button", { name: "Copied" }).waitFor();
  const secret = await copied(page);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await noDialog(page);
  return secret;
}

/** What is on the clipboard. */
export function copied(page: Page): Promise<string> {
  return page.evaluate<string>("navigator.clipboard.readText()");
}
