import { type CSSResult, css } from "lit";

/** Days with their events along a line. */
export const TIMELINE: CSSResult = css`
  .days {
    display: grid;
    gap: 1.25rem;
  }
  .days h3 {
    margin-bottom: 0.5rem;
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .day {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .day li {
    position: relative;
    display: grid;
    grid-template-columns: 1.75rem 1fr;
    gap: 0 0.75rem;
    padding-block-end: 1rem;
  }
  .day li:last-child {
    padding-block-end: 0;
  }
  .day li:not(:last-child)::before {
    content: "";
    position: absolute;
    inset-block: 2rem 0.25rem;
    inset-inline-start: 0.8125rem;
    border-inline-start: 2px solid var(--_border);
  }
  .shape {
    --_tone: var(--_muted);
    display: grid;
    place-items: center;
    width: 1.75rem;
    height: 1.75rem;
    border-radius: 50%;
    color: var(--_tone);
    background: color-mix(in oklab, var(--_tone) 12%, var(--_surface));
  }
  .shape.made {
    --_tone: var(--_good);
  }
  .shape.refused {
    --_tone: var(--_danger);
  }
  .shape.waiting {
    --_tone: var(--_warning);
  }
  .shape.changed {
    --_tone: var(--_accent);
  }
  .sentence {
    padding-block: 0.125rem;
    overflow-wrap: anywhere;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    color: var(--_muted);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .facts time {
    font-variant-numeric: tabular-nums;
  }
`;
