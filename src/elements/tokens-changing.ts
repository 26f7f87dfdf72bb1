import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import {
  ManagementError,
  type WireContext,
  type WireDuration,
  type WireIssued,
  type WireKind,
  type WireOwner,
  type WireToken,
} from "../manage/client/index.ts";
import { isSignedOut, TokenryElement } from "./base-element.ts";
import { deepActiveElement } from "./modal.ts";
import { RepeatKey } from "./repeat-key.ts";
import { SecretHolder } from "./secret-holder.ts";
import type { Opened, TokenDeeds } from "./token-dialogs.ts";
import { changesOf, issueRequest, type TokenEntries } from "./token-entries.ts";

/** After these refusals the tokens are others than the screen shows. */
const STALE: ReadonlySet<string> = new Set([
  "conflict",
  "precondition_failed",
  "slot_taken",
  "limit_reached",
  "not_found",
  "expired",
  "replacement_not_allowed",
  "idempotency_unknown",
  "idempotency_gone",
]);

/** After these the rights are. */
const OTHER_RIGHTS: ReadonlySet<string> = new Set([
  "forbidden",
  "owner_inactive",
  "api_access_disabled",
]);

/** After these it is not known whether it was done: to try again must be the same request. */
const OPEN_END: ReadonlySet<string> = new Set(["unreachable", "unexpected", "unavailable"]);

/** What a section is about: its screen knows. */
export interface SectionFacts {
  readonly context: WireContext;
  readonly kind: string;
  readonly rules: WireKind;
  readonly owner: WireOwner;
  /** The owner as people know them. */
  readonly ownerName: string;
  /** In place of the section's own title. */
  readonly heading: string | undefined;
  /** Whether there may be sections of other kinds beside it: its title tells which kind it is of. */
  readonly namesKind: boolean;
  /** Whether the session has ended: the screen says so, and nothing is offered. */
  readonly isSignedOut: boolean;
  /** Whether it is left out as long as it is empty and its owner can do nothing about it. */
  readonly mayHide: boolean;
}

/**
 * An owner's tokens of one kind, and what can be done to them. Drawn by a screen that knows who asks and what there is.
 */
export abstract class ChangingTokens extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    facts: { attribute: false },
    opened: { state: true },
    said: { state: true },
    busy: { state: true },
    failure: { state: true },
  };

  declare facts: SectionFacts;
  declare protected opened: Opened | undefined;
  declare protected said: string;
  declare protected busy: boolean;
  declare protected failure: unknown;
  protected readonly generateKey = new RepeatKey();
  #opener: HTMLElement | undefined;
  #again: (() => Promise<void>) | undefined;

  constructor() {
    super();
    this.opened = undefined;
    this.said = "";
    this.busy = false;
    this.failure = undefined;
  }

  protected get kind(): string {
    return this.facts.kind;
  }

  protected get rules(): WireKind {
    return this.facts.rules;
  }

  protected get owner(): WireOwner {
    return this.facts.owner;
  }

  /** That the session has ended is told to the screen, which says it once. */
  protected override drawFailure(error: unknown, again?: () => void): TemplateResult {
    if (!isSignedOut(error)) return super.drawFailure(error, again);
    this.sayFailure(error);
    return html``;
  }

  /** Fetches anew what is on the screen. Never rejects. */
  abstract refresh(): Promise<void>;
  /** A token as the screen shows it. */
  protected abstract tokenNow(id: string): WireToken | undefined;
  /** Puts a new or changed token on the screen. */
  protected abstract put(token: WireToken): void;
  /** Takes a token off the screen. */
  protected abstract drop(id: string): void;
  protected abstract dropAll(): void;

  protected open(opened: Opened): void {
    if (this.opened === undefined) this.#opener = deepActiveElement();
    this.said = "";
    this.failure = undefined;
    this.opened = opened;
  }

  /** Closes the dialog; the focus goes back to where it was, or to the heading if that is gone. */
  protected readonly close = async (): Promise<void> => {
    this.opened = undefined;
    await this.updateComplete;
    requestAnimationFrame(() => {
      const before = this.#opener;
      this.#opener = undefined;
      if (before?.isConnected && before !== document.body) before.focus();
      else this.focusTitle();
    });
  };

  protected focusTitle(): void {
    this.renderRoot.querySelector<HTMLElement>("#title")?.focus();
  }

  /** Does one thing at a time; says what failed, and can try it again. */
  protected perform(deed: () => Promise<void>): void {
    if (!this.busy) void this.#performed(deed);
  }

  async #performed(deed: () => Promise<void>): Promise<void> {
    this.#again = () => this.#performed(deed);
    this.busy = true;
    this.said = "";
    this.failure = undefined;
    try {
      await deed();
    } catch (error) {
      this.failure = error;
    } finally {
      this.busy = false;
    }
  }

  protected readonly retry = (): void => {
    if (!this.busy) void this.#again?.();
  };

  /** Sends a change. A refusal that says that things are otherwise than shown has them fetched. */
  protected async changing<Answer>(
    change: () => Promise<Answer>,
    key: RepeatKey = this.generateKey,
  ): Promise<Answer> {
    try {
      return await change();
    } catch (error) {
      const code = error instanceof ManagementError ? error.code : "unexpected";
      if (!OPEN_END.has(code)) key.forget();
      if (STALE.has(code)) void this.refresh();
      if (OTHER_RIGHTS.has(code)) this.dispatchEvent(new CustomEvent("rights-changed"));
      throw error;
    }
  }

  /** Shows a new secret, once. */
  protected showSecret(
    { token, secret }: WireIssued,
    told: "tokenry-issued" | "tokenry-regenerated",
  ): void {
    this.put(token);
    this.open({ type: "secret", holder: new SecretHolder(secret) });
    this.tell(told, { tokenId: token.id, kind: token.kind });
  }

  protected readonly deeds: TokenDeeds = {
    issue: async (entries, key) => {
      const request = issueRequest(this.kind, this.rules, entries);
      const guard = { idempotencyKey: key.of(request) };
      const issued = await this.changing(
        () => this.managing.issue(this.owner.id, request, guard),
        key,
      );
      key.forget();
      this.showSecret(issued, "tokenry-issued");
    },
    update: async (token, entries, before) => this.#update(token, entries, before),
    regenerate: async (token, expiresIn, key) => this.#regenerate(token, expiresIn, key),
    revoke: async (token) => {
      await this.changing(() => this.managing.revoke(token.id));
      this.generateKey.forget();
      this.drop(token.id);
      this.tell("tokenry-revoked", { tokenId: token.id, kind: token.kind });
      await this.close();
      this.said = this.say("revoked", { name: token.name });
    },
    revokeAll: async () => {
      const choice = { kind: this.kind };
      const { revoked } = await this.changing(() => this.managing.revokeAll(this.owner.id, choice));
      this.dropAll();
      this.tell("tokenry-revoked", { ...choice, owner: this.owner.id, revoked });
      await this.close();
      this.said = this.say("revoked_count", { count: revoked });
      await this.refresh();
    },
    close: () => void this.close(),
  };

  async #update(token: WireToken, entries: TokenEntries, before: TokenEntries): Promise<void> {
    const changes = changesOf(before, entries);
    if (Object.keys(changes).length > 0) {
      const guard = { version: this.#versionOf(token) };
      const changed = await this.changing(() => this.managing.update(token.id, changes, guard));
      this.put(changed);
      this.tell("tokenry-changed", { tokenId: token.id, kind: token.kind });
    }
    await this.close();
    this.said = this.say("saved");
  }

  async #regenerate(
    token: WireToken,
    expiresIn: WireDuration | undefined,
    key: RepeatKey,
  ): Promise<void> {
    const request = expiresIn === undefined ? {} : { expiresIn };
    const guard = { idempotencyKey: key.of(request), version: this.#versionOf(token) };
    const issued = await this.changing(
      () => this.managing.regenerate(token.id, request, guard),
      key,
    );
    this.showSecret(issued, "tokenry-regenerated");
  }

  /** Who was told that it was changed meanwhile, and tries again, means the token as it is now. */
  #versionOf(token: WireToken): number {
    return (this.tokenNow(token.id) ?? token).version;
  }
}
