import type { TokenryErrorCode } from "../errors.ts";

/** What a person may do about a refusal. */
export const HINTS: Readonly<Record<TokenryErrorCode, string>> = {
  invalid_input: "Correct the value. The command's --help shows what it takes.",
  forbidden:
    "Leave --actor out to act as the host itself, or name an owner who manages tokens in this account.",
  not_found:
    "Look at what there is: tokenry list OWNER, tokenry zones list ACCOUNT. Expired tokens count as absent.",
  owner_inactive: "Make the owner active in your application first.",
  api_access_disabled: "Switch API access on for the owner in your application first.",
  slot_taken: "See it by tokenry list OWNER, and end it by tokenry revoke ID, or rotate.",
  limit_reached: "See them by tokenry list OWNER, and end one by tokenry revoke ID.",
  replacement_not_allowed: "Revoke the token and issue another one.",
  expired: "Issue a new one: tokenry issue.",
  conflict: "Run the command again.",
  rotation_code_invalid: "Ask for the rotation anew: tokenry rotate.",
  zone_in_use: "tokenry list OWNER --json shows which tokens name it in their network.",
  unavailable: "tokenry doctor shows what is out of reach. Run the command again when it is back.",
};
