import { type CSSResult, css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { WireContext, WireOwner } from "../manage/client/index.ts";
import { TokenryElement } from "./base-element.ts";
import { Load } from "./load.ts";
import { Revisit } from "./revisit.ts";
import type { ChangingTokens, SectionFacts } from "./tokens-changing.ts";

/** What a page may style within a section. */
const PARTS = "section, token, state, waiting, steps, loading, error";

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
  /** In place of a section's own title. */
  declare heading: string | undefined;
  protected readonly facts: Load<ScreenFacts>;

  constructor() {
    super();
    this.kind = undefined;
    this.heading = undefined;
    this.facts = new Load(this, () => this.fetchFacts());
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
    return html`<div class="sections">
        ${sections.map((section) =>
          keyed(`${section.owner.id}/${section.kind}`, this.#drawSection(section)),
        )}
      </div>`;
  }

  #sections({ context, owner }: ScreenFacts): readonly SectionFacts[] {
    const kinds = Object.entries(context.kinds).filter(
      ([kind]) => this.kind === undefined || kind === this.kind,
    );
    const ownerName = this.nameOf(owner);
    const isOneOfSeveral = kinds.length > 1;
    // As long as something else is there.
    const mayHide = kinds.some(([, { issuedBy }]) => issuedBy === "owner");
    const facts = { context, owner, ownerName, heading: this.heading, isOneOfSeveral, mayHide };
    return kinds.map(([kind, rules]) => ({ ...facts, kind, rules }));
  }

  #drawSection(facts: SectionFacts): TemplateResult {
    const again = () => void this.facts.again();
    switch (facts.rules.slots) {
      case "single":
        return html`<tokenry-single-tokens
          data-section
          exportparts=${PARTS}
          .client=${this.managing}
          .texts=${this.texts}
          .facts=${facts}
          @rights-changed=${again}
        ></tokenry-single-tokens>`;
      case "many":
        return html`<tokenry-many-tokens
          data-section
          exportparts=${PARTS}
          .client=${this.managing}
          .texts=${this.texts}
          .facts=${facts}
          @rights-changed=${again}
        ></tokenry-many-tokens>`;
      case "pair":
        return html`<tokenry-pair-tokens
          data-section
          exportparts=${PARTS}
          .client=${this.managing}
          .texts=${this.texts}
          .facts=${facts}
          @rights-changed=${again}
        ></tokenry-pair-tokens>`;
    }
  }
}
