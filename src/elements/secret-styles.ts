import { type CSSResult, css } from "lit";

/** The field of a secret: the value, the eye and the button that copies. */
export const SECRET_FIELD: CSSResult = css`
  .secret {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.375rem;
    padding: 0.375rem;
    border: 1px solid var(--_field);
    border-radius: var(--_radius);
    background: var(--_raised);
  }
  .secret .value {
    flex: 1 1 12rem;
    min-width: 0;
    padding: 0.375rem 0.5rem;
    font: 400 0.9375rem / 1.5 var(--_mono);
    overflow-wrap: anywhere;
  }
  .secret span.value {
    overflow: hidden;
    letter-spacing: 0.1em;
    white-space: nowrap;
    user-select: none;
  }
  .secret code {
    cursor: text;
  }
  .secret .icon:hover {
    background: var(--_surface);
  }
  .secret .copy {
    min-width: 5.75rem;
  }
  @media (max-width: 30rem) {
    .secret .copy {
      flex: 1;
    }
  }
  .secret .done {
    color: var(--_good);
    border-color: currentColor;
  }
`;
