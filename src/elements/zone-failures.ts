import { ManagementError } from "../manage/client/index.ts";
import type { TextName } from "./texts.ts";

/** What was to be done with a zone. */
export type ZoneDeed = "remove" | "block" | "save";

/** What to say of a failure that means something else for zones than for tokens; `undefined` for all others. */
export function zoneFailure(error: unknown, deed: ZoneDeed): TextName | undefined {
  if (!(error instanceof ManagementError)) return undefined;
  if (error.code === "limit_reached") return "zone_limit";
  if (error.code !== "zone_in_use") return undefined;
  return deed === "remove" ? "zone_refers_remove" : "zone_refers_block";
}
