// Draws every screen and dialog in every state, light and dark, wide and narrow, and the command line, into screenshots/, and the few that
// documents show into docs/images/. Run it after a build; name scenes to draw only these: `npm run screenshots -- pair cli-doctor`.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startConsole } from "../examples/console/app.ts";
import { LOOKS, SCENES, type Scene } from "../test/browser/scenes/index.ts";
import { launchBrowser } from "../test/browser/support/launch.ts";
import { drawTerminal } from "./draw-terminal.ts";
import { smallerPng } from "./smaller-png.ts";
import { terminalScenes } from "./terminal-scenes.ts";

const FOLDER = "screenshots";
const IMAGES = "docs/images";
const MAX_BYTES = 90_000;
/** What documents show, by file. */
const CHOSEN: ReadonlySet<string> = new Set([
  "generated-hidden-light-wide",
  "many-light-wide",
  "many-dark-narrow",
  "owner-tokens-light-wide",
  "add-light-wide",
  "pair-waiting-light-wide",
  "zones-dark-wide",
  "events-light-wide",
]);
/** The day on every picture. */
const NOW = Date.UTC(2026, 10, 22, 12);

const names = new Set(process.argv.slice(2));
const scenes = SCENES.filter(({ name }) => names.size === 0 || names.has(name));
await mkdir(FOLDER, { recursive: true });
await mkdir(IMAGES, { recursive: true });
const browser = await launchBrowser();
for (const scene of scenes) {
  await draw(browser, scene).catch((error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${scene.name}: ${error}\n`);
  });
}
for (const [name, screen] of await terminalScenes()) {
  if (names.size > 0 && !names.has(name)) continue;
  await writeFile(join(FOLDER, `${name}.png`), await drawTerminal(browser, screen));
  await keep(name);
  process.stdout.write(`${name}\n`);
}
await browser.close();

async function draw(browser: Browser, { name, person, path, ...scene }: Scene): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tokenry-screenshots-"));
  const elements = new URL(import.meta.resolve("tokenry/elements.js"));
  const app = await startConsole({ folder, elements, clock: { now: () => NOW } });
  const context = await browser.newContext({ baseURL: app.origin, reducedMotion: "reduce" });
  try {
    await scene.prepare?.(app);
    const page = await context.newPage();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.clock.setFixedTime(NOW);
    await page.goto(path);
    if (person !== undefined) {
      const { profile } = app.people.find(person) ?? {};
      await page.getByRole("button", { name: profile?.name ?? person }).click();
      await page.waitForURL(path);
    }
    await scene.before?.(page);
    await page.goto(path);
    await scene.act(page, app);
    for (const { name: look, colorScheme, width, height } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      const file = `${name}-${look}`;
      await page.screenshot({ path: join(FOLDER, `${file}.png`), fullPage: true });
      if (CHOSEN.has(file)) await keep(file);
    }
    process.stdout.write(`${name}\n`);
  } finally {
    await context.close();
    await app.close();
    await rm(folder, { recursive: true });
  }
}

/** Keeps a picture for the documents, if it is small enough for them. */
async function keep(file: string): Promise<void> {
  const png = smallerPng(await readFile(join(FOLDER, `${file}.png`)));
  if (png.length > MAX_BYTES) throw new Error(`${file}.png has ${png.length} bytes`);
  await writeFile(join(IMAGES, `${file}.png`), png);
}
