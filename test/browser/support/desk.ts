import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { inject } from "vitest";
import { type Console, startConsole } from "../../../examples/console/app.ts";
import type { Clock } from "../../../src/index.ts";
import { openBrowser } from "./chromium.ts";

/** Who may sign in. */
export type PersonId = "uma" | "adam" | "mia";

/** The console of a test of its own, and browsers before it. */
export interface Desk extends AsyncDisposable {
  readonly app: Console;
  /** A browser of the person's own, signed in, on the page of a path. */
  signIn(person: PersonId, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** A browser in which nobody has signed in yet. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in the pages so far: what they threw, what the policy kept from them. Checked at the end. */
  readonly faults: string[];
}

/** Starts a console of its own on an empty database. */
export async function openDesk(options: { readonly clock?: Clock } = {}): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), "tokenry-desk-"));
  const elements = pathToFileURL(inject("elements"));
  const app = await startConsole({ folder, elements, ...options });
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];

  const open = async (path = "/", contextOptions: BrowserContextOptions = {}): Promise<Page> => {
    const browser = await openBrowser();
    const context = await browser.newContext({
      ...{ baseURL: app.origin, viewport: { width: 1100, height: 800 } },
      ...contextOptions,
    });
    contexts.push(context);
    context.setDefaultTimeout(15_000);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: app.origin });
    await watch(context, faults);
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  return {
    app,
    faults,
    open,
    async signIn(person, path = "/profile", contextOptions = {}) {
      const page = await open("/sign-in", contextOptions);
      const { name } = app.people.find(person)?.profile ?? { name: person };
      await page.getByRole("button", { name }).click();
      await page.waitForURL("/profile");
      if (path !== "/profile") await page.goto(path);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map((context) => context.close()));
      await app.close();
      await rm(folder, { recursive: true });
      if (faults.length > 0) throw new Error(`in the pages: ${faults.join("; ")}`);
    },
  };
}

/** Notes what no page may do: throw, or try what the policy forbids. */
async function watch(context: BrowserContext, faults: string[]): Promise<void> {
  context.on("weberror", (error) => void faults.push(error.error().message));
  await context.exposeBinding("noteViolation", (_source, text: string) => void faults.push(text));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { noteViolation } = window as unknown as { noteViolation(text: string): void };
      noteViolation(`${event.violatedDirective} forbids ${event.blockedURI}`);
    });
  });
}
