import type { Page } from "playwright-core";
import { press } from "./dialogs.ts";

/** "From the user dropdown menu on the upper right-hand corner, go to …". */
export async function userMenu(page: Page, option: "Edit Profile" | "View Profile" | "Sign out") {
  const menu = page.getByRole("banner").locator("details");
  await menu.locator("summary").click();
  await menu.getByText(option, { exact: true }).click();
}

/** "Under the Security menu, click …". */
export async function securityMenu(
  page: Page,
  option: "Application Users" | "Network Zones" | "Audit Trail",
) {
  const link = page.getByRole("link", { name: option, exact: true });
  if (!(await link.isVisible())) await page.getByText("Security", { exact: true }).click();
  await link.click();
}

/** "Click on the User ID hyperlink of the user", and on a tab of the User Detail screen. */
export async function userDetail(page: Page, userId: string, tab?: string) {
  await securityMenu(page, "Application Users");
  await page.getByRole("link", { name: userId, exact: true }).click();
  await page.getByRole("heading", { name: /^User Detail/ }).waitFor();
  if (tab !== undefined) await page.getByRole("tab", { name: tab }).click();
}

/** Makes the personal token on the page "Edit Profile"; its dialog is open then. */
export async function generate(page: Page): Promise<void> {
  await userMenu(page, "Edit Profile");
  await press(page, "Generate");
}
