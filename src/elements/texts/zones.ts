/** Texts of the zones. */
export const ZONES_TEXTS = {
  zones_heading: "Network Zones",
  zones_intro: "A zone names network ranges once, for all tokens of the account.",
  zones_forbidden: "Network zones are for administrators. Ask one if you need a zone.",
  zones_none: "There are no zones yet.",
  zones_none_hint: "Tokens can be restricted to a zone as soon as there is one.",
  zone_add: "Add zone",
  zone_edit: "Edit",
  zone_edit_named: "Edit {zone}",
  zone_edit_heading: "Edit zone “{zone}”",
  zone_remove: "Remove",
  zone_remove_named: "Remove {zone}",
  zone_remove_heading: "Remove zone “{zone}”",
  zone_remove_warning:
    "The zone and its ranges are gone for good. Tokens that refer to it keep it from being removed.",
  zone_remove_blocked_warning:
    "From then on, tokens work from its ranges again, each as far as its own rule goes.",
  zone_remove_do: "Remove zone",
  zone_blocked: "Blocked",
  zone_blocked_label: "Block this zone",
  zone_blocked_hint: "No token of the account works from here, whatever its own rule.",
  zone_blocked_warning:
    "No token of the account works from here. Programs that call from these ranges are refused as soon as you save.",
  zone_name: "Name",
  zone_name_hint:
    "1 to 64 letters, digits, dots, underscores and dashes. It cannot be changed later.",
  zone_name_fault: "A name has 1 to 64 letters, digits, dots, underscores and dashes.",
  zone_name_taken: "There is a zone of this name already. Edit that one, or choose another name.",
  zone_ranges: "Ranges",
  zone_ranges_hint: "One a line: an address, a CIDR block or a range such as 192.0.2.1-192.0.2.9.",
  zone_ranges_none: "Write at least one range.",
  zone_ranges_too_many: "A zone has at most {most} ranges.",
  zone_line: "Line {line}: {fault}",
  zone_more_faults: {
    one: "{count} more line is not understood.",
    other: "{count} more lines are not understood.",
  },
  zone_count: { one: "{count} range", other: "{count} ranges" },
  zone_and_more: "and {count} more",
  zone_saved: "Zone “{zone}” is saved.",
  zone_removed: "Zone “{zone}” is removed.",
  zone_gone: "Zone “{zone}” was removed already.",
  zone_refers_remove:
    "A token refers to the zone. Take the zone off that token’s network restriction, or revoke the token, then remove the zone.",
  zone_refers_block:
    "A token refers to the zone. Take the zone off that token’s network restriction, or revoke the token, then block the zone.",
  zone_limit:
    "An account has at most 100 zones with 25,000 ranges in all. Remove what is not needed first.",
} as const;
