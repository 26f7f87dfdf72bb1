import type { Console } from "../../../examples/console/app.ts";
import { openDialog, press } from "../support/dialogs.ts";
import type { Scene } from "./scene.ts";

const detail = { person: "adam", path: "/security/users/carol" } as const;
/** As long as one may be, with no place to break a line at. */
const LONG_ZONE = "prod_eu_central_1".padEnd(64, "_egress");
const zones = { person: "adam", path: "/security/zones" } as const;

async function issueToCarol({ tokens }: Console): Promise<void> {
  const made = { kind: "application", owner: "carol", actor: "adam" } as const;
  await tokens.issue({ ...made, name: "night shift", access: { orders: "full", menu: "read" } });
  await tokens.issue({ ...made, name: "report", access: "read", expiresIn: { months: 12 } });
}

async function makeZones({ tokens }: Console): Promise<void> {
  const by = { account: "acme", actor: "adam" } as const;
  await tokens.zones.put({ ...by, name: "office", ranges: ["192.0.2.0/24", "2001:db8::/48"] });
  await tokens.zones.put({
    ...by,
    name: "known-attackers",
    ranges: ["198.51.100.0/24"],
    blocked: true,
  });
}

async function makeHistory(app: Console): Promise<void> {
  await issueToCarol(app);
  await makeZones(app);
  const { tokens } = await app.tokens.list({ owner: "carol", actor: "adam" });
  for (const { id } of tokens.slice(0, 1)) {
    await app.tokens.update({ tokenId: id, actor: "adam", network: { include: ["zone:office"] } });
    await app.tokens.regenerate({ tokenId: id, actor: "mia" });
    await app.tokens.revoke({ tokenId: id, actor: "adam", reason: "Carol changed teams" });
  }
}

async function openTokens(page: Parameters<Scene["act"]>[0]): Promise<void> {
  await page.getByRole("tab", { name: "API Tokens" }).click();
  await page.getByRole("article").first().waitFor();
}

/** What administrators see. */
export const ADMINISTRATION: readonly Scene[] = [
  {
    ...{ person: "adam", path: "/security/users", name: "application-users" },
    act: (page) => page.getByRole("table").waitFor(),
  },
  {
    ...{ ...detail, person: "mia", name: "user-general" },
    act: (page) => page.getByLabel("API access", { exact: true }).waitFor(),
  },
  {
    ...{ ...detail, name: "user-tabs" },
    async act(page) {
      await page.getByLabel("Menu", { exact: true }).click();
      await press(page, "Tabs");
      await page.getByRole("dialog", { name: "Tabs" }).waitFor();
    },
  },
  { ...detail, name: "owner-tokens", prepare: issueToCarol, act: openTokens },
  {
    ...{ ...detail, name: "add", prepare: issueToCarol },
    async act(page) {
      await openTokens(page);
      await press(page, "Add");
      const form = await openDialog(page, "Add token");
      await form.getByLabel("Name").fill("day shift");
      await form.getByLabel("Access Level").selectOption({ label: "Read Access" });
      await form.getByLabel("Apply to all APIs").check();
    },
  },
  {
    ...{ ...detail, name: "regenerate", prepare: issueToCarol },
    async act(page) {
      await openTokens(page);
      await page.getByRole("button", { name: "Regenerate" }).first().click();
      await openDialog(page, "Regenerate API token");
    },
  },
  {
    ...{ ...detail, name: "revoke-all", prepare: issueToCarol },
    async act(page) {
      await openTokens(page);
      await press(page, "Revoke All");
      const popUp = await openDialog(page, "Revoke all API tokens");
      await press(popUp, "Revoke All Tokens");
      await popUp.getByText("This is not").waitFor();
    },
  },
  {
    ...{ ...zones, name: "zones-none" },
    act: (page) => page.getByText("There are no zones yet.").waitFor(),
  },
  {
    ...{ ...zones, name: "zones", prepare: makeZones },
    act: (page) => page.getByText("known-attackers").waitFor(),
  },
  {
    ...{ ...zones, name: "zone-edit", prepare: makeZones },
    async act(page) {
      await press(page, "Edit known-attackers");
      const dialog = await openDialog(page, "Edit zone “known-attackers”");
      await dialog.getByLabel("Ranges").fill("198.51.100.0/24\nnowhere\n");
      await dialog.getByText("Line 2").waitFor();
    },
  },
  {
    ...{ ...zones, name: "zone-edit-long" },
    prepare: ({ tokens }) =>
      tokens.zones.put({
        ...{ account: "acme", actor: "adam", name: LONG_ZONE },
        ranges: ["2001:db8:1111:2222:3333:4444:5555:0/112"],
      }),
    async act(page) {
      await press(page, `Edit ${LONG_ZONE}`);
      await openDialog(page, `Edit zone “${LONG_ZONE}”`);
    },
  },
  {
    ...{ ...zones, name: "zone-remove", prepare: makeZones },
    async act(page) {
      await press(page, "Remove office");
      await openDialog(page, "Remove zone “office”");
    },
  },
  {
    ...{ person: "adam", path: "/security/events", name: "events", prepare: makeHistory },
    act: (page) => page.getByText("Carol changed teams").waitFor(),
  },
];
