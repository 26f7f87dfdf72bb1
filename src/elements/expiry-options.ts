import type { WireDuration, WireKind } from "../manage/client/index.ts";
import { durationWords } from "./duration-words.ts";
import { type Saying, say } from "./texts.ts";

type Expiry = WireKind["expiry"];

/** A choice of expiry as it is drawn. */
export interface ExpiryOptions {
  readonly label: "expiration_months" | "expires_in";
  readonly options: readonly { readonly label: string; readonly duration: WireDuration }[];
}

/** The options of a choice: as numbers under "Expiration (Months)" where all are whole months, in words otherwise (CRT-03). */
export function expiryOptions(
  durations: readonly WireDuration[],
  locale: string | undefined,
): ExpiryOptions {
  const isMonths = durations.every((duration) => monthsOf(duration) !== undefined);
  const labelOf = (duration: WireDuration): string =>
    isMonths ? (monthsOf(duration) ?? 0).toLocaleString(locale) : durationWords(duration, locale);
  return {
    label: isMonths ? "expiration_months" : "expires_in",
    options: durations.map((duration) => ({ label: labelOf(duration), duration })),
  };
}

/** The index of the option that is as long as a duration, -1 if there is none. */
export function optionOf(durations: readonly WireDuration[], duration: WireDuration): number {
  return durations.findIndex((option) => lengthOf(option) === lengthOf(duration));
}

/** Years and months as months; `undefined` where there is anything else. */
function monthsOf(duration: WireDuration): number | undefined {
  const { months, seconds } = partsOf(duration);
  return seconds === 0 ? months : undefined;
}

/** Equal for durations that step to the same instant from every start. */
function lengthOf(duration: WireDuration): string {
  const { months, seconds } = partsOf(duration);
  return `${months} ${seconds}`;
}

function partsOf(duration: WireDuration): { readonly months: number; readonly seconds: number } {
  const { years = 0, months = 0, weeks = 0, days = 0 } = duration;
  const { hours = 0, minutes = 0, seconds = 0 } = duration;
  const exact = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return { months: years * 12 + months, seconds: exact };
}

/**
 * When a token of a kind ends.
 *
 * @example
 * expirySentence({ type: "sliding", unusedFor: { days: 30 } }, { locale: "en" }); // "Ends when unused for 30 days."
 */
export function expirySentence(
  expiry: Exclude<Expiry, { type: "choice" }>,
  saying: Saying,
): string {
  const words = (duration: WireDuration): string => durationWords(duration, saying.locale);
  switch (expiry.type) {
    case "fixed":
      return say("expiry_fixed", { ...saying, values: { time: words(expiry.after) } });
    case "sliding": {
      const time = words(expiry.unusedFor);
      if (expiry.atMost === undefined)
        return say("expiry_sliding", { ...saying, values: { time } });
      const values = { time, most: words(expiry.atMost) };
      return say("expiry_sliding_at_most", { ...saying, values });
    }
    case "never":
      return say("expiry_never", saying);
  }
}
