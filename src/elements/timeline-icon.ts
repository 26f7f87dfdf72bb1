import { html, type TemplateResult } from "lit";
import type { EventShape } from "./event-types.ts";

const PATHS: Readonly<Record<EventShape, string>> = {
  made: "M8 3v10M3 8h10",
  changed: "M3 13l1-3.5L10.5 3 13 5.5 6.5 12z",
  ended: "M4 4l8 8M12 4l-8 8",
  refused: "M8 2.5L14 13H2zM8 6.5v3M8 11.2v.3",
  waiting: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M8 5v3.2l2 1.3",
};

/** The sign of an event. Its sentence says what it means. */
export function drawShape(shape: EventShape): TemplateResult {
  return html`<span class="shape ${shape}">
    <svg
      width="14"
      height="14"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d=${PATHS[shape]} />
    </svg>
  </span>`;
}
