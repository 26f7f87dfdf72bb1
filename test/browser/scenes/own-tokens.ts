import type { Console } from "../../../examples/console/app.ts";
import { noDialog, openDialog, press } from "../support/dialogs.ts";
import type { Scene } from "./scene.ts";

const edit = { person: "uma", path: "/profile/edit" } as const;
const services = { person: "uma", path: "/tokens" } as const;
const profile = { person: "uma", path: "/profile" } as const;

/** As long as one may be, with no place to break a line at. */
const LONG_NAME = "warehouse".padEnd(128, "_scanner");

const issueLongName = ({ tokens }: Console) =>
  tokens.issue({ kind: "service", owner: "uma", actor: "uma", name: LONG_NAME });

const issuePersonal = ({ tokens }: Console) =>
  tokens.issue({ kind: "personal", owner: "uma", actor: "uma", name: "API token" });

async function issueServices({ tokens, origin }: Console): Promise<void> {
  const own = { kind: "service", owner: "uma", actor: "uma" } as const;
  const { secret } = await tokens.issue({ ...own, name: "nightly build" });
  const authorization = `Bearer ${secret.reveal()}`;
  await (await fetch(`${origin}/api/orders`, { headers: { authorization } })).arrayBuffer();
  await tokens.issue({
    ...{ ...own, name: "warehouse scanner", budgets: { menu: 10, orders: 25 } },
    network: { include: ["10.0.0.0/8", "192.0.2.1"], exclude: ["10.9.0.0/16"] },
  });
  await tokens.issue({
    ...{ kind: "application", owner: "uma", actor: "adam", name: "till 4" },
    access: { orders: "full", menu: "read" },
  });
}

async function issuePair({ tokens }: Console): Promise<void> {
  const own = { kind: "web", owner: "uma", actor: "uma" } as const;
  await tokens.issue({ ...own, name: "API token" });
  await tokens.rotate(own);
}

/** A primary and a backup: the link of the mail was followed. */
async function confirmPair(app: Console): Promise<void> {
  await issuePair(app);
  const code = await codeOf(app);
  await app.tokens.confirmRotation({ code });
}

/** The code of the newest confirmation mail. */
async function codeOf({ outbox }: Console): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    for (const { message } of outbox.mails()) {
      const [, code] = /#rotation=(\S+)/.exec(message.text) ?? [];
      if (code !== undefined) return decodeURIComponent(code);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no mail with a code came");
}

/** What a user sees of their own tokens. */
export const OWN_TOKENS: readonly Scene[] = [
  {
    ...{ ...edit, name: "single-none" },
    act: (page) => page.getByRole("button", { name: "Generate" }).waitFor(),
  },
  {
    ...{ ...edit, name: "single", prepare: issuePersonal },
    act: (page) => page.getByRole("article").waitFor(),
  },
  {
    ...{ ...edit, name: "generated-hidden" },
    async act(page) {
      await press(page, "Generate");
      await openDialog(page, "New API Token");
    },
  },
  {
    ...{ ...edit, name: "generated-shown" },
    async act(page) {
      await press(page, "Generate");
      await press(await openDialog(page, "New API Token"), "View token");
    },
  },
  {
    ...{ ...edit, name: "generated-copied" },
    async act(page) {
      await press(page, "Generate");
      const dialog = await openDialog(page, "New API Token");
      await press(dialog, "Copy");
      await dialog.getByRole("button", { name: "Copied" }).waitFor();
    },
  },
  {
    ...{ ...edit, name: "generated-guard" },
    async act(page) {
      await press(page, "Generate");
      const dialog = await openDialog(page, "New API Token");
      await page.keyboard.press("Escape");
      await dialog.getByRole("button", { name: "Go back" }).waitFor();
    },
  },
  {
    ...{ ...edit, name: "revoke", prepare: issuePersonal },
    async act(page) {
      await press(page, "Revoke");
      await openDialog(page, "Revoke API token");
    },
  },
  {
    ...{ ...services, name: "many-none" },
    act: (page) => page.getByText("There are no API tokens yet.").first().waitFor(),
  },
  {
    ...{ ...services, name: "many", prepare: issueServices },
    act: (page) => page.getByRole("article", { name: "till 4" }).waitFor(),
  },
  {
    ...{ ...services, name: "history", prepare: issueServices },
    async act(page) {
      const card = page.getByRole("article", { name: "nightly build" });
      await card.getByText("History").click();
      await card.getByText("made the token").waitFor();
    },
  },
  {
    ...{ ...services, name: "create" },
    async act(page) {
      await press(page, "Create token");
      const form = await openDialog(page, "Create token");
      await form.getByLabel("Name").fill("nightly build");
      await form.getByRole("radio", { name: "Only from…", exact: true }).check();
      const entry = form.getByRole("textbox", { name: "Only from" });
      await entry.fill("10.0.0.0/8, 192.0.2.300 ");
      await entry.press("Enter");
      await form.getByText("is not understood").waitFor();
    },
  },
  {
    ...{ ...services, name: "edit", prepare: issueServices },
    async act(page) {
      await press(page.getByRole("article", { name: "warehouse scanner" }), "Edit");
      await openDialog(page, "Edit token");
    },
  },
  {
    ...{ ...services, name: "long-name" },
    prepare: issueLongName,
    async act(page) {
      await press(page, "Revoke");
      await openDialog(page, "Revoke API token");
    },
  },
  {
    ...{ ...services, name: "long-name-revoked" },
    prepare: issueLongName,
    async act(page) {
      await press(page, "Revoke");
      await press(await openDialog(page, "Revoke API token"), "Revoke");
      await noDialog(page);
    },
  },
  {
    ...{ ...profile, name: "pair-waiting", prepare: issuePair },
    act: (page) => page.getByText("Waiting for confirmation").waitFor(),
  },
  {
    ...{ ...profile, name: "pair", prepare: confirmPair },
    act: (page) => page.getByText("Backup", { exact: true }).waitFor(),
  },
  {
    ...{ ...profile, name: "pair-editing", prepare: confirmPair },
    async act(page) {
      await press(page, "Edit");
      await press(page, "Delete Backup");
      await press(await openDialog(page, "Delete the backup token?"), "Delete Backup");
      await page.getByText("will be deleted when you save").waitFor();
    },
  },
  {
    ...{ ...profile, name: "pair-question", prepare: issuePair },
    async act(page, app) {
      await page.goto(`/profile#rotation=${await codeOf(app)}`);
      await openDialog(page, "Make a new primary token?");
    },
  },
];
