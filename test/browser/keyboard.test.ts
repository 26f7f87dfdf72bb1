import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "./support/calls.ts";
import { describeWithChromium } from "./support/chromium.ts";
import { openDesk } from "./support/desk.ts";
import { copied, noDialog, openDialog } from "./support/dialogs.ts";
import { enter, focused, tabTo } from "./support/keyboard.ts";

/** Waits until a live region says so. */
async function said(page: Page, text: string): Promise<void> {
  await page.getByRole("status").filter({ hasText: text }).waitFor({ state: "attached" });
}

describeWithChromium("by the keyboard alone", () => {
  test("generate, view, copy, close, revoke; what happened is said, and the focus is never lost", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    await page.getByRole("button", { name: "Generate" }).waitFor();
    await enter(page, "Generate");
    await openDialog(page, "New API Token");
    await tabTo(page, "View token");
    await page.keyboard.press("Space");
    await said(page, "The token is shown.");
    expect(await focused(page)).toBe("Hide token");
    await page.keyboard.press("Space");
    await said(page, "The token is hidden.");
    await enter(page, "Copy");
    await said(page, "The token is copied.");
    const secret = await copied(page);
    expect(await call(desk, secret)).toBe(200);
    await page.keyboard.press("Escape");
    await noDialog(page);
    // The button that was pressed is gone.
    await expect.poll(() => focused(page)).toBe("API Token");
    await enter(page, "Revoke");
    await openDialog(page, "Revoke API token");
    await page.keyboard.press("Escape");
    await noDialog(page);
    await expect.poll(() => focused(page)).toBe("Revoke");
    await page.keyboard.press("Enter");
    await openDialog(page, "Revoke API token");
    await enter(page, "Revoke");
    await noDialog(page);
    await expect.poll(() => focused(page)).toBe("API Token");
    await said(page, "was revoked.");
    expect(await call(desk, secret)).toBe(401);
  });

  test("add, edit, regenerate, revoke all", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("adam", "/security/users/carol");
    await tabTo(page, "General");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("API Tokens");
    await page.getByRole("button", { name: "Add", exact: true }).waitFor();

    await enter(page, "Add");
    await openDialog(page, "Add token");
    await tabTo(page, "Name");
    await page.keyboard.type("night shift");
    await tabTo(page, "Expiration (Months)");
    await page.keyboard.press("ArrowUp");
    await tabTo(page, "No Access");
    await page.keyboard.press("ArrowUp");
    await enter(page, "Save");
    await openDialog(page, "New API Token");
    await enter(page, "Copy");
    await said(page, "The token is copied.");
    const first = await copied(page);
    await page.keyboard.press("Escape");
    await noDialog(page);
    await expect.poll(() => focused(page)).not.toBe("");
    expect(await call(desk, first)).toBe(200);

    await enter(page, "Edit");
    await openDialog(page, "Edit token");
    await tabTo(page, "Name");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("day shift");
    await page.keyboard.press("Enter");
    await noDialog(page);
    await page.getByRole("article", { name: "day shift" }).waitFor();
    await expect.poll(() => focused(page)).toBe("Edit");

    await enter(page, "Regenerate");
    await openDialog(page, "Regenerate API token");
    await enter(page, "Regenerate");
    await openDialog(page, "New API Token");
    await enter(page, "Copy");
    await said(page, "The token is copied.");
    const second = await copied(page);
    await page.keyboard.press("Escape");
    await noDialog(page);
    expect([await call(desk, first), await call(desk, second)]).toEqual([401, 200]);

    await page.keyboard.press("Shift+Tab");
    await enter(page, "Revoke All");
    await openDialog(page, "Revoke all API tokens");
    await tabTo(page, "Type “Carol Diaz” to confirm");
    await page.keyboard.type("Carol Diaz");
    await page.keyboard.press("Enter");
    await noDialog(page);
    await page.getByText("There are no API tokens yet.").first().waitFor();
    await expect.poll(() => focused(page)).toBe("API Tokens");
    expect(await call(desk, second)).toBe(401);
  });
});
