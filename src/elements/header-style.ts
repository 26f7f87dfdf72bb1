import { type CSSResult, css } from "lit";

/** A section's header: its title, and its buttons at the end of the line. */
export const HEADER: CSSResult = css`
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
  }
`;
