import { type CSSResult, css } from "lit";

/** Sections of tokens, and the cards in them. */
export const TOKENS_STYLES: CSSResult = css`
  section,
  .list,
  .card {
    display: grid;
    gap: 1rem;
  }
  .list {
    gap: 0.75rem;
  }
  .ahead {
    display: grid;
    gap: 0.5rem;
    padding-bottom: 1rem;
    border-bottom: 1px solid var(--_border);
  }
  .top,
  .card > header {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: 0.5rem 1rem;
  }
  .top {
    align-items: center;
  }
  .top h2 {
    outline-offset: 4px;
  }
  .top h2:focus:not(:focus-visible) {
    outline: none;
  }
  .kind {
    font-weight: 400;
    color: var(--_muted);
  }
  .tools,
  .bottom {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .said,
  .top h2 {
    overflow-wrap: anywhere;
  }
  .said:empty {
    display: none;
  }
  .card {
    gap: 0.875rem;
    padding: 1rem 1.125rem 0.75rem;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .card[data-state="expired"] {
    background: var(--_raised);
  }
  .names {
    min-width: 0;
    overflow: clip;
    overflow-clip-margin: 0.5rem;
    flex: 1 1 10rem;
  }
  .names h3,
  .names p {
    overflow-wrap: anywhere;
  }
  .role {
    color: var(--_muted);
    font-size: 0.8125rem;
    font-weight: 600;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 0.4375rem;
    padding: 0.125rem 0.625rem 0.125rem 0.5rem;
    border-radius: 999px;
    font-size: 0.8125rem;
    font-weight: 600;
    white-space: nowrap;
    color: var(--_muted);
    background: color-mix(in oklab, currentColor 9%, transparent);
  }
  .state.in_use {
    color: var(--_good);
  }
  .state.expiring {
    color: var(--_danger);
  }
  .facts {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 0.5rem 1rem;
  }
  dt {
    color: var(--_muted);
    font-size: 0.8125rem;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }
  .chips li {
    max-width: 100%;
    padding: 0.0625rem 0.5rem;
    border: 1px solid var(--_border);
    border-radius: 6px;
    background: var(--_raised);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .below {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-items: center;
    gap: 0.25rem;
    border-top: 1px solid var(--_border);
    padding-top: 0.5rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    margin-inline-start: -0.5rem;
  }
  .history summary {
    width: fit-content;
    padding-block: 0.3125rem;
    color: var(--_muted);
    font-weight: 550;
    cursor: pointer;
    border-radius: 4px;
  }
  .history[open] summary {
    margin-bottom: 0.5rem;
  }
  .note ol {
    margin: 0;
    padding-inline-start: 1.25rem;
  }
  .planned {
    color: var(--_warning);
    font-weight: 550;
  }
  .pair {
    display: grid;
    gap: 0.75rem;
  }
  @container (min-width: 44rem) {
    .below > * {
      grid-area: 1 / 1;
    }
    .actions {
      place-self: start;
      z-index: 1;
    }
    .history summary {
      margin-inline-start: auto;
      line-height: 1.625rem;
    }
    .pair.two {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  @container (max-width: 26rem) {
    .facts {
      grid-template-columns: minmax(0, 1fr);
    }
    .facts > div {
      display: flex;
      align-items: baseline;
      justify-content: space-between;
      gap: 1rem;
    }
    .facts dd {
      text-align: end;
    }
    .bottom button {
      flex: 1;
    }
  }
`;
