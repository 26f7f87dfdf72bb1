import type { Page } from "playwright-core";
import type { Console } from "../../../examples/console/app.ts";

/** A screen or dialog in one of its states, and how one gets there. */
export interface Scene {
  readonly name: string;
  /** Who looks at it; absent: nobody who is signed in. */
  readonly person?: "uma" | "adam" | "mia";
  readonly path: string;
  /** What there is before anybody looks. */
  readonly prepare?: (app: Console) => Promise<unknown>;
  /** Before the page of the path is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** What is done on the page until the scene is there. */
  readonly act: (page: Page, app: Console) => Promise<unknown>;
}
