import { type CSSResult, css } from "lit";

/**
 * Colours, sizes and the looks of what every screen has. Each custom property can be set on an element or above it; light and dark follow
 * the `color-scheme` of the page.
 */
export const THEME: CSSResult = css`
  :host {
    --_accent: var(--tokenry-accent, light-dark(#3451c7, #a3b4ff));
    --_on-accent: var(--tokenry-on-accent, light-dark(#ffffff, #10163a));
    --_surface: var(--tokenry-surface, light-dark(#ffffff, #16181d));
    --_raised: var(--tokenry-raised, light-dark(#f6f7f9, #1f2229));
    --_text: var(--tokenry-text, light-dark(#1b1e25, #eceef2));
    --_muted: var(--tokenry-muted, light-dark(#5a6070, #a5acba));
    --_border: var(--tokenry-border, light-dark(#d9dce3, #363b46));
    --_field: var(--tokenry-field, light-dark(#868da0, #737b8c));
    --_danger: var(--tokenry-danger, light-dark(#b3261e, #ffb4ab));
    --_on-danger: var(--tokenry-on-danger, light-dark(#ffffff, #4a0c08));
    --_warning: var(--tokenry-warning, light-dark(#8a5300, #f5c16c));
    --_good: var(--tokenry-good, light-dark(#1a6b38, #7fd99b));
    --_radius: var(--tokenry-radius, 10px);
    --_font: var(--tokenry-font, system-ui, sans-serif);
    --_mono: var(--tokenry-mono, ui-monospace, "Cascadia Mono", "Liberation Mono", monospace);
    display: block;
    color: var(--_text);
    font: 400 0.9375rem / 1.5 var(--_font);
    /* What a page says of its own text is not meant for this: a secret in capitals is another one. */
    letter-spacing: normal;
    text-align: start;
    text-indent: 0;
    text-transform: none;
    white-space: normal;
    container-type: inline-size;
    /* Where a page gives it as much as it needs, a flex container say: by its content it would have no width at all. On a phone, as much as the
       margins of most pages leave: a grid would be as wide as that at least. */
    contain-intrinsic-inline-size: min(40rem, calc(100vw - 6rem));
    min-inline-size: 0;
    max-inline-size: 100%;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ul,
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1.1875rem;
    font-weight: 650;
    line-height: 1.3;
    letter-spacing: -0.01em;
  }
  h3 {
    font-size: 1rem;
    font-weight: 600;
    line-height: 1.4;
  }
  .muted {
    color: var(--_muted);
  }
  .mono {
    font-family: var(--_mono);
    font-size: 0.875em;
  }
  .mono:is(input, textarea, span),
  .mono bdi {
    direction: ltr;
    unicode-bidi: isolate;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
`;

/** Buttons: plain, `.primary`, `.danger`, `.quiet` (as a link) and `.icon`. */
export const BUTTONS: CSSResult = css`
  button {
    font: inherit;
    font-weight: 550;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_field);
    border-radius: calc(var(--_radius) * 0.8);
    padding: 0.4375rem 0.875rem;
    min-height: 2.25rem;
    cursor: pointer;
    transition: background-color 0.12s;
  }
  button:hover {
    background: var(--_raised);
  }
  button:disabled,
  button[aria-disabled="true"] {
    cursor: default;
    opacity: 0.6;
  }
  button.primary {
    color: var(--_on-accent);
    background: var(--_accent);
    border-color: var(--_accent);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_text));
  }
  button.danger {
    color: var(--_on-danger);
    background: var(--_danger);
    border-color: var(--_danger);
  }
  button.danger:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_danger) 88%, var(--_text));
  }
  button.quiet {
    color: var(--_accent);
    background: none;
    border-color: transparent;
    padding-inline: 0.5rem;
  }
  button.quiet:hover {
    background: color-mix(in oklab, var(--_accent) 10%, transparent);
  }
  button.quiet.ends {
    color: var(--_danger);
  }
  button.quiet.ends:hover {
    background: color-mix(in oklab, var(--_danger) 10%, transparent);
  }
  button.icon {
    display: inline-grid;
    place-items: center;
    width: 2.25rem;
    padding: 0;
    border-color: transparent;
    background: none;
  }
  button.icon:hover {
    background: var(--_raised);
  }
  @media (prefers-reduced-motion: reduce) {
    button {
      transition: none;
    }
  }
`;

/** Labelled fields: `<label class="field"><span>Name</span><input></label>`, a hint and a fault under it. */
export const FIELDS: CSSResult = css`
  .field {
    display: grid;
    gap: 0.25rem;
  }
  .field > span:first-child,
  legend {
    font-weight: 550;
    padding: 0;
  }
  .hint {
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .fault:empty {
    position: absolute;
  }
  .fault {
    color: var(--_danger);
    font-size: 0.875rem;
  }
  input:not([type="radio"], [type="checkbox"], [type="range"]),
  select,
  textarea {
    font: inherit;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_field);
    border-radius: calc(var(--_radius) * 0.8);
    padding: 0.4375rem 0.625rem;
    min-height: 2.25rem;
    width: 100%;
  }
  [aria-invalid="true"] {
    border-color: var(--_danger);
  }
  input[type="radio"],
  input[type="checkbox"],
  input[type="range"] {
    accent-color: var(--_accent);
  }
  input[type="radio"],
  input[type="checkbox"] {
    width: 1.0625rem;
    height: 1.0625rem;
    margin: 0;
  }
`;

/** Messages within a screen: `.note`, with `.danger`, `.warning` or `.good`. */
export const NOTES: CSSResult = css`
  .note {
    --_tone: var(--_muted);
    display: grid;
    gap: 0.5rem;
    justify-items: start;
    padding: 0.75rem 0.875rem;
    border: 1px solid color-mix(in oklab, var(--_tone) 35%, transparent);
    border-inline-start-width: 4px;
    border-radius: calc(var(--_radius) * 0.8);
    background: color-mix(in oklab, var(--_tone) 8%, var(--_surface));
    overflow-wrap: anywhere;
  }
  .note.danger {
    --_tone: var(--_danger);
  }
  .note.warning {
    --_tone: var(--_warning);
  }
  .note.good {
    --_tone: var(--_good);
  }
  .empty {
    display: grid;
    gap: 0.5rem;
    justify-items: center;
    text-align: center;
    padding: 2rem 1rem;
    border: 1px dashed var(--_border);
    border-radius: var(--_radius);
    color: var(--_muted);
  }
  .bones {
    display: grid;
    gap: 0.75rem;
  }
  .bones > div {
    height: 4.5rem;
    /* Where colours are forced, all that is seen of it. */
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_raised);
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.5;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .bones > div {
      animation: none;
    }
  }
`;
