import { TokenryAccessField } from "./access-field.ts";
import { TokenryBudgetsField } from "./budgets-field.ts";
import { define } from "./define.ts";
import { TokenryEntriesField } from "./entries-field.ts";
import { TokenryExpiryField } from "./expiry-field.ts";
import { TokenryNetworkField } from "./network-field.ts";
import { TokenryParkedNotices } from "./parked-notices.ts";
import { TokenryZoneDialog } from "./zone-dialog.ts";

/** Gives what the screens are made of its names. */
export function defineFields(): void {
  define("tokenry-access-field", TokenryAccessField);
  define("tokenry-budgets-field", TokenryBudgetsField);
  define("tokenry-entries-field", TokenryEntriesField);
  define("tokenry-expiry-field", TokenryExpiryField);
  define("tokenry-network-field", TokenryNetworkField);
  define("tokenry-parked-notices", TokenryParkedNotices);
  define("tokenry-zone-dialog", TokenryZoneDialog);
}
