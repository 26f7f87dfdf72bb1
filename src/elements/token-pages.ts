import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { WireTokenPage } from "../manage/client/index.ts";
import { extended, NO_TOKENS, refreshed, type TokenList } from "./token-list.ts";

/** Fetches the part of a list that begins at a cursor. */
export type FetchPart = (cursor: string | undefined) => Promise<WireTokenPage>;

/** A list that is fetched part by part, and stays on the screen while something fails. */
export class TokenPages implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #fetch: FetchPart;
  #list: TokenList = NO_TOKENS;
  #run = 0;
  /** Whether anything was fetched yet. */
  isReady = false;
  /** Whether the next part is on its way. */
  isGoingOn = false;
  /** Why the last fetch failed. */
  error: unknown;

  constructor(host: ReactiveControllerHost, fetch: FetchPart) {
    this.#host = host;
    this.#fetch = fetch;
    host.addController(this);
  }

  get list(): TokenList {
    return this.#list;
  }

  hostConnected(): void {
    // Properties that the fetch depends on are set before the first update.
    void this.#host.updateComplete.then(() => this.restart());
  }

  /** Changes the list in place; what was asked for before the change no longer counts. */
  change(change: (list: TokenList) => TokenList): void {
    this.#run += 1;
    this.isGoingOn = false;
    // There is no list yet to change: the one that is on its way may be from before the change.
    if (!this.isReady) return void this.restart();
    this.#list = change(this.#list);
    this.#host.requestUpdate();
  }

  /** Fetches the first part and forgets the others. */
  async restart(): Promise<void> {
    await this.#fetched(undefined, (page) => {
      this.#list = extended(NO_TOKENS, page);
      this.isReady = true;
    });
  }

  /** Fetches the next part, if there is one and it is not on its way. */
  async goOn(): Promise<void> {
    const { next } = this.#list;
    if (next === undefined || this.isGoingOn) return;
    this.isGoingOn = true;
    await this.#fetched(next, (page) => {
      if (this.#list.next === next) this.#list = extended(this.#list, page);
    });
    this.isGoingOn = false;
    this.#host.requestUpdate();
  }

  /** Fetches parts anew. */
  async refresh(indexes: readonly number[]): Promise<void> {
    if (!this.isReady) return this.restart();
    const asked = indexes.flatMap((index) => {
      const part = this.#list.parts[index];
      return part === undefined ? [] : [{ index, cursor: part.cursor }];
    });
    await Promise.all(
      asked.map(({ index, cursor }) =>
        this.#fetched(cursor, (page) => {
          this.#list = refreshed(this.#list, index, page);
        }),
      ),
    );
  }

  async #fetched(cursor: string | undefined, take: (page: WireTokenPage) => void): Promise<void> {
    const run = this.#run;
    this.#host.requestUpdate();
    try {
      const page = await this.#fetch(cursor);
      if (run !== this.#run) return;
      this.error = undefined;
      take(page);
    } catch (error) {
      if (run === this.#run) this.error = error;
    } finally {
      this.#host.requestUpdate();
    }
  }
}
