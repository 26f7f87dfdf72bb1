import type { NoticeRow } from "./tables.ts";

/** What a notice that is parked has in the columns by which others are found. */
export const PARKED: Pick<NoticeRow, "state" | "queue" | "lane"> = Object.freeze({
  state: "parked",
  queue: null,
  lane: null,
});
