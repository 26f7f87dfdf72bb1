import { ManagementError } from "../manage/client/index.ts";
import { SaidError } from "./said-error.ts";
import type { TextName } from "./texts.ts";

/** What was to be done with a zone. */
export type ZoneDeed = "remove" | "block" | "save";

/** A failure as zones say it: some mean something else for zones than for tokens. */
export function zoneFailure(error: unknown, deed: ZoneDeed): unknown {
  const text = textOf(error, deed);
  return text === undefined ? error : new SaidError(text, error);
}

/** Whether the zone is another than it was when it was read. */
export function isChanged(error: unknown): boolean {
  return error instanceof ManagementError && error.code === "precondition_failed";
}

function textOf(error: unknown, deed: ZoneDeed): TextName | undefined {
  if (!(error instanceof ManagementError)) return undefined;
  if (error.code === "limit_reached") return "zone_limit";
  if (error.code !== "zone_in_use") return undefined;
  return deed === "remove" ? "zone_refers_remove" : "zone_refers_block";
}
