import { type CSSResult, css } from "lit";

/** A live region that says nothing takes no place, and is there all the same for what it will say. */
export const LIVE: CSSResult = css`
  :is([role="status"], [role="alert"]):empty {
    position: absolute;
  }
`;
