import { openDialog, press } from "../support/dialogs.ts";
import type { Scene } from "./scene.ts";

const services = { person: "uma", path: "/tokens" } as const;

/** What every screen can come to, and the console's own pages. */
export const STATES: readonly Scene[] = [
  {
    ...{ path: "/sign-in", name: "sign-in" },
    act: (page) => page.getByRole("button", { name: "Uma Berg" }).waitFor(),
  },
  {
    ...{ person: "mia", path: "/profile", name: "user-menu" },
    act: (page) => page.getByRole("banner").locator("summary").click(),
  },
  {
    ...{ person: "uma", path: "/outbox", name: "outbox" },
    prepare: ({ tokens }) =>
      tokens.issue({ kind: "personal", owner: "uma", actor: "uma", name: "API token" }),
    async act(page) {
      while ((await page.locator("article").count()) === 0) await page.reload();
    },
  },
  {
    ...{ ...services, name: "loading" },
    before: (page) => page.route("**/tokenry/context", () => {}),
    act: (page) => page.getByText("Loading…").first().waitFor({ state: "attached" }),
  },
  {
    ...{ ...services, name: "unreachable" },
    before: (page) => page.route("**/tokenry/context", (route) => route.abort()),
    act: (page) => page.getByRole("alert").first().waitFor(),
  },
  {
    ...{ ...services, name: "dialog-failed" },
    async act(page) {
      await press(page, "Create token");
      const form = await openDialog(page, "Create token");
      await form.getByLabel("Name").fill("nightly build");
      await page.route("**/tokenry/**", (route) => route.abort());
      await press(form, "Create token");
      await form.getByText("The server cannot be reached.").waitFor();
    },
  },
  {
    ...{ ...services, name: "signed-out" },
    async act(page, { sessions }) {
      await page.getByRole("button", { name: "Create token" }).waitFor();
      sessions.endAll();
      await page.evaluate("window.dispatchEvent(new Event('focus'))");
      await page.getByRole("link", { name: "Sign in" }).waitFor();
    },
  },
  {
    ...{ ...services, name: "switched-off" },
    async prepare({ people }) {
      people.change("uma", { apiAccess: false });
    },
    act: (page) => page.getByText("API access is switched off for you").first().waitFor(),
  },
  {
    ...{ ...services, name: "no-methods" },
    async prepare({ people }) {
      people.change("uma", { methods: [] });
    },
    act: (page) => page.getByText("No HTTP method is allowed to you now").first().waitFor(),
  },
];
