import { html, nothing, type TemplateResult } from "lit";
import type { ManagementClient, WireContext, WireKind, WireToken } from "../manage/client/index.ts";
import { dayOf, endText, exactTime, relativeTime } from "./format.ts";
import { stateOf, type TokenState } from "./status.ts";
import { type Saying, say, type TextName, type Texts, type TextValues } from "./texts.ts";
import { chipsOf } from "./token-chips.ts";

/** What drawing a token needs of the screen that it is on. */
export interface CardView {
  readonly context: WireContext;
  readonly rules: WireKind;
  readonly client: ManagementClient;
  readonly saying: Saying & { readonly texts: Texts };
  readonly now: number;
  /** The ids of the tokens whose history is open. */
  readonly histories: ReadonlySet<string>;
  readonly onHistory: (id: string, isOpen: boolean) => void;
}

/** How a card differs from others. */
export interface CardParts {
  /** Over the name: which of a pair it is. */
  readonly role?: string;
  readonly actions?: TemplateResult | typeof nothing;
}

/** Draws what may be known of a token. */
export function drawCard(
  token: WireToken,
  view: CardView,
  { role, actions = nothing }: CardParts = {},
): TemplateResult {
  const state = stateOf(token, view.now);
  return html`<article class="card" part="token" data-state=${state} aria-labelledby=${`name-${token.id}`}>
    <header>
      <div class="names">
        ${role === undefined ? nothing : html`<p class="role">${role}</p>`}
        <h3 id=${`name-${token.id}`}>${token.name}</h3>
        <p class="mono muted">${token.hint}</p>
      </div>
      ${drawState(state, view.saying)}
    </header>
    ${drawFacts(token, view)} ${drawChips(token, view)}
    <div class="below">
      ${actions === nothing ? nothing : html`<div class="actions">${actions}</div>`}
      ${drawHistory(token, view)}
    </div>
  </article>`;
}

/** Draws a button that acts on a token: what it says is the same on each card, the name of the token describes it. */
export function drawAction(
  token: WireToken,
  label: string,
  { ends = false, act }: { readonly ends?: boolean; readonly act: () => void },
): TemplateResult {
  return html`<button
    type="button"
    class=${ends ? "quiet ends" : "quiet"}
    aria-describedby=${`name-${token.id}`}
    @click=${act}
  >
    ${label}
  </button>`;
}

// A shape of its own for each state: colour alone says nothing to many.
const SHAPES: Readonly<Record<TokenState, string>> = {
  in_use: "M1 5a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  idle: "M1 5a4 4 0 1 0 8 0a4 4 0 1 0-8 0ZM2.75 5a2.25 2.25 0 1 1 4.5 0a2.25 2.25 0 1 1-4.5 0Z",
  expiring: "M5 .75L9.75 9.25H.25Z",
  expired: "M1 2.4L2.4 1L5 3.6L7.6 1L9 2.4L6.4 5L9 7.6L7.6 9L5 6.4L2.4 9L1 7.6L3.6 5Z",
};

function drawState(state: TokenState, saying: Saying): TemplateResult {
  return html`<span class=${`state ${state}`} part="state">
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d=${SHAPES[state]} fill="currentColor" fill-rule="evenodd" />
    </svg>
    ${say(`state_${state}`, saying)}
  </span>`;
}

function drawFacts(token: WireToken, view: CardView): TemplateResult {
  const { saying, now, rules } = view;
  const { name, ...values } = endText(token, rules, now);
  const ends = sayWith(saying, name, values);
  const used =
    token.lastUsedAt === null
      ? html`${say("never_used", saying)}`
      : drawTime(
          token.lastUsedAt,
          relativeTime(Date.parse(token.lastUsedAt), now, saying.locale),
          saying,
        );
  return html`<dl class="facts">
    <div>
      <dt>${say("created", saying)}</dt>
      <dd>
        ${drawTime(token.createdAt, dayOf(token.createdAt, saying.locale), saying)}
        ${
          token.createdBy === token.owner
            ? nothing
            : html`<span class="muted">${sayWith(saying, "created_by", { actor: token.createdBy })}</span>`
        }
      </dd>
    </div>
    <div>
      <dt>${say("expires", saying)}</dt>
      <dd>${token.expiresAt === null ? ends : drawTime(token.expiresAt, ends, saying)}</dd>
    </div>
    <div>
      <dt>${say("last_used", saying)}</dt>
      <dd>${used}</dd>
    </div>
  </dl>`;
}

function drawTime(at: string, text: string, { locale }: Saying): TemplateResult {
  return html`<time datetime=${at} title=${exactTime(at, locale)}>${text}</time>`;
}

function drawChips(token: WireToken, view: CardView): TemplateResult | typeof nothing {
  const chips = chipsOf(token, view.context.apis, view.saying);
  if (chips.length === 0) return nothing;
  return html`<ul class="chips" aria-label=${say("restrictions", view.saying)}>
    ${chips.map((chip) => html`<li>${chip}</li>`)}
  </ul>`;
}

/** What has happened to a token is fetched when somebody opens it. */
function drawHistory(token: WireToken, view: CardView): TemplateResult {
  const isOpen = view.histories.has(token.id);
  const toggle = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLDetailsElement) view.onHistory(token.id, currentTarget.open);
  };
  return html`<details class="history" ?open=${isOpen} @toggle=${toggle}>
    <summary aria-describedby=${`name-${token.id}`}>${say("history", view.saying)}</summary>
    ${
      isOpen
        ? html`<tokenry-events
            .client=${view.client}
            .texts=${view.saying.texts}
            token-id=${token.id}
            owner=${token.owner}
          ></tokenry-events>`
        : nothing
    }
  </details>`;
}

function sayWith(saying: Saying, name: TextName, values: TextValues): string {
  return say(name, { ...saying, values });
}
