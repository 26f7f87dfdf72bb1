import { type CSSResult, css } from "lit";

/** A checkbox that is a switch: `<label class="switch"><input type="checkbox" role="switch">…</label>`. */
export const SWITCH: CSSResult = css`
  .switch {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-height: 1.75rem;
    cursor: pointer;
  }
  .switch input[type="checkbox"] {
    flex: none;
    appearance: none;
    width: 2.5rem;
    height: 1.5rem;
    border: 1px solid var(--_field);
    border-radius: 999px;
    background: radial-gradient(circle, var(--_field) 0.4375rem, transparent 0.5rem) -0.5rem center
      var(--_surface) no-repeat;
    cursor: pointer;
    transition: background-position 0.12s;
  }
  .switch input[type="checkbox"]:checked {
    border-color: var(--_accent);
    background: radial-gradient(circle, var(--_on-accent) 0.4375rem, transparent 0.5rem) 0.5rem
      center var(--_accent) no-repeat;
  }
  @media (forced-colors: active) {
    .switch input[type="checkbox"] {
      appearance: auto;
      width: 1.5rem;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .switch input[type="checkbox"] {
      transition: none;
    }
  }
`;
