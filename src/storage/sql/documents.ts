import type { EventData, Level, Network, Zone } from "../../model.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Levels by API. */
export function isAccess(value: unknown): value is Readonly<Record<string, Level>> {
  return isFields(value) && Object.values(value).every(isLevel);
}

/** A network rule. An unknown key is refused: a rule that is not understood must not be left out. */
export function isNetwork(value: unknown): value is Network {
  return (
    isFields(value) &&
    Object.entries(value).every(
      ([key, entries]) => (key === "include" || key === "exclude") && isTexts(entries),
    )
  );
}

/** Percentages by API. */
export function isBudgets(value: unknown): value is Readonly<Record<string, number>> {
  return isFields(value) && Object.values(value).every(Number.isInteger);
}

/** The zones of an account. */
export function isZones(value: unknown): value is readonly Zone[] {
  return Array.isArray(value) && value.every(isZone);
}

/** The facts of an event. */
export function isEventData(value: unknown): value is EventData {
  return isFields(value);
}

function isZone(value: unknown): value is Zone {
  return (
    isFields(value) &&
    typeof value.name === "string" &&
    typeof value.blocked === "boolean" &&
    isTexts(value.ranges)
  );
}

function isLevel(value: unknown): value is Level {
  return value === "none" || value === "read" || value === "full" || isTexts(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
