import {
  type CSSResult,
  css,
  html,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from "lit";

/** The looks of a dialog that {@link Modal} draws. */
export const DIALOG: CSSResult = css`
  :host {
    container-type: normal;
  }
  dialog {
    width: min(32rem, calc(100vw - 2rem));
    max-height: calc(100dvh - 2rem);
    padding: 0;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 1.4);
    color: var(--_text);
    background: var(--_surface);
    box-shadow: 0 24px 64px rgb(0 0 0 / 0.28);
    overflow: hidden;
  }
  dialog.wide {
    width: min(46rem, calc(100vw - 2rem));
  }
  dialog[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto auto / minmax(0, 1fr);
    overflow-wrap: anywhere;
  }
  dialog::backdrop {
    background: rgb(10 12 20 / 0.5);
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    padding: 1rem 1rem 0.75rem 1.25rem;
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    align-content: start;
    padding: 0.25rem 1.25rem 1.25rem;
    overflow: auto;
  }
  .failure:not(:empty) {
    padding: 0 1.25rem 1rem;
  }
  form:empty {
    display: none;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.5rem;
    padding: 0.875rem 1.25rem;
    border-top: 1px solid var(--_border);
    background: var(--_raised);
  }
  @media (max-width: 30rem) {
    footer button {
      flex: 1 1 auto;
    }
  }
`;

/** What a page may style of a dialog. */
export const DIALOG_PARTS = "dialog, dialog-header, dialog-content, dialog-actions, error";

/** What a dialog holds. */
export interface ModalParts {
  readonly heading: string;
  readonly closeLabel: string;
  readonly isWide?: boolean;
  readonly content: TemplateResult;
  /** Why it could not be done: always in view. */
  readonly failure?: TemplateResult | undefined;
  readonly actions: TemplateResult;
}

/**
 * Draws its host as a modal dialog over the browser's own `<dialog>`: it is open as long as the host is there. The focus goes to what has
 * `autofocus`, otherwise to where the browser has it, and returns to where it was.
 */
export class Modal implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #ask: () => void;
  #before: HTMLElement | undefined;

  /** `ask` is called when somebody wants it closed, by Escape, the cross or a gesture, and decides. */
  constructor(host: ReactiveControllerHost & HTMLElement, ask: () => void) {
    this.#host = host;
    this.#ask = ask;
    host.addController(this);
  }

  hostConnected(): void {
    this.#before = deepActiveElement();
    this.#host.setAttribute("exportparts", DIALOG_PARTS);
    this.#host.requestUpdate();
  }

  hostUpdated(): void {
    const dialog = this.#host.shadowRoot?.querySelector("dialog");
    if (dialog == null || !this.#host.isConnected || dialog.matches(":modal")) return;
    // Taken out of the page and put back, it is open still, and modal no more.
    dialog.removeAttribute("open");
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[autofocus]")?.focus();
  }

  hostDisconnected(): void {
    const before = this.#before;
    // After whoever closed the dialog has drawn what is under it; a button that is gone by then has no focus to get.
    requestAnimationFrame(() => {
      if (before?.isConnected && deepActiveElement() === document.body) before.focus();
    });
  }

  draw({
    heading,
    closeLabel,
    isWide = false,
    content,
    failure,
    actions,
  }: ModalParts): TemplateResult {
    return html`<dialog
      class=${isWide ? "wide" : ""}
      aria-labelledby="heading"
      part="dialog"
      @keydown=${this.#escape}
      @cancel=${this.#askInstead}
      @close=${this.#reopen}
    >
      <header part="dialog-header">
        <h2 id="heading">${heading}</h2>
        <button type="button" class="icon" aria-label=${closeLabel} @click=${this.#askInstead}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path
              d="M3 3l10 10M13 3L3 13"
              stroke="currentColor"
              stroke-width="1.75"
              stroke-linecap="round"
            />
          </svg>
        </button>
      </header>
      <div class="content" part="dialog-content">${content}</div>
      <div class="failure">${failure}</div>
      <footer part="dialog-actions">${actions}</footer>
    </dialog>`;
  }

  // Of a second Escape the browser's own `cancel` cannot be prevented.
  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#askInstead(event);
  };

  /** The browser may close it unasked, by a gesture say: whoever opened it decides all the same. */
  readonly #reopen = (event: Event): void => {
    if (!this.#host.isConnected || event.target !== event.currentTarget) return;
    this.#host.requestUpdate();
    this.#ask();
  };

  readonly #askInstead = (event: Event): void => {
    event.preventDefault();
    this.#ask();
  };
}

/** The element that has the focus, within shadow roots too. */
export function deepActiveElement(): HTMLElement | undefined {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : undefined;
}
