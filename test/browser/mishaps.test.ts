import type { Page, Route } from "playwright-core";
import { expect, test } from "vitest";
import { call, mailsTo } from "./support/calls.ts";
import { describeWithChromium } from "./support/chromium.ts";
import { type Desk, openDesk } from "./support/desk.ts";
import { noDialog, openDialog, press, takeSecret } from "./support/dialogs.ts";
import { show } from "./support/show.ts";
import { generate } from "./support/steps.ts";

const API = "**/tokenry/**";
const abort = (route: Route): Promise<void> => route.abort();

/** Has the answers to what is made be lost on the way. */
const lose = (page: Page) =>
  page.route(API, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    await route.abort();
  });

/** How many tokens a person has. */
async function countOf({ app }: Desk, owner: string): Promise<number> {
  return (await app.tokens.list({ owner, actor: owner, limit: 200 })).tokens.length;
}

/** Opens the form of a new service token with a name in it. */
async function openForm(page: Page, name: string) {
  await press(page, "Create token");
  const form = await openDialog(page, "Create token");
  await form.getByLabel("Name").fill(name);
  return form;
}

/** Issues a token that an administrator may regenerate. */
function issueToCarol({ app }: Desk, name = "night shift") {
  return app.tokens.issue({
    ...{ kind: "application", owner: "carol", actor: "adam", name, access: "read" },
  });
}

/** The tab "API Tokens" of a user. */
async function openTokens(page: Page): Promise<void> {
  await page.goto("/security/users/carol");
  await page.getByRole("tab", { name: "API Tokens" }).click();
  await page.getByRole("article").first().waitFor();
}

describeWithChromium("mishaps", () => {
  test("what is missing or not understood is said at its field, and nothing is sent", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const posts: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") posts.push(request.url());
    });
    const form = await openForm(page, " ");
    await press(form, "Create token");
    await form.getByText("Give the token a name.").waitFor();
    const name = form.getByLabel("Name");
    expect(await name.getAttribute("aria-invalid")).toBe("true");
    await name.fill("nightly build");
    await form.getByRole("radio", { name: "Only from…", exact: true }).check();
    const entry = form.getByRole("textbox", { name: "Only from" });
    await entry.fill("10.0.0.300");
    await entry.press("Enter");
    await form.getByText("“10.0.0.300” is not understood.").waitFor();
    await press(form, "Create token");
    expect(posts).toEqual([]);
    await entry.fill("10.0.0.0/8");
    await entry.press("Enter");
    await press(form, "Create token");
    await takeSecret(page);
    expect(posts).toHaveLength(1);
  });

  test("a double click makes one token by one request", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    const posts: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") posts.push(request.url());
    });
    await page.getByRole("button", { name: "Generate" }).dblclick();
    await takeSecret(page);
    await page.goto("/tokens");
    const form = await openForm(page, "nightly build");
    await form.getByRole("button", { name: "Create token" }).dblclick();
    await takeSecret(page);
    expect(posts).toHaveLength(2);
    expect(await countOf(desk, "uma")).toBe(2);
  });

  test("a double click regenerates, revokes and saves once", async () => {
    await using desk = await openDesk();
    await issueToCarol(desk);
    const page = await desk.signIn("adam");
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET") sent.push(request.method());
    });
    await openTokens(page);
    await press(page, "Regenerate");
    await page.getByRole("dialog").getByRole("button", { name: "Regenerate" }).dblclick();
    await takeSecret(page);
    await press(page, "Revoke");
    await page.getByRole("button", { name: "Revoke Token" }).dblclick();
    await noDialog(page);
    await page.goto("/security/zones");
    await press(page, "Add zone");
    const zone = page.getByRole("dialog");
    await zone.getByLabel("Name").fill("office");
    await zone.getByLabel("Ranges").fill("192.0.2.0/24");
    await zone.getByRole("button", { name: "Save" }).dblclick();
    await noDialog(page);
    expect(sent).toEqual(["POST", "DELETE", "PUT"]);
  });

  test("two tabs generate the one token: the later is told, and shows what there is", async () => {
    await using desk = await openDesk();
    const first = await desk.signIn("uma", "/profile/edit");
    const second = await first.context().newPage();
    await second.goto("/profile/edit");
    await second.getByRole("button", { name: "Generate" }).waitFor();
    await press(first, "Generate");
    await takeSecret(first);
    await press(second, "Generate");
    await second.getByText("There is a token already. Revoke it first.").waitFor();
    await second.getByRole("button", { name: "Revoke", exact: true }).waitFor();
    expect(await countOf(desk, "uma")).toBe(1);
  });

  test("two tabs regenerate a token: the later is told, and the earlier secret works", async () => {
    await using desk = await openDesk();
    await issueToCarol(desk);
    const first = await desk.signIn("adam");
    const second = await first.context().newPage();
    await openTokens(first);
    await openTokens(second);
    await press(second, "Regenerate");
    const late = await openDialog(second, "Regenerate API token");
    await press(first, "Regenerate");
    await press(await openDialog(first, "Regenerate API token"), "Regenerate");
    const secret = await takeSecret(first);
    await press(late, "Regenerate");
    await second.getByText("It was changed meanwhile.").waitFor();
    expect(await call(desk, secret)).toBe(200);
  });

  test("two tabs edit a token: the later is told, and overwrites nothing unseen", async () => {
    await using desk = await openDesk();
    await issueToCarol(desk);
    const first = await desk.signIn("adam");
    const second = await first.context().newPage();
    for (const page of [first, second]) {
      await openTokens(page);
      await press(page, "Edit");
    }
    const save = async (page: Page, name: string) => {
      const form = await openDialog(page, "Edit token");
      await form.getByLabel("Name").fill(name);
      await press(form, "Save");
    };
    await save(first, "day shift");
    await noDialog(first);
    await save(second, "late shift");
    await second.getByText("It was changed meanwhile.").waitFor();
    await second.getByRole("article", { name: "day shift" }).waitFor();
  });

  test("two tabs revoke a token: for both it is gone", async () => {
    await using desk = await openDesk();
    const { secret } = await issueToCarol(desk);
    const first = await desk.signIn("adam");
    const second = await first.context().newPage();
    for (const page of [first, second]) {
      await openTokens(page);
      await press(page, "Revoke");
      await openDialog(page, "Revoke API token");
    }
    for (const page of [first, second]) {
      await press(await openDialog(page, "Revoke API token"), "Revoke Token");
      await noDialog(page);
      await page.getByText("There are no API tokens yet.").first().waitFor();
    }
    expect(await call(desk, secret.reveal())).toBe(401);
  });

  test("two administrators edit a zone: the later is told, and overwrites nothing unseen", async () => {
    await using desk = await openDesk();
    const account = { account: "acme", actor: "adam" } as const;
    const by = { ...account, name: "attackers" };
    const zoneNow = async () =>
      (await desk.app.tokens.zones.list(account)).map(({ ranges, blocked }) => ({
        ranges,
        blocked,
      }));
    await desk.app.tokens.zones.put({ ...by, ranges: ["198.51.100.0/24"] });
    const page = await desk.signIn("adam", "/security/zones");
    await press(page, "Edit attackers");
    const others = { ranges: ["198.51.100.0/24", "203.0.113.0/24"], blocked: true };
    await desk.app.tokens.zones.put({ ...by, ...others });
    const form = await openDialog(page, "Edit zone “attackers”");
    await form.getByLabel("Ranges").fill("192.0.2.7");
    await press(form, "Save");
    await form.getByText("It was changed meanwhile.").waitFor();
    expect(await zoneNow()).toEqual([others]);
    await page.getByText("203.0.113.0/24").waitFor({ state: "attached" });
    await press(form, "Save");
    await noDialog(page);
    expect(await zoneNow()).toEqual([{ ranges: ["192.0.2.7"], blocked: false }]);
  });

  test("a zone that was removed meanwhile is made anew by who was told of it", async () => {
    await using desk = await openDesk();
    const account = { account: "acme", actor: "adam" } as const;
    const by = { ...account, name: "office" };
    await desk.app.tokens.zones.put({ ...by, ranges: ["198.51.100.0/24"] });
    const page = await desk.signIn("adam", "/security/zones");
    await press(page, "Edit office");
    await desk.app.tokens.zones.remove(by);
    const form = await openDialog(page, "Edit zone “office”");
    await press(form, "Save");
    await form.getByText("It was changed meanwhile.").waitFor();
    await press(form, "Save");
    await noDialog(page);
    expect(await desk.app.tokens.zones.list(account)).toMatchObject([{ name: "office" }]);
  });

  test("two administrators add a zone of one name: the later is told", async () => {
    await using desk = await openDesk();
    const account = { account: "acme", actor: "adam" } as const;
    const by = { ...account, name: "office" };
    const page = await desk.signIn("adam", "/security/zones");
    await press(page, "Add zone");
    await desk.app.tokens.zones.put({ ...by, ranges: ["198.51.100.0/24"] });
    const form = await openDialog(page, "Add zone");
    await form.getByLabel("Name").fill("office");
    await form.getByLabel("Ranges").fill("192.0.2.7");
    await press(form, "Save");
    await form.getByText("It was changed meanwhile.").waitFor();
    await press(form, "Save");
    expect((await desk.app.tokens.zones.list(account))[0]?.ranges).toEqual(["198.51.100.0/24"]);
  });

  test("all tokens end only by what is typed, however the owner is called", async () => {
    await using desk = await openDesk();
    const { secret } = await issueToCarol(desk);
    const page = await desk.signIn("adam");
    const revokeAll = async (name: string) => {
      await show(page, [{ is: "tokenry-owner-tokens", owner: "carol", "owner-name": name }]);
      await press(page, "Revoke All");
      return openDialog(page, "Revoke all API tokens");
    };
    const nameless = await revokeAll("");
    await press(nameless, "Revoke All Tokens");
    await nameless.getByText("This is not “carol”.").waitFor();
    expect(await call(desk, secret.reveal())).toBe(200);
    const named = await revokeAll("Rene\u0301e  Diaz");
    await named.getByRole("textbox").fill("Ren\u00e9e Diaz");
    await press(named, "Revoke All Tokens");
    await noDialog(page);
    expect(await call(desk, secret.reveal())).toBe(401);
  });

  test("a request that was cancelled under the same key is not said to be on its way", async () => {
    await using desk = await openDesk();
    const { tokens } = desk.app;
    const pair = { kind: "web", owner: "uma", actor: "uma" } as const;
    await tokens.issue({ ...pair, name: "site" });
    const page = await desk.signIn("uma");
    await press(page, "Edit");
    await press(page, "Generate New Primary");
    await press(await openDialog(page, "Generate a new primary token?"), "Generate New Primary");
    await lose(page);
    await press(page, "Save");
    await page.getByText("The server cannot be reached.").waitFor();
    await page.unrouteAll();
    await tokens.cancelRotation(pair);
    await press(page, "Save");
    await page.getByText("It was changed meanwhile.").waitFor();
    expect(await tokens.pendingRotation(pair)).toBeUndefined();
    await press(page, "Save");
    await page.getByText("Waiting for confirmation").waitFor();
  });

  test("a link that is opened in another person's session gives that one nothing, and ends nobody's request", async () => {
    await using desk = await openDesk();
    const { tokens, outbox } = desk.app;
    const pairOf = (owner: string) => ({ kind: "web", owner, actor: owner }) as const;
    for (const owner of ["carol", "uma"]) {
      await tokens.issue({ ...pairOf(owner), name: "site" });
      await tokens.rotate(pairOf(owner));
    }
    await mailsTo(desk, "carol", 2);
    const texts = outbox.mails("carol@acme.example").map(({ message }) => message.text);
    const [, code] = /#rotation=(\S+)/.exec(texts.join("\n")) ?? [];
    const follow = async (page: Page) => {
      await page.goto("/outbox");
      await page.goto(`/profile#rotation=${code}`);
      return openDialog(page, "Make a new primary token?");
    };
    const uma = await desk.signIn("uma");
    const question = await follow(uma);
    await press(question, "Generate New Primary");
    await question.getByText("This link is for another user's token.").waitFor();
    expect(await question.getByRole("button", { name: "Do not make it" }).count()).toBe(0);
    await question.getByRole("button", { name: "Close" }).last().click();
    await noDialog(uma);
    await press(await follow(uma), "Do not make it");
    await noDialog(uma);
    const adam = await desk.signIn("adam");
    const asked = await follow(adam);
    for (const owner of ["carol", "uma"])
      expect(await tokens.pendingRotation(pairOf(owner))).toMatchObject({ pending: true });
    await press(asked, "Do not make it");
    await noDialog(adam);
    await expect.poll(() => tokens.pendingRotation(pairOf("carol"))).toBeUndefined();
    expect(await tokens.pendingRotation(pairOf("uma"))).toMatchObject({ pending: true });
  });

  test("a token that is made before its list has come is in it", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await page.route("**/tokenry/owners/uma/tokens?*", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
    await page.goto("/tokens");
    const form = await openForm(page, "nightly build");
    await press(form, "Create token");
    await takeSecret(page);
    await page.getByRole("article", { name: "nightly build" }).waitFor();
  });

  test("a form that was closed while it saved closes no other, and its failure is told", async () => {
    await using desk = await openDesk();
    for (const name of ["day", "night"]) await issueToCarol(desk, name);
    const page = await desk.signIn("adam");
    await openTokens(page);
    await page.route(API, async (route) => {
      if (route.request().method() === "PATCH")
        await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue();
    });
    await press(page.getByRole("article", { name: "day" }), "Edit");
    const first = await openDialog(page, "Edit token");
    await first.getByLabel("Name").fill("day shift");
    await press(first, "Save");
    await page.keyboard.press("Escape");
    await page.getByRole("article", { name: "day shift" }).waitFor();
    await noDialog(page);
    await press(page.getByRole("article", { name: "night" }), "Edit");
    const second = await openDialog(page, "Edit token");
    expect(await second.getByLabel("Name").inputValue()).toBe("night");
    await page.route(API, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.abort();
    });
    await second.getByLabel("Name").fill("night shift");
    await press(second, "Save");
    await page.keyboard.press("Escape");
    await second.getByText("The server cannot be reached.").waitFor();
  });

  test("a sign-in before the API that knows nobody is the end of the session", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await page.route("**/tokenry/context", (route) =>
      route.fulfill({ status: 401, body: "who are you?" }),
    );
    await page.goto("/tokens");
    await page.getByText("You are signed out.").first().waitFor();
  });

  test("what another tab changed is there when one comes back", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    await page.getByText("There are no API tokens yet.").first().waitFor();
    await desk.app.tokens.issue({ kind: "service", owner: "uma", actor: "uma", name: "elsewhere" });
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.getByRole("article", { name: "elsewhere" }).waitFor();
  });

  test("the server is gone while a dialog is open: it stays, says so, and goes on", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const form = await openForm(page, "nightly build");
    await page.route(API, abort);
    await press(form, "Create token");
    await form.getByText("The server cannot be reached.").waitFor();
    expect(await form.getByLabel("Name").inputValue()).toBe("nightly build");
    await page.unroute(API);
    await press(form, "Create token");
    await takeSecret(page);
    expect(await countOf(desk, "uma")).toBe(1);
  });

  test("the server is gone as the page loads: it says so, and Try again shows what there is", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await page.route("**/tokenry/context", abort);
    await page.goto("/tokens");
    await page.getByText("The server cannot be reached.").first().waitFor();
    await page.unroute("**/tokenry/context");
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByText("There are no API tokens yet.").first().waitFor();
  });

  test("an answer is lost: trying again makes no second token, and says what became of the first", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/tokens");
    const form = await openForm(page, "nightly build");
    await lose(page);
    await press(form, "Create token");
    await form.getByText("The server cannot be reached.").waitFor();
    await page.unrouteAll();
    await press(form, "Create token");
    const dialog = await openDialog(page, "New API Token");
    await dialog.getByText("It was made, but its secret did not reach you.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await noDialog(page);
    expect(await countOf(desk, "uma")).toBe(1);
  });

  test("an answer is lost: a token that is generated or regenerated again is the same", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    await lose(page);
    await press(page, "Generate");
    await page.getByText("The server cannot be reached.").waitFor();
    await page.unrouteAll();
    await press(page, "Try again");
    const lost = "It was made, but its secret did not reach you.";
    await (await openDialog(page, "New API Token")).getByText(lost).waitFor();
    expect(await countOf(desk, "uma")).toBe(1);
    await issueToCarol(desk);
    const master = await desk.signIn("adam");
    await openTokens(master);
    await press(master, "Regenerate");
    const question = await openDialog(master, "Regenerate API token");
    await lose(master);
    await press(question, "Regenerate");
    await question.getByText("The server cannot be reached.").waitFor();
    await master.unrouteAll();
    await press(question, "Regenerate");
    await (await openDialog(master, "New API Token")).getByText(lost).waitFor();
  });

  test("the session has ended: the dialog says so, and the page leads to the sign-in page", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma");
    await generate(page);
    const secret = await takeSecret(page);
    await press(page, "Revoke");
    const dialog = await openDialog(page, "Revoke API token");
    desk.app.sessions.endAll();
    await press(dialog, "Revoke");
    await dialog.getByText("You are signed out. Sign in again to go on.").waitFor();
    expect(await call(desk, secret)).toBe(200);
    await press(dialog, "Cancel");
    await page.getByRole("link", { name: "Sign in" }).click();
    await press(page, "Uma Berg user");
    await page.waitForURL("/profile/edit");
  });

  test("closing a token that nobody has copied is asked once, by the button, the cross and Escape", async () => {
    await using desk = await openDesk();
    const page = await desk.signIn("uma", "/profile/edit");
    await press(page, "Generate");
    const dialog = await openDialog(page, "New API Token");
    await page.keyboard.press("Escape");
    await dialog.getByText("You have not copied the token.").waitFor();
    await press(dialog, "Go back");
    await press(dialog, "View token");
    expect((await dialog.locator(".value").textContent())?.trim()).toMatch(/^acme_pat_/);
    await dialog.getByRole("button", { name: "Close" }).first().click();
    await noDialog(page);
    await press(page, "Revoke");
    await press(await openDialog(page, "Revoke API token"), "Revoke");
    await noDialog(page);
    await press(page, "Generate");
    const next = await openDialog(page, "New API Token");
    await next.getByRole("button", { name: "Close" }).last().click();
    await press(next, "Close without copying");
    await noDialog(page);
    await page.getByRole("button", { name: "Revoke", exact: true }).waitFor();
  });
});
