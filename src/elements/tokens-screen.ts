import {
  type CSSResult,
  css,
  html,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { keyed } from "lit/directives/keyed.js";
import { literal, html as staticHtml } from "lit/static-html.js";
import type { WireContext, WireOwner } from "../manage/client/index.ts";
import { isSignedOut, TokenryElement } from "./base-element.ts";
import { Load } from "./load.ts";
import { DIALOG_PARTS } from "./modal.ts";
import { Revisit } from "./revisit.ts";
import type { ChangingTokens, SectionFacts } from "./tokens-changing.ts";

/** What draws a kind, by how many tokens of it an owner may have. */
const TAGS = {
  single: literal`tokenry-single-tokens`,
  many: literal`tokenry-many-tokens`,
  pair: literal`tokenry-pair-tokens`,
};

/** What a page may style within a section. */
const PARTS = `section, token, state, waiting, steps, loading, ${DIALOG_PARTS}`;

/** Who asks, what there is, and about whom. */
export interface ScreenFacts {
  readonly context: WireContext;
  readonly owner: WireOwner;
}

/** A screen of an owner's tokens: a section for each kind, drawn from the kind's rules. */
export abstract class TokensScreen extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    kind: { type: String },
    heading: { type: String },
  };
  static override styles: CSSResult[] = [
    ...TokenryElement.styles,
    css`
      .sections {
        display: grid;
        gap: 2.5rem;
      }
    `,
  ];

  /** The kind to show. Default: all. */
  declare kind: string | undefined;
  /** In place of a section's own title. Where there are several, each has its kind behind it. */
  declare heading: string | undefined;
  protected readonly facts: Load<ScreenFacts>;

  constructor() {
    super();
    this.kind = undefined;
    this.heading = undefined;
    this.facts = new Load(
      this,
      () => this.fetchFacts(),
      () => this.managing,
    );
    new Revisit(this, () => this.facts.again());
  }

  protected abstract fetchFacts(): Promise<ScreenFacts>;
  /** The owner as people know them. */
  protected abstract nameOf(owner: WireOwner): string;

  /** Has each section fetch anew what it shows. */
  protected refreshSections(): void {
    const sections = this.renderRoot.querySelectorAll<ChangingTokens>("[data-section]");
    for (const section of sections) void section.refresh();
  }

  protected override render(): TemplateResult {
    const { value } = this.facts;
    // When only looking again failed, the sections say so.
    return value === undefined
      ? this.drawLoaded(this.facts, (facts) => this.#drawSections(facts))
      : this.#drawSections(value);
  }

  #drawSections(facts: ScreenFacts): TemplateResult {
    const sections = this.#sections(facts);
    if (sections.length === 0) return html`<div class="empty"><p>${this.say("no_kinds")}</p></div>`;
    return html`<div class="sections" @tokenry-signed-out=${this.#lookAgain}>
        ${this.#drawSignedOut()}
        ${sections.map((section) =>
          keyed(`${section.owner.id}/${section.kind}`, this.#drawSection(section)),
        )}
      </div>`;
  }

  get #isSignedOut(): boolean {
    const { current } = this.facts;
    return current.state === "ready" && isSignedOut(current.error);
  }

  /** Once for all sections. What is drawn stays: a new secret may be on the screen. */
  #drawSignedOut(): TemplateResult | typeof nothing {
    const { current } = this.facts;
    if (!this.#isSignedOut || current.state !== "ready") return nothing;
    return this.drawFailure(current.error, () => {
      this.#lookAgain();
      this.refreshSections();
    });
  }

  readonly #lookAgain = (): void => void this.facts.again();

  #sections({ context, owner }: ScreenFacts): readonly SectionFacts[] {
    const kinds = Object.entries(context.kinds).filter(
      ([kind]) => !this.kind || kind === this.kind,
    );
    // What turns the direction of text would turn the sentences that it stands in.
    const ownerName = this.nameOf(owner).replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
    // An element of another kind may be on the same page.
    const others = this.heading == null ? Object.keys(context.kinds) : kinds;
    const namesKind = others.length > 1;
    // As long as something else is there.
    const mayHide = kinds.some(([, { issuedBy }]) => issuedBy === "owner");
    const shown = { heading: this.heading, namesKind, mayHide, isSignedOut: this.#isSignedOut };
    return kinds.map(([kind, rules]) => ({ context, owner, ownerName, ...shown, kind, rules }));
  }

  #drawSection(facts: SectionFacts): TemplateResult {
    const tag = TAGS[facts.rules.slots];
    return staticHtml`<${tag}
      data-section
      exportparts=${PARTS}
      .client=${this.managing}
      .texts=${this.texts}
      .facts=${facts}
      @rights-changed=${this.#lookAgain}
    ></${tag}>`;
  }
}
